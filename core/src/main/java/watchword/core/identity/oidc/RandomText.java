package watchword.core.identity.oidc;

import java.security.SecureRandom;

/** Texts that nobody can guess, of letters and digits. */
record RandomText(SecureRandom random) {
    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    String base62(int length) {
        var text = new StringBuilder(length);
        for (int i = 0; i < length; i++) text.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        return text.toString();
    }
}
