package watchword.engines.gcp.secrets;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import watchword.core.json.Json;
import watchword.sdk.Outbound;
import watchword.sdk.Tree;

/**
 * Google's token endpoint, IAM, IAM credentials, STS and storage, as their documentation describes them: signatures, audiences, scopes and
 * boundaries are checked, and nothing is done without a token that may.
 */
final class PretendedGoogle implements Outbound {
    static final String ROOT = "watchword@main-project.iam.gserviceaccount.com";
    static final String APP = "app@ml-project.iam.gserviceaccount.com";
    static final String TOKEN_URI = "https://oauth2.googleapis.com/token";
    static final String CLOUD = "https://www.googleapis.com/auth/cloud-platform";

    private static final List<KeyPair> PAIRS = pairs();

    /** A service account's keys. */
    static final class Account {
        final Map<String, Instant> keys = new LinkedHashMap<>();
        /** Accounts that may make tokens of it. */
        final Set<String> creators = new LinkedHashSet<>();
    }

    /** @param rules of the boundary; empty for none */
    record Issued(String email, Set<String> scopes, Instant end, List<Tree> rules) {}

    record Question(String action, Ask ask) {}

    final Map<String, Account> accounts = new TreeMap<>();
    final Map<String, Issued> tokens = new HashMap<>();
    final List<Question> asked = new ArrayList<>();
    /** What happens before an action is done; its answer takes the place of doing it. */
    Function<String, Optional<Answer>> before = _ -> Optional.empty();
    /** What happens once it is done and before anybody knows. */
    Consumer<String> after = _ -> {};
    boolean takesNewKeys = true;

    private final InstantSource clock;
    private int made;

    PretendedGoogle(InstantSource clock) {
        this.clock = clock;
        account(ROOT).keys.put("rootkey", clock.instant());
        account(APP).creators.add(ROOT);
    }

