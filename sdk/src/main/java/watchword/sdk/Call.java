package watchword.sdk;

import java.time.Instant;

/** One request to a route, decoded and allowed. What the handler may do with the store is in the type it is handed. */
public sealed interface Call<I extends Record> {

    I input();

    Ask ask();

    default Caller caller() {
        return ask().caller();
    }

    /** When the request was taken; one instant for the whole request. */
    default Instant now() {
        return ask().now();
    }

    /** {@code store} is one snapshot of the mount's own entries. */
    record Read<I extends Record>(I input, Ask ask, Storage.Reader store) implements Call<I> {}

    /** {@code store} is the transaction of this request on the mount's own entries; it may run more than once. */
    record Change<I extends Record>(I input, Ask ask, Storage.Writer store) implements Call<I> {}

    /** {@code storage} opens transactions on the mount's own entries. */
    record Effect<I extends Record>(I input, Ask ask, Storage storage) implements Call<I> {}
}
