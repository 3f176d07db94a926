package watchword.crypto.jose;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Believes a signed token, or does not. Before anything is computed the token must be of the one form that is taken: at most
 * {@value #MAX_CHARS} characters, three parts, each base64url in its one spelling, and a header with nothing in it that could choose the key
 * or change what is signed. The claims are read only once the signature is right. Any thread.
 */
public final class JwtVerifier {
    public static final int MAX_CHARS = 64 << 10;
    private static final int MAX_HEADER_CHARS = 4 << 10;
    private static final int MAX_SIGNATURE_CHARS = 2 << 10;
    /** What a header may have. {@code x5t} is only a name of a key; all else that RFC 7515 knows could bring a key along, or change the form. */
    private static final Set<String> HEADER = Set.of("alg", "kid", "typ", "cty", "x5t", "x5t#S256");

    private final Set<JwtAlgorithm> allowed;

    public JwtVerifier(Set<JwtAlgorithm> allowed) {
        this.allowed = Set.copyOf(allowed);
    }

    /** A token of the right form, of which nothing is believed yet; so it tells nothing. */
    public static final class Unverified {
        private final JwtAlgorithm algorithm;
        private final String keyId;
        private final byte[] signed;
        private final byte[] payload;
        private final byte[] signature;

        private Unverified(JwtAlgorithm algorithm, String keyId, byte[] signed, byte[] payload, byte[] signature) {
            this.algorithm = algorithm;
            this.keyId = keyId;
            this.signed = signed;
            this.payload = payload;
            this.signature = signature;
        }
    }

    /**
     * The claims of a token; empty when none of the keys has signed it.
     *
     * @throws JwtException when what is signed are no claims
     */
    public Optional<Map<String, Object>> claims(Unverified token, VerificationKeys keys) throws JwtException {
        var payload = payload(token, keys);
        return payload.isEmpty() ? Optional.empty() : Optional.of(JoseJson.object(payload.get()));
    }

    /** What is signed, as it is. */
    Optional<byte[]> payload(Unverified token, VerificationKeys keys) {
        return keys.candidates(token.algorithm, token.keyId).stream().filter(key -> verifies(token, key.key())).findFirst().map(_ -> token.payload);
    }

    // ---- form ----

    /** @throws JwtException when it is not of the form that is taken, or signed by an algorithm that is not allowed */
    public Unverified read(String token) throws JwtException {
        if (token.length() > MAX_CHARS) throw new JwtException("a token of more than " + MAX_CHARS + " characters");
        int first = token.indexOf('.');
        int second = token.indexOf('.', first + 1);
        if (first < 0 || second < 0 || token.indexOf('.', second + 1) >= 0) throw new JwtException("a signed token has three parts");
        if (first > MAX_HEADER_CHARS || token.length() - second > MAX_SIGNATURE_CHARS) throw new JwtException("a token with a header or signature that is too long");
        var header = JoseJson.object(decode(token.substring(0, first)));
        if (!HEADER.containsAll(header.keySet())) throw new JwtException("a token with a header that is not taken");
        for (var value : header.values()) if (!(value instanceof String)) throw new JwtException("a token with a header that is not taken");
        requireLogin(text(header, "typ"));
        var algorithm = JwtAlgorithm.named(text(header, "alg")).filter(allowed::contains)
                .orElseThrow(() -> new JwtException("invalid algorithm (alg) header parameter: token signed with unexpected algorithm"));
        return new Unverified(algorithm, text(header, "kid"), token.substring(0, second).getBytes(StandardCharsets.US_ASCII),
                decode(token.substring(first + 1, second)), decode(token.substring(second + 1)));
    }

    private static String text(Map<String, Object> header, String name) {
        return header.get(name) instanceof String text ? text : "";
    }

    /** A token that says it is for something else (a logout, a proof of possession, an event) is no proof of who somebody is: RFC 8725, 3.11. */
    private static void requireLogin(String type) throws JwtException {
        var plain = type.toLowerCase(Locale.ROOT);
        if (plain.endsWith("+jwt") && !plain.equals("at+jwt") && !plain.equals("application/at+jwt")) throw new JwtException("a token of a type that is not for logins");
    }

    /** Base64url as RFC 7515 has it: no padding, no other character, no bits left over. So a token has one spelling. */
    private static byte[] decode(String part) throws JwtException {
        try {
            var bytes = Base64.getUrlDecoder().decode(part);
            if (Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(part)) return bytes;
        } catch (IllegalArgumentException notBase64) {
            // refused below
        }
        throw new JwtException("a token that is not base64url; is there a space or the end of a line in it?");
    }

    // ---- signature ----

    private static boolean verifies(Unverified token, PublicKey key) {
        try {
            return switch (key) {
                case RSAPublicKey rsa -> token.signature.length == (rsa.getModulus().bitLength() + 7) / 8 && verifies(token, new RSASSAVerifier(rsa));
                case ECPublicKey elliptic -> verifies(token, new ECDSAVerifier(elliptic));
                default -> edwards(token, key);
            };
        } catch (JOSEException | GeneralSecurityException | IllegalArgumentException refused) {
            return false;
        }
    }

    private static boolean verifies(Unverified token, JWSVerifier verifier) throws JOSEException {
        return verifier.verify(new JWSHeader.Builder(token.algorithm.jws()).build(), token.signed, Base64URL.encode(token.signature));
    }

    private static boolean edwards(Unverified token, PublicKey key) throws GeneralSecurityException {
        var signature = Signature.getInstance("Ed25519");
        signature.initVerify(key);
        signature.update(token.signed);
        return token.signature.length == 64 && signature.verify(token.signature);
    }
}
