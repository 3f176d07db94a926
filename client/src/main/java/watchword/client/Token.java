package watchword.client;

/** A token as it goes into a request's header. It never shows itself: {@link #reveal} is the only way to its text. Immutable. */
public final class Token {
    /** No token: the request goes out without one. */
    public static final Token NONE = new Token("");

    private final String text;

    private Token(String text) {
        this.text = text;
    }

    /**
     * @param text surrounding white space is dropped; empty for none
     * @throws SettingsException when it holds what no header may carry
     */
    public static Token of(String text) throws SettingsException {
        var stripped = text.strip();
        for (int i = 0; i < stripped.length(); i++) {
            if (stripped.charAt(i) <= ' ' || stripped.charAt(i) > '~') {
                throw new SettingsException("the token is not one: it holds white space or characters that are not ASCII");
            }
        }
        return stripped.isEmpty() ? NONE : new Token(stripped);
    }

    public boolean isPresent() {
        return !text.isEmpty();
    }

    public String reveal() {
        return text;
    }

    @Override
    public String toString() {
        return "Token[" + text.length() + " characters]";
    }
}
