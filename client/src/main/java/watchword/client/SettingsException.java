package watchword.client;

/**
 * A setting that cannot be used: a variable, flag or file of ours, never an answer of a server. The message names it and says what is
 * expected.
 */
public final class SettingsException extends Exception {
    private static final long serialVersionUID = 1;

    public SettingsException(String message) {
        super(message, null, false, false);
    }
}
