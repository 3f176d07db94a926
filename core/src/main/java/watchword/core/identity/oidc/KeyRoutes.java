package watchword.core.identity.oidc;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import watchword.core.identity.oidc.NamedKeys.User;
import watchword.crypto.jose.JwtAlgorithm;
import watchword.crypto.jose.SigningKey;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.OrNull;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Storage;

/** {@code identity/oidc/config} and {@code key}. */
final class KeyRoutes {
    private static final int MOST_PERIODS = 10;

    private final NamedKeys keys;
    private final RoleRoutes roles;
    private final ClientRoutes clients;
    private final Issuers issuers;

    KeyRoutes(NamedKeys keys, RoleRoutes roles, ClientRoutes clients, Issuers issuers) {
        this.keys = keys;
        this.roles = roles;
        this.clients = clients;
        this.issuers = issuers;
    }

    record Nothing() {}

    record Configure(@Doc("Scheme, host and port of the issuer, without more; the server's own address when empty.") Optional<String> issuer) {}

    record Configuration(@Doc("Scheme, host and port of the issuer; empty for the server's own address.") String issuer) {}

    record Name(@Doc("Name of the key.") String name) {}

    record Set(
            @Doc("Name of the key.") String name,
            @Doc("`RS256`, `RS384`, `RS512`, `ES256`, `ES384`, `ES512` or `EdDSA`; RS256 when not given. Another one signs as soon as verifiers can know its key.") Optional<String> algorithm,
            @Doc("How often another key takes its turn; a day when not given, at least a minute.") Optional<Duration> rotationPeriod,
            @Doc("How long keys are published after their turn; a day when not given, at most ten periods.") Optional<Duration> verificationTtl,
            @Doc("Client ids of the roles and clients that may sign with it; `*` for all, none when empty.") Optional<List<String>> allowedClientIds) {}

    record Shown(
            @Doc("How tokens are signed.") String algorithm,
            @Doc("Client ids of the roles and clients that may sign with it.") @OrNull List<String> allowedClientIds,
            @Doc("How often another key takes its turn, in seconds.") Duration rotationPeriod,
            @Doc("How long keys are published after their turn, in seconds.") Duration verificationTtl) {}

