package watchword.server;

/** Signals of the operating system that a server acts on. */
final class Signals {
    private Signals() {}

    /** @param name without {@code SIG} */
    @SuppressWarnings("sunapi") // there is no other way to hear SIGHUP
    static void on(String name, Runnable action) {
        sun.misc.Signal.handle(new sun.misc.Signal(name), _ -> action.run());
    }
}
