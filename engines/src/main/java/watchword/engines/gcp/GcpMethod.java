package watchword.engines.gcp;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import watchword.sdk.AuthMethod;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.JsonCodec;
import watchword.sdk.Outbound;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Table;
import watchword.sdk.Tree;

/** Logs in service accounts and machines of Google's cloud, to Google's documented forms of tokens. */
public final class GcpMethod implements AuthMethod {
    private static final String CONFIG = "config";
    private static final int MAX_ROLE = 256;
    private static final Duration LEEWAY = Duration.ofSeconds(60);
    /** An account's e-mail: it becomes part of the address that its keys are fetched from. */
    private static final Pattern EMAIL = Pattern.compile("[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,190}");

    private final JsonCodec json;
    private final SecureRandom random;
    private final Keys keys;
    private final Table<Config> configs;
    private final Table<Role> roles;

    public GcpMethod(EngineContext context, Outbound outbound) {
        this.json = context.json();
        this.random = context.random();
        this.keys = new Keys(outbound);
        this.configs = context.table("settings", Config.class);
        this.roles = context.table("role", Role.class);
    }

    record Nothing() {}

    record Named(@Doc("Name of the role.") String name) {}

    record Login(@Doc("Role to log in as.") String role, @Doc("The signed token.") Secret jwt) {}

    @Override
    public String type() {
        return "gcp";
    }

    @Override
    public String help() {
        return "Logs in service accounts and machines of Google's cloud with tokens that they, or Google, signed.";
    }

    @Override
    public List<Route<?, ?>> routes() {
        return List.of(
                Route.read("config", Nothing.class, Config.Shown.class, call -> Reply.of(configs.get(call.store(), CONFIG).orElse(Config.DEFAULT).shown()), "Read the configuration."),
                Route.write("config", Config.Given.class, None.class, this::configure, "Set the configuration; what is not sent stays."),
                Route.list("role", Page.class, Page.Keys.class, call -> call.input().of(roles, call.store()), "List the roles."),
                Route.list("roles", Page.class, Page.Keys.class, call -> call.input().of(roles, call.store()), "List the roles; older path."),
                Route.read("role/{name}", Named.class, Role.Shown.class, call -> Reply.of(roles.get(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException()).shown()), "Read a role."),
                Route.write("role/{name}", Role.Given.class, None.class, this::set, "Create or change a role; what is not sent stays.").existence(call -> roles.get(call.store(), call.input().name()).isPresent()),
                Route.delete("role/{name}", Named.class, None.class, this::delete, "Delete a role; its tokens live to their end, but are not renewed."),
                Route.loginOutside("login", Login.class, this::login, "Log in with a signed token."));
    }

    private Reply<None> configure(Call.Change<Config.Given> call) {
        configs.put(call.store(), CONFIG, configs.get(call.store(), CONFIG).orElse(Config.DEFAULT).with(call.input()));
        return Reply.nothing();
    }

    private Reply<None> set(Call.Change<Role.Given> call) {
        var name = call.input().name();
        if (name.length() > MAX_ROLE) throw new Problem.Invalid("the name of a role has at most " + MAX_ROLE + " characters").asException();
        var id = new UUID(random.nextLong() & 0xffffffffffff0fffL | 0x4000L, random.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L).toString();
        roles.put(call.store(), name, Role.of(call.input(), roles.get(call.store(), name), id));
        return Reply.nothing();
    }

    private Reply<None> delete(Call.Change<Named> call) {
        roles.delete(call.store(), call.input().name());
        return Reply.nothing();
    }

    // ---- logging in ----

    private Reply<None> login(Call.Effect<Login> call) {
        var in = call.input();
        if (in.role().isEmpty()) throw new Problem.Invalid("role is required").asException();
        if (in.jwt().size() == 0) throw new Problem.Invalid("jwt is required").asException();
        var config = call.storage().<Optional<Config>>read(store -> configs.get(store, CONFIG)).orElse(Config.DEFAULT);
        var found = call.storage().<Optional<Role>>read(store -> roles.get(store, in.role()));
        var proof = prove(in, config, call.now());
        var who = proof.who();
        // Whether there is such a role is told to who has proven to be somebody.
        var role = found.orElseThrow(() -> new Problem.Invalid("invalid role \"" + in.role() + "\"").asException());
        boolean fits = role.type() == Role.Type.GCE ? who.isMachine() : !who.isMachine() || role.allowGceInference();
        if (!fits) throw new Problem.Denied().asException();
        if (!who.isMachine() && proof.end().isAfter(call.now().plus(role.maxJwtExp()).plus(LEEWAY))) {
            throw new Problem.Invalid("role requires that service account JWTs expire within " + role.maxJwtExp().toSeconds() + " seconds").asException();
        }
        role.terms().requireFrom(call.ask().remoteAddress());
        role.requireAllowed(who);
        return Reply.auth(Reply.Login.of(alias(config, role, who), role.terms()).displayName(who.isMachine() ? who.instanceName() : who.email()).metadata(who.metadata(in.role()))
                .aliasMetadata(who.metadata(in.role())).handle(Map.of("role", in.role(), "email", who.email(), "unique_id", who.uniqueId(), "project", who.project(), "zone", who.zone(),
                        "instance_id", who.instanceId(), "instance_name", who.instanceName())));
    }

