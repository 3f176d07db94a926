package watchword.crypto.jose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;
import watchword.testkit.TokenSigner;

/** Which tokens are believed: numbers 34 to 38 of the vulnerability list, each with the token that must be. */
final class JwtVerifierTest {
    private static final String CLAIMS = "{\"sub\":\"trainer\"}";

    private final JwtVerifier verifier = new JwtVerifier(EnumSet.allOf(JwtAlgorithm.class));
    private static final TokenSigner RSA = TokenSigner.of("rsa", "RS256");
    private static final TokenSigner STRANGER = TokenSigner.of("rsa", "RS256");

    private final TokenSigner rsa = RSA;
    private final TokenSigner ec = TokenSigner.of("ec", "ES256");

    private static VerificationKeys keys(TokenSigner... signers) {
        return keys(TokenSigner.jwks(signers));
    }

    private static VerificationKeys keys(String set) {
        try {
            return VerificationKeys.ofJwkSet(set.getBytes(StandardCharsets.UTF_8));
        } catch (JwtException wrong) {
            throw new AssertionError(wrong);
        }
    }

    private Optional<Map<String, @Nullable Object>> claims(String token, VerificationKeys keys) throws JwtException {
        return verifier.claims(verifier.read(token), keys);
    }

    private void assertRefused(String token, VerificationKeys keys) {
        try {
            assertThat(claims(token, keys)).as(shown(token)).isEmpty();
        } catch (JwtException refused) {
            assertThat(refused.getMessage()).as(shown(token)).doesNotContain("trainer");
        }
    }

    private static String shown(String token) {
        return token.length() > 300 ? token.substring(0, 300) : token;
    }

    @Test
    void every_algorithm_verifies_by_its_own_key_and_by_no_other() throws JwtException {
        var signers = Arrays.stream(JwtAlgorithm.values()).map(Enum::name).map(name -> name.charAt(1) == 'S' && name.charAt(0) != 'E' ? rsa.as(name, name) : TokenSigner.of(name, name)).toArray(TokenSigner[]::new);
        for (var signer : signers) {
            assertThat(claims(signer.sign(CLAIMS), keys(signers)).orElseThrow()).as(signer.id()).containsEntry("sub", "trainer");
            var others = Arrays.stream(signers).filter(other -> other != signer).toArray(TokenSigner[]::new);
            assertRefused(signer.sign(CLAIMS), keys(others));
            assertRefused(signer.sign("{\"alg\":\"" + signer.id() + "\"}", CLAIMS), keys(others));
        }
    }

    @Test
    void keys_come_as_pem_as_well() throws JwtException {
        var edwards = TokenSigner.of("ed", "EdDSA");
        var pem = VerificationKeys.ofPem(List.of(rsa.pem(), ec.pem(), edwards.pem()));
        assertThat(pem.size()).isEqualTo(3);
        for (var signer : List.of(rsa, ec, edwards)) assertThat(claims(signer.sign(CLAIMS), pem)).isPresent();
        assertThatThrownBy(() -> VerificationKeys.ofPem(List.of("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"))).isInstanceOf(JwtException.class);
        assertThatThrownBy(() -> VerificationKeys.ofPem(List.of("no key"))).isInstanceOf(JwtException.class);
    }

