package watchword.server.config;

/** A setting whose value its record does not take; whoever reads the file says where it stands. */
final class RefusedException extends RuntimeException {
    private final String setting;

    RefusedException(String setting, String what) {
        super(what, null, false, false);
        this.setting = setting;
    }

    String setting() {
        return setting;
    }
}