    record Rotate(
            @Doc("Name of the key.") String name,
            @Doc("How long the key whose turn ends is published; as the key says when not given. With 0, it is not published any more, and the next one signs at once.") Optional<Duration> verificationTtl) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.read("oidc/config", Nothing.class, Configuration.class, call -> Reply.of(new Configuration(issuers.config(call.store()).issuer())), "Read by which address verifiers find what belongs to tokens."),
                Route.write("oidc/config", Configure.class, None.class, this::configure, "Set by which address verifiers find what belongs to tokens."),
                Route.list("oidc/key", Page.class, Page.Keys.class, call -> keys.names().page(call.store(), call.input()), "List the keys."),
                Route.read("oidc/key/{name}", Name.class, Shown.class, this::read, "Read what is set of a key."),
                Route.effect(Operation.WRITE, "oidc/key/{name}", Set.class, None.class, this::set, "Create a key, or change it; what is not sent stays.")
                        .existence(call -> keys.get(call.store(), call.input().name()).isPresent()),
                Route.delete("oidc/key/{name}", Name.class, None.class, this::delete, "Delete a key that nobody signs with; what it signed can no longer be verified."),
                Route.effect(Operation.WRITE, "oidc/key/{name}/rotate", Rotate.class, None.class, this::rotate, "Let the next key take its turn now."));
    }

    private Reply<None> configure(Call.Change<Configure> call) {
        var issuer = call.input().issuer();
        issuer.ifPresent(text -> issuers.configure(call.store(), text));
        return issuer.filter(text -> !text.isEmpty()).isPresent() ? Reply.<None>nothing().warn(Issuers.EXPLICIT) : Reply.nothing();
    }

    private Reply<Shown> read(Call.Read<Name> call) {
        var key = keys.get(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new Shown(key.algorithm(), key.allowedClientIds(), key.rotationPeriod(), key.verificationTtl()));
    }

    private Reply<None> set(Call.Effect<Set> call) {
        var name = Label.require(call.input().name());
        keys.change(call.storage(), name, (store, now) -> Optional.of(configured(store, call.input(), keys.get(store, name), now)));
        return Reply.nothing();
    }

    private NamedKey configured(Storage.Reader store, Set in, Optional<NamedKey> before, Instant now) {
        var old = before.orElse(NamedKey.DEFAULT);
        var period = in.rotationPeriod().map(KeyRoutes::seconds).orElse(old.rotationPeriod());
        if (period.compareTo(NamedKey.LEAST_PERIOD) < 0) throw invalid("rotation_period must be at least one minute");
        var ttl = in.verificationTtl().map(KeyRoutes::seconds).orElse(old.verificationTtl());
        if (ttl.compareTo(period.multipliedBy(MOST_PERIODS)) > 0) throw invalid("verification_ttl cannot be longer than 10x rotation_period");
        if (ttl.isNegative()) throw invalid("verification_ttl cannot be negative");
        if (before.isPresent()) requireLongEnough(store, in.name(), ttl);
        var clientIds = in.allowedClientIds().map(ids -> Applications.distinct("allowed_client_ids", ids)).orElse(before.isPresent() ? old.allowedClientIds() : List.of());
        var algorithm = in.algorithm().orElse(old.algorithm());
        if (JwtAlgorithm.named(algorithm).filter(SigningKey.ALGORITHMS::contains).isEmpty()) throw invalid("unknown signing algorithm \"" + shown(algorithm) + "\"");
        return old.configured(period, ttl, clientIds, algorithm, now);
    }

    /** What was signed must be verifiable to its end. */
    private void requireLongEnough(Storage.Reader store, String name, Duration ttl) {
        var longest = roles.longestTtl(store, keys.users(store, name, User.ROLE));
        if (longest.compareTo(ttl) > 0) {
            throw invalid("unable to update key \"" + name + "\" because it is currently referenced by one or more roles with a token ttl greater than " + ttl.toSeconds() + " seconds");
        }
        longest = clients.longestTtl(store, keys.users(store, name, User.CLIENT));
        if (longest.compareTo(ttl) > 0) {
            throw invalid("unable to update key \"" + name + "\" because it is currently referenced by one or more clients with an id_token_ttl greater than " + ttl.toSeconds() + " seconds");
        }
    }

    private Reply<None> delete(Call.Change<Name> call) {
        var name = call.input().name();
        if (name.equals(NamedKeys.DEFAULT)) throw invalid("deletion of key \"default\" not allowed");
        for (var user : User.values()) {
            var names = keys.users(call.store(), name, user);
            if (!names.isEmpty()) throw invalid("unable to delete key \"" + name + "\" because it is currently referenced by these " + (user == User.ROLE ? "roles" : "clients") + ": " + String.join(", ", names));
        }
        keys.delete(call.store(), name);
        return Reply.nothing();
    }

    private Reply<None> rotate(Call.Effect<Rotate> call) {
        var name = call.input().name();
        if (call.storage().<Boolean>read(store -> keys.get(store, name).isEmpty())) throw invalid("no named key found at \"" + shown(name) + "\"");
        var own = call.input().verificationTtl().map(KeyRoutes::seconds);
        if (own.filter(Duration::isNegative).isPresent()) throw invalid("verification_ttl cannot be negative");
        keys.prepare(call.storage(), name);
        keys.change(call.storage(), name, (store, now) -> keys.get(store, name).map(key -> key.rotated(own.orElse(key.verificationTtl()), now)));
        var waits = call.storage().<Optional<NamedKey>>read(store -> keys.get(store, name)).flatMap(key -> key.waits(keys.now()));
        return waits.isEmpty() ? Reply.nothing() : Reply.<None>nothing().warn("the next key was published only just, and verifiers may not know it yet: it signs from " + waits.get()
                + "; with verification_ttl=0 it signs at once");
    }

    static Duration seconds(Duration given) {
        return Duration.ofSeconds(given.toSeconds());
    }

    /** As much of a client's text as an error may repeat. */
    static String shown(String text) {
        return text.length() > 80 ? text.substring(0, 80) : text;
    }

    static Problem.ProblemException invalid(String message) {
        return new Problem.Invalid(message).asException();
    }
}