    private static List<KeyPair> pairs() {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return List.of(generator.generateKeyPair(), generator.generateKeyPair());
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static KeyPair pair(String keyId) {
        return PAIRS.get(keyId.equals("rootkey") ? 0 : 1);
    }

    Account account(String email) {
        return accounts.computeIfAbsent(email, _ -> new Account());
    }

    Set<String> keys(String email) {
        return account(email).keys.keySet();
    }

    Issued issued(String token) {
        return Optional.ofNullable(tokens.get(token)).orElseThrow();
    }

    /** An answer to the last question to narrow a token, with that very token. */
    Answer wideAgain() {
        return answer(200, Map.of("access_token", form(asked.getLast().ask().body()).getOrDefault("subject_token", "")));
    }

    long times(String action) {
        return asked.stream().filter(each -> each.action().equals(action)).count();
    }

    static String file(String email, String keyId) {
        var pem = "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(pair(keyId).getPrivate().getEncoded()) + "\n-----END PRIVATE KEY-----\n";
        return text(Map.of("type", "service_account", "project_id", email.replaceAll(".*@|\\.iam.*", ""), "private_key_id", keyId, "private_key", pem, "client_email", email, "token_uri", TOKEN_URI,
                "universe_domain", "googleapis.com"));
    }

    private static String text(Object tree) {
        return new String(Json.write(tree), StandardCharsets.UTF_8);
    }

    static Answer error(int status, String code) {
        return answer(status, Map.of("error", Map.of("code", (long) status, "status", code, "message", "what only operators may know")));
    }

    private static Answer oauthError(String code) {
        return answer(400, Map.of("error", code, "error_description", "what only operators may know"));
    }

    private static Answer answer(int status, Object tree) {
        return new Answer(status, Map.of("content-type", List.of("application/json")), Json.write(tree));
    }

    private static Tree read(byte[] text) {
        try {
            return Tree.of(Json.parse(text));
        } catch (Json.MalformedException malformed) {
            throw new AssertionError(malformed);
        }
    }

    @Override
    public Answer send(Ask ask) {
        var action = action(ask);
        asked.add(new Question(action, ask));
        var early = before.apply(action);
        if (early.isPresent()) return early.get();
        var answer = done(action, ask);
        after.accept(action);
        return answer;
    }

    private static String action(Ask ask) {
        var path = ask.to().getPath();
        return switch (ask.to().getHost()) {
            case "oauth2.googleapis.com", "oauth2.test" -> "grant";
            case "sts.googleapis.com", "sts.test" -> "exchange";
            case "iamcredentials.googleapis.com", "iamcredentials.test" -> "generateAccessToken";
            case "iam.googleapis.com", "iam.test" -> path.contains("/keys") ? switch (ask.method()) {
                case "GET" -> "keys.list";
                case "POST" -> "keys.create";
                default -> "keys.delete";
            } : "account.get";
            default -> throw new AssertionError(ask.to());
        };
    }

    private Answer done(String action, Ask ask) {
        if (action.equals("grant")) return grant(form(ask.body()));
        if (action.equals("exchange")) return exchange(form(ask.body()));
        var token = Optional.ofNullable(tokens.get(ask.headers().getOrDefault("Authorization", "").replaceFirst("^Bearer ", ""))).filter(issued -> clock.instant().isBefore(issued.end()));
        if (token.isEmpty()) return error(401, "UNAUTHENTICATED");
        if (!token.get().scopes().contains(CLOUD) || !token.get().rules().isEmpty()) return error(403, "PERMISSION_DENIED");
        var matcher = Pattern.compile("/v1/projects/-/serviceAccounts/([^/:]+)(?::generateAccessToken|/keys(?:/([^/]+))?)?").matcher(ask.to().getPath());
        if (!matcher.matches()) throw new AssertionError(ask.to());
        var email = matcher.group(1);
        var account = accounts.get(email);
        if (account == null) return error(404, "NOT_FOUND");
        return switch (action) {
            case "account.get" -> answer(200, Map.of("name", "projects/p/serviceAccounts/" + email, "email", email, "projectId", email.replaceAll(".*@|\\.iam.*", ""), "uniqueId", "1"));
            case "generateAccessToken" -> generate(token.get(), email, account, read(ask.body()));
            case "keys.list" -> answer(200, account.keys.isEmpty() ? Map.of() : Map.of("keys", account.keys.entrySet().stream()
                    .map(key -> Map.of("name", "projects/p/serviceAccounts/" + email + "/keys/" + key.getKey(), "validAfterTime", key.getValue().toString(), "keyType", "USER_MANAGED")).toList()));
            case "keys.create" -> {
                if (account.keys.size() >= 10) yield error(429, "RESOURCE_EXHAUSTED");
                var body = read(ask.body());
                var id = "made" + ++made;
                account.keys.put(id, clock.instant());
                yield answer(200, Map.of("name", "projects/p/serviceAccounts/" + email + "/keys/" + id, "keyAlgorithm", body.text("keyAlgorithm"), "privateKeyType", body.text("privateKeyType"), "privateKeyData",
                        Base64.getEncoder().encodeToString(file(email, id).getBytes(StandardCharsets.UTF_8))));
            }
            case "keys.delete" -> account.keys.remove(String.valueOf(matcher.group(2))) == null ? error(404, "NOT_FOUND") : answer(200, Map.of());
            default -> throw new AssertionError(action);
        };
    }

    private static Map<String, String> form(byte[] body) {
        var fields = new HashMap<String, String>();
        for (var pair : new String(body, StandardCharsets.UTF_8).split("&")) {
            fields.put(URLDecoder.decode(pair.substring(0, pair.indexOf('=')), StandardCharsets.UTF_8), URLDecoder.decode(pair.substring(pair.indexOf('=') + 1), StandardCharsets.UTF_8));
        }
        return fields;
    }

    /** RFC 7523: whose key signed for this endpoint, for an hour at most, gets a token of the scopes. */
    private Answer grant(Map<String, String> form) {
        if (!"urn:ietf:params:oauth:grant-type:jwt-bearer".equals(form.get("grant_type"))) return oauthError("unsupported_grant_type");
        var parts = form.getOrDefault("assertion", "").split("\\.");
        var header = read(Base64.getUrlDecoder().decode(parts[0]));
        var claims = read(Base64.getUrlDecoder().decode(parts[1]));
        var email = claims.text("iss");
        var id = header.text("kid");
        var account = accounts.get(email);
        if (account == null || !account.keys.containsKey(id) || (!takesNewKeys && id.startsWith("made"))) return oauthError("invalid_grant");
        if (!header.text("alg").equals("RS256") || !isSigned(parts, id) || !claims.text("aud").equals(TOKEN_URI)) return oauthError("invalid_grant");
        long begin = claims.number("iat").orElse(0L);
        long end = claims.number("exp").orElse(0L);
        long now = clock.instant().getEpochSecond();
        if (end - begin > 3600 || begin > now + 300 || end < now) return oauthError("invalid_grant");
        if (claims.text("scope").isBlank()) return oauthError("invalid_scope");
        return answer(200, Map.of("access_token", issue(email, Set.of(claims.text("scope").split(" ")), clock.instant().plusSeconds(3600), List.of()), "expires_in", 3599L, "token_type", "Bearer"));
    }

    private static boolean isSigned(String[] parts, String keyId) {
        try {
            var signature = Signature.getInstance("SHA256withRSA");
            signature.initVerify(pair(keyId).getPublic());
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            return signature.verify(Base64.getUrlDecoder().decode(parts[2]));
        } catch (GeneralSecurityException malformed) {
            return false;
        }
    }

    private Answer generate(Issued caller, String email, Account account, Tree body) {
        if (!account.creators.contains(caller.email())) return error(403, "PERMISSION_DENIED");
        long seconds = Long.parseLong(body.text("lifetime").replaceFirst("s$", ""));
        if (seconds > 3600 || body.texts("scope").isEmpty()) return error(400, "INVALID_ARGUMENT");
        var end = clock.instant().plusSeconds(seconds);
        return answer(200, Map.of("accessToken", issue(email, Set.copyOf(body.texts("scope")), end, List.of()), "expireTime", end.toString()));
    }

    private Answer exchange(Map<String, String> form) {
        var type = "urn:ietf:params:oauth:token-type:access_token";
        if (!"urn:ietf:params:oauth:grant-type:token-exchange".equals(form.get("grant_type")) || !type.equals(form.get("subject_token_type")) || !type.equals(form.get("requested_token_type"))) {
            return oauthError("invalid_request");
        }
        var subject = tokens.get(form.getOrDefault("subject_token", ""));
        if (subject == null || !clock.instant().isBefore(subject.end())) return oauthError("invalid_grant");
        var rules = read(form.getOrDefault("options", "{}").getBytes(StandardCharsets.UTF_8)).at("accessBoundary").get("accessBoundaryRules").orElse(List.of());
        if (!(rules instanceof List<?> list) || list.isEmpty() || list.size() > 10 || !subject.scopes().contains(CLOUD)) return oauthError("invalid_request");
        return answer(200, Map.of("access_token", issue(subject.email(), subject.scopes(), subject.end(), list.stream().map(Tree::of).toList()), "issued_token_type", type, "token_type", "Bearer"));
    }

    private String issue(String email, Set<String> scopes, Instant end, List<Tree> rules) {
        var token = "ya29." + ++made;
        tokens.put(token, new Issued(email, scopes, end, rules));
        return token;
    }

    private static final Pattern READS = Pattern.compile("resource\\.name\\.startsWith\\('((?:[^'\\\\]|\\\\.)*)'\\)");
    private static final Pattern LISTS = Pattern.compile("api\\.getAttribute\\('storage\\.googleapis\\.com/objectListPrefix', ''\\)\\.startsWith\\('((?:[^'\\\\]|\\\\.)*)'\\)");

    /** Whether storage would let this token read an object. */
    boolean reads(String token, String bucket, String object) {
        return allows(token, bucket, READS, "projects/_/buckets/" + bucket + "/objects/" + object);
    }

    /** Whether storage would let this token list what is below a prefix. */
    boolean lists(String token, String bucket, String prefix) {
        return allows(token, bucket, LISTS, prefix);
    }

    private boolean allows(String token, String bucket, Pattern condition, String what) {
        var issued = tokens.get(token);
        if (issued == null || !clock.instant().isBefore(issued.end())) return false;
        if (issued.rules().isEmpty()) return true;
        return issued.rules().stream().filter(rule -> rule.text("availableResource").equals("//storage.googleapis.com/projects/_/buckets/" + bucket))
                .filter(rule -> rule.texts("availablePermissions").contains("inRole:roles/storage.objectViewer"))
                .anyMatch(rule -> rule.get("availabilityCondition").isEmpty() || condition.matcher(rule.at("availabilityCondition").text("expression")).results()
                        .anyMatch(match -> what.startsWith(match.group(1).replaceAll("\\\\(.)", "$1"))));
    }
}
