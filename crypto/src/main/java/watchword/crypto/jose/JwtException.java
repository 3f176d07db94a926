package watchword.crypto.jose;

/** A token or key that is not believed, or cannot be read. The message may be told to whoever sent it, and holds no part of it. */
public final class JwtException extends Exception {
    public JwtException(String message) {
        super(message, null, false, false);
    }
}
