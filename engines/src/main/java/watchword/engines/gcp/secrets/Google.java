package watchword.engines.gcp.secrets;

import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import watchword.sdk.JsonCodec;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Tree;

/** Google's services, asked with one service account's key for the length of one piece of work. */
final class Google {
    static final String CLOUD = "https://www.googleapis.com/auth/cloud-platform";

    private static final System.Logger LOG = System.getLogger(Google.class.getName());
    private static final Duration ASSERTED = Duration.ofHours(1);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final int RETRIES = 3;
    private static final int MOST_TEXT = 300;
    private static final Pattern TOKEN = Pattern.compile("[!-~]{1,16384}");
    private static final Pattern CODE = Pattern.compile("[A-Za-z_]{1,80}");
    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

    /** Where an engine's questions go, and how it waits between them. */
    record World(Outbound outbound, InstantSource clock, Consumer<Duration> pause, JsonCodec json, Tokens tokens) {}

    /** What Google said. */
    sealed interface Said {
        record Told(Tree tree) implements Said {}

        /** @param code Google's word for why, if it has one */
        record Refused(String code, int status) implements Said {
            boolean isGone() {
                return status == 404;
            }

            /** That what was asked has not been done, nor will be. */
            boolean isCertain() {
                return status >= 400 && status < 500 && status != 408;
            }

            boolean mayPass() {
                return status == 429 || status >= 500;
            }

            /** For whom it is told; never with Google's own sentence, which may name what only an operator may know. */
            Problem.ProblemException as(String failing) {
                return new Problem.Upstream(failing + ": Google answered " + (code.isEmpty() ? "without a reason" : code) + ", status " + status).asException();
            }
        }
    }

    /** A key as IAM lists it. */
    record Listed(String id, Instant made) {}

    /** @param file Google's credentials file, in base64 as it comes; or PKCS #12 */
    record MadeKey(String id, Secret file) {}

    /** A service account, as IAM knows it. */
    record Account(String email, String project) {}

    private final World world;
    private final Config config;
    private final ServiceKey key;

    Google(World world, Config config, ServiceKey key) {
        this.world = world;
        this.config = config;
        this.key = key;
    }

    /** The same, asked with another key. */
    Google as(ServiceKey other) {
        return new Google(world, config, other);
    }

    /** With which is asked. */
    ServiceKey key() {
        return key;
    }

    void pause(Duration time) {
        world.pause().accept(time);
    }

    Instant now() {
        return world.clock().instant();
    }

    // ---- tokens ----

    /** A token of an account by its own key: what it signed is traded in. @throws Problem.ProblemException when it is refused */
    Token grant(ServiceKey signer, List<String> scopes) {
        var now = now();
        var claims = new LinkedHashMap<String, Object>();
        claims.put("iss", signer.email());
        claims.put("scope", String.join(" ", scopes));
        claims.put("aud", signer.tokenUri());
        claims.put("iat", now.getEpochSecond());
        claims.put("exp", now.plus(ASSERTED).getEpochSecond());
        var form = Map.of("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion", signer.signing().sign("JWT", world.json().write(claims)));
        var told = told("Error getting an access token", post(grants(signer), form));
        return new Token(token(told.text("access_token")), end(told, now, now.plus(ASSERTED)));
    }

    private String grants(ServiceKey signer) {
        return config.customEndpoint().getOrDefault(Config.OAUTH2, signer.tokenUri());
    }

    /** A token of an account that this one may act for. */
    Token generate(String email, List<String> scopes, Duration lifetime) {
        var now = now();
        var told = told("Error generating an access token", ask("POST", credentials(email) + ":generateAccessToken", Map.of("scope", scopes, "lifetime", lifetime.toSeconds() + "s"), true));
        return new Token(token(told.text("accessToken")), earlier(time(told.text("expireTime")), now.plus(lifetime)));
    }

    /** The same token, able to do no more than the boundary allows. Made by Google alone: nobody's right is needed but the token's. */
    Token within(Token token, List<Boundary.Rule> boundary) {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
        form.put("subject_token_type", ACCESS_TOKEN);
        form.put("requested_token_type", ACCESS_TOKEN);
        form.put("subject_token", token.value().reveal());
        form.put("options", new String(world.json().write(Boundary.options(boundary)), StandardCharsets.UTF_8));
        var told = told("Error narrowing an access token", post(config.address(Config.STS, key.universe()) + "/v1/token", form));
        var narrow = token(told.text("access_token"));
        if (narrow.sameAs(token.value())) throw new Problem.Upstream("Google gave the wide token back where a narrow one was asked for").asException();
        return new Token(narrow, end(told, now(), token.end()));
    }

    /** As Google says, but never longer than was asked. */
    private static Instant end(Tree told, Instant now, Instant latest) {
        return told.number("expires_in").filter(left -> left > 0 && left < ASSERTED.toSeconds() * 24).map(now::plusSeconds).map(end -> earlier(Optional.of(end), latest)).orElse(latest);
    }

    private static Instant earlier(Optional<Instant> told, Instant latest) {
        return told.filter(end -> end.isBefore(latest)).orElse(latest);
    }

    private static Secret token(String text) {
        if (!TOKEN.matcher(text).matches()) throw new Problem.Upstream("what answered is not Google: it gave no access token").asException();
        return Secret.copyOf(text);
    }

    // ---- accounts and their keys ----

    Account account(String email) {
        var told = told("Error looking for the service account", ask("GET", accounts(email), Map.of(), true));
        if (!told.text("email").equals(email)) throw new Problem.Upstream("IAM does not say which service account it is").asException();
        return new Account(email, told.text("projectId"));
    }

