package watchword.core.policy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A policy read from its text.
 *
 * @param warnings what a writer should know, though it is no error
 */
record AclPolicy(List<Statement> statements, TemplatedPath.Allowances allowances, List<String> warnings) {

    /**
     * One {@code path} block.
     *
     * @param expires when it ends; empty for never
     */
    record Statement(TemplatedPath path, Permissions permissions, Optional<Instant> expires) {}

    /** Whether it says different things for different callers. */
    boolean isTemplated() {
        return statements.stream().anyMatch(statement -> statement.path().isTemplated());
    }
}
