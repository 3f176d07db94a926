package watchword.core.policy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A policy read from its text.
 *
 * @param warnings what a writer should know, though it is no error
 */
public record AclPolicy(List<Statement> statements, TemplatedPath.Allowances allowances, List<String> warnings) {

    /**
     * One {@code path} block.
     *
     * @param expires when it ends; empty for never
     * @param line where it begins in the text
     */
    public record Statement(TemplatedPath path, Permissions permissions, Optional<Instant> expires, int line) {

        /** Whether it counts, and where. */
        public Fate fate(IdentityView identity, TemplatedPath.Allowances allowances, Instant now) {
            if (expires.isPresent() && !now.isBefore(expires.get())) return new Fate.Ended();
            return path.resolve(identity, allowances).<Fate>map(Fate.Holds::new).orElseGet(Fate.Void::new);
        }
    }

    /** What becomes of a statement for one identity at one moment. */
    public sealed interface Fate {
        /** @param path with the identity's values in it */
        record Holds(String path) implements Fate {}

        record Ended() implements Fate {}

        /** A template has no value, or one that would widen it. */
        record Void() implements Fate {}
    }

    /** Whether it says different things for different callers. */
    boolean isTemplated() {
        return statements.stream().anyMatch(statement -> statement.path().isTemplated());
    }
}