    private static String alias(Config config, Role role, Proven who) {
        if (who.isMachine() && role.type() == Role.Type.GCE) return config.gceAlias().equals("instance_id") ? "gce-" + who.project() + "-" + who.zone() + "-" + who.instanceId() : role.id();
        return config.iamAlias().equals("unique_id") ? who.uniqueId().isEmpty() ? who.email() : who.uniqueId() : role.id();
    }

    /** @param end of the token that proved it */
    private record Proof(Proven who, Instant end) {}

    /** What a token says of itself chooses whose keys are asked for; who it is, is what those have signed. */
    private Proof prove(Login in, Config config, Instant now) {
        var jwt = in.jwt().reveal();
        var said = Tree.of(json.read(payload(jwt)).orElseThrow(GcpMethod::denied));
        boolean byGoogle = said.text("iss").equals("https://accounts.google.com") || said.text("iss").equals("accounts.google.com");
        if (byGoogle) {
            var claims = keys.verify(jwt, config, Keys.GOOGLE, now).orElseThrow(GcpMethod::denied);
            var end = requireCurrent(claims, in.role(), now);
            var who = Proven.machine(claims);
            if (!who.isMachine()) throw denied();
            return new Proof(who, end);
        }
        var email = said.text("sub");
        if (!EMAIL.matcher(email).matches() || !said.text("iss").equals(email) && !said.text("iss").isEmpty()) throw denied();
        var claims = keys.verify(jwt, config, Keys.ofAccount(email), now).orElseThrow(GcpMethod::denied);
        if (!claims.text("sub").equals(email)) throw denied();
        return new Proof(Proven.account(email), requireCurrent(claims, in.role(), now));
    }

    /** @return when the token ends */
    private static Instant requireCurrent(Tree claims, String role, Instant now) {
        var end = claims.number("exp").map(Instant::ofEpochSecond).orElseThrow(GcpMethod::denied);
        if (!now.isBefore(end.plus(LEEWAY))) throw denied();
        if (claims.number("nbf").map(Instant::ofEpochSecond).filter(begin -> now.isBefore(begin.minus(LEEWAY))).isPresent()) throw denied();
        if (claims.number("iat").map(Instant::ofEpochSecond).filter(begin -> now.isBefore(begin.minus(LEEWAY))).isPresent()) throw denied();
        var meant = "vault/" + role;
        if (!List.of(meant, "http://" + meant, "https://" + meant).contains(claims.text("aud"))) throw denied();
        return end;
    }

    /** The middle part; nothing of it is believed. */
    private static byte[] payload(String jwt) {
        int first = jwt.indexOf('.');
        int second = jwt.indexOf('.', first + 1);
        if (first < 0 || second < 0 || jwt.length() > 64 << 10) throw denied();
        try {
            return Base64.getUrlDecoder().decode(jwt.substring(first + 1, second));
        } catch (IllegalArgumentException notBase64) {
            throw denied();
        }
    }

    private static RuntimeException denied() {
        return new Problem.Denied().asException();
    }

    @Override
    public Renewed renew(Renewal renewal) {
        var of = renewal.handle();
        var role = renewal.store().<Optional<Role>>read(store -> roles.get(store, of.getOrDefault("role", ""))).orElseThrow(GcpMethod::denied);
        role.requireAllowed(new Proven(of.getOrDefault("email", ""), of.getOrDefault("unique_id", ""), of.getOrDefault("project", ""), of.getOrDefault("zone", ""),
                of.getOrDefault("instance_id", ""), of.getOrDefault("instance_name", "")));
        return Renewed.on(role.terms());
    }
}
