package watchword.core.identity.oidc;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** PKCE, RFC 7636: whoever ends a sign-in proves to have begun it. */
final class Challenge {
    static final String PLAIN = "plain";
    static final String S256 = "S256";
    private static final int LEAST = 43;
    private static final int MOST = 128;

    private Challenge() {}

    static boolean isSound(String challenge) {
        return challenge.length() >= LEAST && challenge.length() <= MOST;
    }

    static boolean isMet(String challenge, String method, String verifier) {
        try {
            var ascii = verifier.getBytes(StandardCharsets.UTF_8);
            var met = method.equals(PLAIN) ? ascii : Base64.getUrlEncoder().withoutPadding().encode(MessageDigest.getInstance("SHA-256").digest(ascii));
            return MessageDigest.isEqual(met, challenge.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
