package watchword.cli.line;

/** A command typed in a way that cannot be carried out, or a file of the user's that cannot be used. Exit status 1. */
public final class UsageException extends Exception {
    private static final long serialVersionUID = 1;

    public UsageException(String message) {
        super(message, null, false, false);
    }
}
