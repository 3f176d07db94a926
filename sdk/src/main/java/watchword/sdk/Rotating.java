package watchword.sdk;

/**
 * An engine that has things which get a new secret on a schedule: passwords of accounts, its own credentials. It says what and when by
 * {@link Reply#rotates}; the server does the rest: it remembers, calls {@link #rotate} when the time has come, tries again with growing
 * pauses when it fails, and tells of it in audit, events and metrics.
 */
public interface Rotating {

    /**
     * Gives a thing a new secret. Runs outside any transaction, never twice at once for one thing, and again after a crash or a failure
     * until it returns; so a new secret is stored as pending before its target is told, and what an earlier call left pending is finished,
     * or found to have been taken, before another is made.
     *
     * @param what as {@link Reply#rotates} named it
     * @return what became of it
     * @throws Problem.ProblemException when the target could not be told; the old secret is still in force then
     */
    Rotated rotate(String what, Storage mountStorage);

    /** What became of a rotation. */
    enum Rotated {
        DONE,
        /** There is no such thing any more: it is never asked for again. */
        GONE
    }
}
