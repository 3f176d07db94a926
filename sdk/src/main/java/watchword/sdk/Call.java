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

    /**
     * {@code storage} opens transactions on the mount's own entries.
     *
     * @param outside what the server does for it meanwhile
     */
    record Effect<I extends Record>(I input, Ask ask, Storage storage, Outside outside) implements Call<I> {

        /**
         * Records, before something is made outside, how to undo it; returns once that is durable, or refuses. The answer must be leased
         * ({@link Reply.Term.Leased}) with the same revocation. When it is not, because the handler threw, the caller lost its right
         * meanwhile or the server died, what was announced is revoked. At most once in a call.
         *
         * @param revocation names what will be made, so that it can be found whether or not it came to be
         */
        public void announce(Reply.Revocation revocation) {
            outside.announce(revocation);
        }

        /**
         * Records at once what {@link Reply#rotates} records with the answer: for a thing that is about to be stored, so that none is ever
         * there which nobody rotates. When it does not come to be, {@link Rotating#rotate} tells that it is gone.
         */
        public void rotates(Rotation rotation) {
            outside.rotates(rotation);
        }

        /**
         * Has a thing of this mount rotated now, whatever its schedule: {@link Rotating#rotate} is called as at its time, and never
         * twice at once. Returns when it is done.
         *
         * @throws Problem.ProblemException when it failed; if it has a schedule, it is tried again
         */
        public void rotate(String what) {
            outside.rotate(what);
        }
    }

    /** What the server does for a call that reaches outside; see {@link Effect}. */
    interface Outside {
        void announce(Reply.Revocation revocation);

        void rotates(Rotation rotation);

        void rotate(String what);
    }
}
