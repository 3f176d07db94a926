package watchword.engines.gcp.secrets;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;
import watchword.crypto.jose.JwtAlgorithm;
import watchword.crypto.jose.SigningKey;
import watchword.sdk.JsonCodec;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Tree;

/**
 * A service account's key, as Google's credentials file has it.
 *
 * @param privateKey as PKCS #8
 * @param tokenUri where it is traded for tokens, which is whom its signatures are for as well
 * @param universe domain below which Google's services are
 */
record ServiceKey(String email, String project, String id, Secret privateKey, String tokenUri, String universe) {
    static final String GOOGLE = "googleapis.com";

    /** Becomes part of addresses. */
    private static final Pattern EMAIL = Pattern.compile("[A-Za-z0-9._-]{1,64}@[A-Za-z0-9.-]{1,190}");
    /** Becomes part of a token's header. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");
    private static final Pattern DOMAIN = Pattern.compile("[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+");
    private static final int LONGEST_DOMAIN = 253;
    private static final int LONGEST_FILE = 64 << 10;

    static boolean isEmail(String text) {
        return EMAIL.matcher(text).matches();
    }

    /** @throws Problem.ProblemException which says nothing of what the file has */
    static ServiceKey read(Secret file, JsonCodec json) {
        if (file.size() > LONGEST_FILE) throw wrong("too long");
        var tree = Tree.of(file.<Object>use(bytes -> json.read(bytes).orElseThrow(() -> wrong("not JSON"))));
        if (!tree.text("type").equals("service_account")) throw wrong("only credentials of the type service_account are taken");
        if (!isEmail(tree.text("client_email"))) throw wrong("client_email is not that of a service account");
        if (!ID.matcher(tree.text("private_key_id")).matches()) throw wrong("private_key_id is missing or malformed");
        var tokenUri = tree.text("token_uri").isEmpty() ? "https://oauth2." + GOOGLE + "/token" : tree.text("token_uri");
        if (!Outbound.isAddress(tokenUri)) throw wrong("token_uri is not an address");
        var universe = tree.text("universe_domain").isEmpty() ? GOOGLE : tree.text("universe_domain");
        if (universe.length() > LONGEST_DOMAIN || !DOMAIN.matcher(universe).matches()) throw wrong("universe_domain is not a domain");
        var key = new ServiceKey(tree.text("client_email"), tree.text("project_id"), tree.text("private_key_id"), pkcs8(tree.text("private_key")), tokenUri, universe);
        key.requireSigning();
        return key;
    }

    private static Secret pkcs8(String pem) {
        var text = pem.strip();
        var first = "-----BEGIN PRIVATE KEY-----";
        var last = "-----END PRIVATE KEY-----";
        if (!text.startsWith(first) || !text.endsWith(last)) throw wrong("private_key is not PEM of PKCS #8");
        try {
            return Secret.owning(Base64.getMimeDecoder().decode(text.substring(first.length(), text.length() - last.length()).getBytes(StandardCharsets.US_ASCII)));
        } catch (IllegalArgumentException notBase64) {
            throw wrong("private_key is not PEM of PKCS #8");
        }
    }

    private void requireSigning() {
        try {
            var _ = signing().sign("JWT", new byte[0]);
        } catch (IllegalStateException damaged) {
            throw wrong("private_key is not one of RSA");
        }
    }

    private static RuntimeException wrong(String why) {
        return new Problem.Invalid("invalid credentials JSON file: " + why).asException();
    }

    SigningKey signing() {
        return SigningKey.of(JwtAlgorithm.RS256, id, privateKey);
    }
}
