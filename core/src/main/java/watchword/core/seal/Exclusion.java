package watchword.core.seal;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Lets one server at a time change how a store is sealed, of all that share it. Any thread. */
@FunctionalInterface
public interface Exclusion {
    /** For a store that one process has for itself. */
    Exclusion NOT_NEEDED = new Exclusion() {
        @Override
        public <T extends @Nullable Object> T alone(Supplier<T> work) {
            return work.get();
        }
    };

    /** Runs {@code work} while no other server runs any. */
    <T extends @Nullable Object> T alone(Supplier<T> work);
}
