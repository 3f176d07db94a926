package watchword.crypto;

/** A key was used after it had been cleared: whoever held it was sealed or closed meanwhile. */
public final class KeyClearedException extends IllegalStateException {
    KeyClearedException() {
        super("the key has been cleared");
    }
}