    List<Listed> keys(String email) {
        var told = told("Error listing service account keys", ask("GET", accounts(email) + "/keys?keyTypes=USER_MANAGED", Map.of(), true));
        var keys = new ArrayList<Listed>();
        if (told.get("keys").orElse(List.of()) instanceof List<?> list) {
            for (var each : list) {
                var listed = Tree.of(each);
                var id = id(listed.text("name"));
                if (!id.isEmpty()) keys.add(new Listed(id, time(listed.text("validAfterTime")).orElse(Instant.EPOCH)));
            }
        }
        return keys;
    }

    /** Asked once: of what is not answered nobody knows whether it was done. */
    Said createKey(String email, String algorithm, String type) {
        return ask("POST", accounts(email) + "/keys", Map.of("keyAlgorithm", algorithm, "privateKeyType", type), false);
    }

    static MadeKey made(Said.Told told) {
        var id = id(told.tree().text("name"));
        if (id.isEmpty() || told.tree().text("privateKeyData").isEmpty()) throw new Problem.Upstream("what answered is not Google: it made no key").asException();
        return new MadeKey(id, Secret.copyOf(told.tree().text("privateKeyData")));
    }

    /** Gone is as good. */
    void deleteKey(String email, String id) {
        var _ = hadKey(email, id);
    }

    /** Deletes it. @return whether it was there */
    boolean hadKey(String email, String id) {
        return switch (ask("DELETE", accounts(email) + "/keys/" + id, Map.of(), true)) {
            case Said.Told _ -> true;
            case Said.Refused refused when refused.isGone() -> false;
            case Said.Refused refused -> throw refused.as("Error deleting a service account key");
        };
    }

    private static String id(String name) {
        var id = name.substring(name.lastIndexOf('/') + 1);
        return id.matches("[A-Za-z0-9_-]{1,128}") ? id : "";
    }

    private static Optional<Instant> time(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException unreadable) {
            return Optional.empty();
        }
    }

    private String accounts(String email) {
        return config.address(Config.IAM, key.universe()) + "/v1/projects/-/serviceAccounts/" + email;
    }

    private String credentials(String email) {
        return config.address(Config.IAM_CREDENTIALS, key.universe()) + "/v1/projects/-/serviceAccounts/" + email;
    }

    // ---- asking ----

    private static Tree told(String failing, Said said) {
        return switch (said) {
            case Said.Told told -> told.tree();
            case Said.Refused refused -> throw refused.as(failing);
        };
    }

    /** With this account's own token. One that is no longer taken, though it should be, is got anew once. */
    private Said ask(String method, String address, Map<String, Object> body, boolean mayRepeat) {
        var token = own();
        var said = repeated(mayRepeat, () -> asked(method, address, body, token));
        if (!(said instanceof Said.Refused refused) || refused.status() != 401) return said;
        world.tokens().drop(token);
        var another = own();
        return repeated(mayRepeat, () -> asked(method, address, body, another));
    }

    private Token own() {
        return world.tokens().of(key.email() + "/" + key.id(), grants(key), now(), () -> grant(key, List.of(CLOUD)));
    }

    private Said post(String address, Map<String, String> form) {
        var body = form.entrySet().stream().map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8)).collect(Collectors.joining("&"));
        return repeated(true, () -> read(send(Outbound.Ask.post(URI.create(address), "application/x-www-form-urlencoded", body.getBytes(StandardCharsets.UTF_8)))));
    }

    private Said asked(String method, String address, Map<String, Object> body, Token token) {
        var ask = method.equals("POST") ? Outbound.Ask.post(URI.create(address), "application/json", world.json().write(body)) : Outbound.Ask.get(URI.create(address));
        var meant = new Outbound.Ask(method, ask.to(), ask.headers(), ask.body(), ask.trust(), ask.timeout(), ask.maxBytes());
        return read(send(meant.header("Authorization", "Bearer " + token.value().reveal())));
    }

    private Outbound.Answer send(Outbound.Ask ask) {
        try {
            return world.outbound().send(ask.trusting(Outbound.Trust.in(config.caPem())));
        } catch (Problem.ProblemException unreachable) {
            LOG.log(Level.WARNING, "Google could not be asked: {0}", unreachable.getMessage());
            throw new Problem.Upstream("Google could not be asked: the server's log says why").asException();
        }
    }

    private Said repeated(boolean mayRepeat, Supplier<Said> asking) {
        for (int attempt = 0; ; attempt++) {
            var said = asking.get();
            if (!(said instanceof Said.Refused refused) || !mayRepeat || attempt >= RETRIES || !refused.mayPass()) return said;
            pause(FIRST_PAUSE.multipliedBy(1L << attempt));
        }
    }

    private Said read(Outbound.Answer answer) {
        var tree = Tree.of(world.json().read(answer.body()).orElse(Map.of()));
        if (answer.status() >= 200 && answer.status() < 300) return new Said.Told(tree);
        // OAuth's errors are a word, those of the services an object.
        var word = tree.text("error").isEmpty() ? tree.at("error").text("status") : tree.text("error");
        var sentence = tree.text("error_description").isEmpty() ? tree.at("error").text("message") : tree.text("error_description");
        var code = CODE.matcher(word).matches() ? word : "";
        LOG.log(Level.INFO, "Google refused: {0}, status {1}: {2}", code, answer.status(), line(sentence));
        return new Said.Refused(code, answer.status());
    }

    private static String line(String text) {
        var line = text.replaceAll("[^\\x20-\\x7e]", " ");
        return line.length() > MOST_TEXT ? line.substring(0, MOST_TEXT) : line;
    }
}
