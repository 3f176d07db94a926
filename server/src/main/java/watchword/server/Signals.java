package watchword.server;

/** Signals of the operating system that a server acts on. */
final class Signals {
    private Signals() {}

    @SuppressWarnings("sunapi") // there is no other way to hear SIGHUP
    static void onHangUp(Runnable action) {
        sun.misc.Signal.handle(new sun.misc.Signal("HUP"), _ -> action.run());
    }
}
