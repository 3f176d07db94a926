package watchword.core.audit;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What may be configured from where: an operator of the API must not be able to write files, or reach hosts, that an operator of the
 * machine did not allow.
 *
 * @param declared from the server's own configuration: anything goes
 * @param folder where files may be; empty to refuse devices altogether
 * @param network whether a device may send lines to another host
 */
public record AuditRules(boolean declared, Optional<Path> folder, boolean network) {
    public static final AuditRules DECLARED = new AuditRules(true, Optional.empty(), true);
    /** No device over the API. */
    public static final AuditRules NO_API = new AuditRules(false, Optional.empty(), false);

    public static AuditRules api(Path folder, boolean network) {
        return new AuditRules(false, Optional.of(folder), network);
    }

    boolean refusesAll() {
        return !declared && folder.isEmpty();
    }
}
