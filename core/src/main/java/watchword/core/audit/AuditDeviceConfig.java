package watchword.core.audit;

import java.util.LinkedHashMap;
import java.util.Map;
import watchword.sdk.Problem;

/**
 * A device as an operator describes it: in the body of a write to {@code sys/audit/<path>}, or as a stanza of the server's configuration,
 * {@code audit "file" "name" { options { file_path = "..." } }}.
 *
 * @param path its name, with a trailing slash; unique
 * @param type file, syslog, socket or http
 * @param options as the type has them; see {@link DeviceOptions}
 * @param local kept for clients; there is no replication
 */
public record AuditDeviceConfig(String path, String type, String description, Map<String, String> options, boolean local) {

    /** @throws Problem.ProblemException 400 when the path cannot name a device */
    public AuditDeviceConfig {
        path = folder(path);
        options = Map.copyOf(options);
        if (path.length() > 200 || !path.chars().allMatch(c -> c > 0x20 && c < 0x7f && "\"\\*+%?#".indexOf(c) < 0) || path.contains("//") || path.startsWith("/")) {
            throw new Problem.Invalid("the path of an audit device is 1 to 200 letters, digits and simple signs").asException();
        }
    }

    static String folder(String path) {
        return path.endsWith("/") ? path : path + "/";
    }

    /** The name under which its rows are kept. */
    String name() {
        return path.substring(0, path.length() - 1);
    }

    /** Options as they may be told: header values may be credentials. */
    Map<String, String> shownOptions() {
        if (!options.containsKey("headers")) return options;
        var shown = new LinkedHashMap<>(options);
        shown.put("headers", "<redacted>");
        return shown;
    }
}