    /** Number 34: algorithm confusion. */
    @Test
    void a_public_key_is_no_shared_secret_and_no_algorithm_is_none() throws GeneralSecurityException {
        for (var secret : List.of(rsa.pem().getBytes(StandardCharsets.UTF_8), rsa.publicKey().getEncoded(), rsa.jwk().getBytes(StandardCharsets.UTF_8))) {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            var signed = TokenSigner.text("{\"alg\":\"HS256\",\"kid\":\"rsa\"}".getBytes(StandardCharsets.UTF_8)) + "." + TokenSigner.text(CLAIMS.getBytes(StandardCharsets.UTF_8));
            assertRefused(signed + "." + TokenSigner.text(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII))), keys(rsa));
        }
        for (var algorithm : List.of("\"none\"", "\"None\"", "\"NONE\"", "\"\"", "[\"RS256\"]", "null", "\"rs256\"", "\"RS256 \"", "1", "{}", "\"HS256\"", "\"ES256\"", "\"PS256\"", "\"ES256K\"")) {
            var header = "{\"alg\":" + algorithm + ",\"kid\":\"rsa\"}";
            assertRefused(rsa.sign(header, CLAIMS), keys(rsa));
            var signed = rsa.sign(header, CLAIMS);
            assertRefused(signed.substring(0, signed.lastIndexOf('.') + 1), keys(rsa));
        }
    }

    /** Number 34, the other half: nothing in a token brings its key along. */
    @Test
    void a_header_brings_no_key_along() throws JwtException {
        var stranger = STRANGER;
        for (var member : List.of("\"jwk\":" + stranger.jwk(), "\"jku\":\"http://127.0.0.1/keys\"", "\"x5u\":\"http://127.0.0.1/cert\"", "\"x5c\":[\"AAAA\"]", "\"crit\":[\"exp\"]", "\"crit\":[\"b64\"],\"b64\":false",
                "\"b64\":false", "\"zip\":\"DEF\"", "\"enc\":\"A128GCM\"", "\"p2c\":1", "\"unheard\":\"of\"")) {
            for (var signer : List.of(rsa, stranger)) assertRefused(signer.sign("{\"alg\":\"RS256\",\"kid\":\"rsa\"," + member + "}", CLAIMS), keys(rsa));
        }
        assertThat(claims(rsa.sign("{\"alg\":\"RS256\",\"kid\":\"rsa\",\"typ\":\"JWT\",\"x5t\":\"AAAA\"}", CLAIMS), keys(rsa))).as("names of a key are no key").isPresent();
    }

    /** RFC 8725, 3.11: a token for something else is no login. */
    @Test
    void a_token_of_a_type_for_something_else_is_refused() throws JwtException {
        for (var type : List.of("logout+jwt", "Logout+JWT", "secevent+jwt", "dpop+jwt", "application/secevent+jwt")) assertRefused(rsa.sign("{\"alg\":\"RS256\",\"typ\":\"" + type + "\"}", CLAIMS), keys(rsa));
        for (var type : List.of("JWT", "jwt", "JOSE", "at+jwt", "application/at+JWT")) assertThat(claims(rsa.sign("{\"alg\":\"RS256\",\"typ\":\"" + type + "\"}", CLAIMS), keys(rsa))).isPresent();
    }

    @Test
    void a_key_id_that_is_not_known_finds_no_key_and_one_that_is_not_said_finds_any() throws JwtException {
        assertRefused(rsa.sign("{\"alg\":\"RS256\",\"kid\":\"other\"}", CLAIMS), keys(rsa, ec));
        assertThat(claims(rsa.sign("{\"alg\":\"RS256\"}", CLAIMS), keys(rsa, ec))).isPresent();
    }

    /** Number 35: signatures that are no numbers of the curve. */
    @Test
    void a_signature_of_nothing_is_refused() throws JwtException {
        for (var algorithm : List.of("ES256", "ES384", "ES512")) {
            var signer = TokenSigner.of("k", algorithm);
            if (!(signer.publicKey() instanceof ECPublicKey key)) throw new AssertionError();
            var n = key.getParams().getOrder();
            int size = (n.bitLength() + 7) / 8;
            var good = signer.sign(CLAIMS);
            var signed = good.substring(0, good.lastIndexOf('.') + 1);
            var whole = signer.signature(signed.substring(0, signed.length() - 1).getBytes(StandardCharsets.US_ASCII));
            var r = new BigInteger(1, Arrays.copyOf(whole, size));
            for (var one : List.of(BigInteger.ZERO, n, n.add(BigInteger.ONE), BigInteger.ONE, r, r.add(n), BigInteger.ONE.shiftLeft(size * 8).subtract(BigInteger.ONE))) {
                for (var other : List.of(BigInteger.ZERO, n, n.add(BigInteger.ONE), BigInteger.ONE)) {
                    assertRefused(signed + TokenSigner.text(concat(fixed(one, size), fixed(other, size))), keys(signer));
                    assertRefused(signed + TokenSigner.text(concat(fixed(other, size), fixed(one, size))), keys(signer));
                }
            }
            assertRefused(signed + TokenSigner.text(der(whole, size)), keys(signer));
            for (var length : List.of(0, 1, size, 2 * size - 1)) assertRefused(signed + TokenSigner.text(Arrays.copyOf(whole, length)), keys(signer));
            assertRefused(signed + TokenSigner.text(Arrays.copyOf(whole, 2 * size + 1)), keys(signer));
            assertThat(claims(signed + TokenSigner.text(whole), keys(signer))).as(algorithm).isPresent();
        }
    }

    private static byte[] fixed(BigInteger number, int size) {
        var bytes = number.toByteArray();
        var fixed = new byte[size];
        int taken = Math.min(size, bytes.length);
        System.arraycopy(bytes, bytes.length - taken, fixed, size - taken, taken);
        return fixed;
    }

    private static byte[] concat(byte[] one, byte[] other) {
        var both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    private static byte[] der(byte[] whole, int size) {
        var r = new BigInteger(1, Arrays.copyOf(whole, size)).toByteArray();
        var s = new BigInteger(1, Arrays.copyOfRange(whole, size, 2 * size)).toByteArray();
        return concat(new byte[] {0x30, (byte) (r.length + s.length + 4)}, concat(concat(new byte[] {2, (byte) r.length}, r), concat(new byte[] {2, (byte) s.length}, s)));
    }

    /** Number 36: with a bad signature, that is what is wrong, whatever the claims say. */
    @Test
    void claims_are_not_looked_at_before_the_signature() throws JwtException {
        var token = rsa.sign("not even claims");
        var broken = token.substring(0, token.length() - 6) + "AAAAAA";
        assertThat(claims(broken, keys(rsa))).isEmpty();
        assertThatThrownBy(() -> claims(token, keys(rsa))).isInstanceOf(JwtException.class);
    }

    /** Numbers 37 and 38: what costs more to read than it is worth. */
    @Test
    void what_is_no_token_costs_nothing() throws JwtException {
        var three = rsa.sign(CLAIMS);
        var deep = "[".repeat(15_000) + "]".repeat(15_000);
        var bad = List.of("", ".", "..", "...", ".".repeat(1_000_000), "a".repeat(8 << 20), three + ".", "." + three, three + ".a.b", three.replaceFirst("\\.", ".."), three + "=", three + " ", " " + three,
                three.replaceFirst("\\.", "\n."), rsa.sign("{\"alg\":\"RS256\",\"kid\":" + deep.substring(0, 200) + "}", CLAIMS), rsa.sign("{\"sub\":" + deep + "}"),
                rsa.sign("{\"sub\":\"" + "x".repeat(70_000) + "\"}"), rsa.sign("{\"alg\":\"RS256\",\"kid\":\"" + "x".repeat(5_000) + "\"}", CLAIMS), "{\"payload\":\"AAAA\",\"signatures\":[]}");
        for (int warm = 0; warm < 3; warm++) for (var token : bad) assertRefused(token, keys(rsa));
        var keys = keys(rsa);
        for (var token : bad) {
            long before = System.nanoTime();
            assertRefused(token, keys);
            assertThat(System.nanoTime() - before).as(shown(token)).isLessThan(500_000_000L);
        }
        assertThat(claims(rsa.sign("{\"sub\":\"trainer\",\"groups\":\"" + "x".repeat(45_000) + "\"}"), keys)).as("a large token that is one").isPresent();
    }

    @Test
    void a_token_has_one_spelling() throws JwtException {
        var token = ec.sign(CLAIMS);
        assertThat(claims(token, keys(ec))).isPresent();
        int last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".indexOf(token.charAt(token.length() - 1));
        var respelled = token.substring(0, token.length() - 1) + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".charAt(last ^ 1);
        assertRefused(respelled, keys(ec));
        assertRefused(token.replace('-', '+').replace('_', '/') + "==", keys(ec));
    }

    @Test
    void json_that_can_be_read_in_two_ways_is_refused() throws JwtException {
        for (var claims : List.of("{\"sub\":\"a\",\"sub\":\"b\"}", "{\"sub\":\"a\",\"x\":{\"y\":1,\"y\":2}}", "{\"exp\":1e400}", "{\"exp\":NaN}", "{\"exp\":Infinity}", "{\"sub\":'a'}", "{\"sub\":\"a\"}{}", "[]", "\"a\"", "null",
                "", "{\"sub\":\"a\",}", "{/**/\"sub\":\"a\"}")) {
            assertThatThrownBy(() -> claims(rsa.sign(claims), keys(rsa))).as(claims).isInstanceOf(JwtException.class);
        }
        assertRefused(rsa.sign("{\"alg\":\"RS256\",\"alg\":\"RS256\"}", CLAIMS), keys(rsa));
        assertThat(claims(rsa.sign("{\"n\":1.5,\"big\":123456789012345678901,\"ok\":true,\"no\":null}"), keys(rsa))).isPresent();
    }

    @Test
    void keys_for_something_else_or_of_no_use_are_passed_over() {
        assertThat(keys("{\"keys\":[]}").size()).isZero();
        var good = rsa.jwk();
        for (var bad : List.of(good.replace("\"sig\"", "\"enc\""), good.replace("\"use\":\"sig\"", "\"key_ops\":[\"encrypt\"]"), good.replace("\"RSA\"", "\"oct\""), good.replaceAll("\"n\":\"[^\"]*\"", "\"n\":\"AQAB\""),
                good.replaceAll("\"e\":\"[^\"]*\"", "\"e\":\"AA\""), good.replaceAll("\"e\":\"[^\"]*\"", "\"e\":\"AQ\""), "{}", "1", ec.jwk().replaceAll("\"y\":\"[^\"]*\"", "\"y\":\"" + "A".repeat(43) + "\""))) {
            assertThat(keys("{\"keys\":[" + bad + "]}").size()).as(bad).isZero();
            assertThat(keys("{\"keys\":[" + bad + "," + good + "]}").size()).isEqualTo(1);
        }
        assertThat(keys("{\"keys\":[" + good.replace("\"sig\"", "\"jwt-svid\"") + "]}").size()).as("as SPIFFE has it").isEqualTo(1);
        var many = TokenSigner.jwks(java.util.Collections.nCopies(VerificationKeys.MAX_KEYS + 1, rsa).toArray(TokenSigner[]::new));
        assertThatThrownBy(() -> VerificationKeys.ofJwkSet(many.getBytes(StandardCharsets.UTF_8))).isInstanceOf(JwtException.class);
    }
}
