package watchword.core.identity.oidc;

import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import watchword.core.identity.oidc.NamedKeys.User;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.OrNull;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** {@code identity/oidc/assignment} and {@code client}: which applications there are, and who may sign in to them. */
final class ClientRoutes {
    private static final Duration DAY = Duration.ofHours(24);
    private static final int CLIENT_ID_CHARS = 32;
    private static final int SECRET_CHARS = 64;
    private static final String SECRET_PREFIX = "hvo_secret_";
    private static final int MAX_URI = 2048;

    private final Applications applications;
    private final NamedKeys keys;
    private final RandomText random;

    ClientRoutes(Applications applications, NamedKeys keys, RandomText random) {
        this.applications = applications;
        this.keys = keys;
        this.random = random;
    }

    record Nothing() {}

    record Name(@Doc("Name of it.") String name) {}

    record SetAssignment(
            @Doc("Name of the assignment.") String name,
            @Doc("Ids of entities that may sign in.") Optional<List<String>> entityIds,
            @Doc("Ids of groups whose members may sign in.") Optional<List<String>> groupIds) {}

    record ShownAssignment(
            @Doc("Ids of entities that may sign in; `*` for all.") List<String> entityIds,
            @Doc("Ids of groups whose members may sign in; `*` for all.") List<String> groupIds) {}

    record Set(
            @Doc("Name of the client.") String name,
            @Doc("Where codes may be sent. On the machine that asks (localhost, 127.0.0.1, ::1), any port will do.") Optional<List<String>> redirectUris,
            @Doc("Assignments, one of which has to have whoever signs in; `allow_all` for everybody. Nobody when empty.") Optional<List<String>> assignments,
            @Doc("Key that signs ID tokens, `default` when not given; stays what it was.") Optional<String> key,
            @Doc("How long an ID token is good; a day when not given, at most the key's verification_ttl.") Optional<Duration> idTokenTtl,
            @Doc("How long an access token is good; a day when not given.") Optional<Duration> accessTokenTtl,
            @Doc("`confidential` for one that can keep a secret, else `public`; stays what it was.") Optional<String> clientType,
            @Doc("Whether people may sign in to it; yes when not given.") Optional<Boolean> authorizationCode,
            @Doc("Whether it gets tokens for itself; no when not given.") Optional<Boolean> clientCredentials) {}

    record Shown(
            @Doc("How long an access token is good, in seconds.") Duration accessTokenTtl,
            @Doc("Assignments of those who may sign in.") List<String> assignments,
            @Doc("Whether people may sign in to it.") boolean authorizationCode,
            @Doc("Whether it gets tokens for itself.") boolean clientCredentials,
            @Doc("By which it is known.") String clientId,
            @Doc("What it proves itself by; left out for a public client, and in lists.") Optional<Secret> clientSecret,
            @Doc("`confidential` or `public`.") String clientType,
            @Doc("How long an ID token is good, in seconds.") Duration idTokenTtl,
            @Doc("Key that signs ID tokens.") String key,
            @Doc("Where codes may be sent.") List<String> redirectUris) {}

    record Listed(@Doc("Names of the clients, sorted.") List<String> keys, @Doc("Each client by its name, without its secret.") @OrNull Map<String, Shown> keyInfo) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("oidc/assignment", Page.class, Page.Keys.class, call -> new Builtin(applications.assignments, Applications.ALLOW_ALL, Applications.MOST).page(call.store(), call.input()),
                        "List who may sign in to what."),
                Route.read("oidc/assignment/{name}", Name.class, ShownAssignment.class, this::readAssignment, "Read an assignment."),
                Route.write("oidc/assignment/{name}", SetAssignment.class, None.class, this::assign, "Create an assignment of entities and groups, or change it; what is not sent stays.")
                        .existence(call -> applications.assignment(call.store(), call.input().name()).isPresent()),
                Route.delete("oidc/assignment/{name}", Name.class, None.class, this::deleteAssignment, "Delete an assignment that no client has."),
                Route.list("oidc/client", Nothing.class, Listed.class, this::list, "List the clients."),
                Route.read("oidc/client/{name}", Name.class, Shown.class, this::read, "Read a client, with its secret."),
                Route.effect(Operation.WRITE, "oidc/client/{name}", Set.class, None.class, this::set, "Create a client, or change it; what is not sent stays.")
                        .existence(call -> applications.clients.get(call.store(), call.input().name()).isPresent()),
                Route.delete("oidc/client/{name}", Name.class, None.class, this::delete, "Delete a client; its access tokens are good for nothing then."));
    }

    // ---- assignments ----

    private Reply<ShownAssignment> readAssignment(Call.Read<Name> call) {
        var row = applications.assignment(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new ShownAssignment(row.entityIds(), row.groupIds()));
    }

    private Reply<None> assign(Call.Change<SetAssignment> call) {
        var in = call.input();
        var name = Label.require(in.name());
        if (name.equals(Applications.ALLOW_ALL)) throw KeyRoutes.invalid("modification of assignment \"allow_all\" not allowed");
        var before = applications.assignment(call.store(), name);
        Applications.requireRoom(call.store(), applications.assignments, name);
        applications.assignments.put(call.store(), name, new Applications.Assignment(
                in.entityIds().map(ids -> ids("entity_ids", ids)).or(() -> before.map(Applications.Assignment::entityIds)).orElse(List.of()),
                in.groupIds().map(ids -> ids("group_ids", ids)).or(() -> before.map(Applications.Assignment::groupIds)).orElse(List.of())));
        return Reply.nothing();
    }

    /** Ids are of lower case, whoever wrote them. */
    private static List<String> ids(String field, List<String> given) {
        return Applications.distinct(field, given.stream().map(id -> id.toLowerCase(Locale.ROOT)).toList());
    }

    private Reply<None> deleteAssignment(Call.Change<Name> call) {
        var name = call.input().name();
        if (name.equals(Applications.ALLOW_ALL)) throw KeyRoutes.invalid("deletion of assignment \"allow_all\" not allowed");
        var users = clients(call.store()).entrySet().stream().filter(client -> client.getValue().assignments().contains(name)).map(Map.Entry::getKey).toList();
        if (!users.isEmpty()) throw KeyRoutes.invalid("unable to delete assignment \"" + KeyRoutes.shown(name) + "\" because it is currently referenced by these clients: " + String.join(", ", users));
        applications.assignments.delete(call.store(), name);
        return Reply.nothing();
    }

    // ---- clients ----

    private Map<String, ClientRow> clients(Storage.Reader store) {
        var all = new LinkedHashMap<String, ClientRow>();
        applications.clients.scan(store, "", "", Applications.MOST).forEach(row -> all.put(row.getKey(), row.getValue()));
        return all;
    }

    private Reply<Listed> list(Call.Read<Nothing> call) {
        var all = new LinkedHashMap<String, Shown>();
        clients(call.store()).forEach((name, row) -> all.put(name, shown(row, false)));
        if (all.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Listed(List.copyOf(all.keySet()), all));
    }

    private static Shown shown(ClientRow row, boolean secret) {
        return new Shown(row.accessTokenTtl(), row.assignments(), row.authorizationCode(), row.clientCredentials(), row.clientId(), secret ? row.secret() : Optional.empty(), row.type(), row.idTokenTtl(),
                row.key(), row.redirectUris());
    }

    private Reply<Shown> read(Call.Read<Name> call) {
        return Reply.of(shown(applications.clients.get(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException()), true));
    }

    private Reply<None> set(Call.Effect<Set> call) {
        var in = call.input();
        var name = Label.require(in.name());
        var clientId = random.letters(CLIENT_ID_CHARS);
        var secret = random.secret(SECRET_PREFIX, SECRET_CHARS);
        keys.prepare(call.storage(), call.storage().<Optional<ClientRow>>read(store -> applications.clients.get(store, name)).map(ClientRow::key).or(in::key).orElse(NamedKeys.DEFAULT));
        call.storage().update(store -> {
            var before = applications.clients.get(store, name);
            var row = changed(store, in, before, clientId, secret);
            keys.use(store, row.key(), User.CLIENT, name);
            applications.save(store, name, row);
        });
        return Reply.nothing();
    }

    private ClientRow changed(Storage.Reader store, Set in, Optional<ClientRow> before, String clientId, Secret secret) {
        var redirects = in.redirectUris().map(uris -> Applications.distinct("redirect_uris", uris)).or(() -> before.map(ClientRow::redirectUris)).orElse(List.of());
        if (redirects.stream().anyMatch(uri -> uri.length() > MAX_URI)) throw KeyRoutes.invalid("redirect_uris: longer than " + MAX_URI + " characters");
        var assignments = in.assignments().map(names -> Applications.distinct("assignments", names)).or(() -> before.map(ClientRow::assignments)).orElse(List.of());
        assignments.stream().filter(each -> applications.assignment(store, each).isEmpty()).findFirst().ifPresent(each -> {
            throw KeyRoutes.invalid("assignment \"" + KeyRoutes.shown(each) + "\" does not exist");
        });
        var key = before.map(ClientRow::key).or(in::key).orElse(NamedKeys.DEFAULT);
        if (!in.key().orElse(key).equals(key)) throw KeyRoutes.invalid("key modification is not allowed");
        var signs = keys.get(store, key).orElseThrow(() -> KeyRoutes.invalid("key \"" + KeyRoutes.shown(key) + "\" does not exist"));
        var idTtl = in.idTokenTtl().map(KeyRoutes::seconds).or(() -> before.map(ClientRow::idTokenTtl)).orElse(DAY);
        if (idTtl.compareTo(signs.verificationTtl()) > 0) throw KeyRoutes.invalid("a client's id_token_ttl cannot be greater than the verification_ttl of the key it references");
        var accessTtl = in.accessTokenTtl().map(KeyRoutes::seconds).or(() -> before.map(ClientRow::accessTokenTtl)).orElse(DAY);
        if (idTtl.isNegative() || accessTtl.isNegative()) throw KeyRoutes.invalid("a ttl cannot be negative");
        var type = before.map(ClientRow::type).or(in::clientType).orElse(ClientRow.CONFIDENTIAL);
        if (!in.clientType().orElse(type).equals(type)) throw KeyRoutes.invalid("client_type modification is not allowed");
        if (!List.of(ClientRow.CONFIDENTIAL, ClientRow.PUBLIC).contains(type)) throw KeyRoutes.invalid("invalid client_type \"" + KeyRoutes.shown(type) + "\"");
        boolean credentials = in.clientCredentials().or(() -> before.map(ClientRow::clientCredentials)).orElse(false);
        if (credentials && type.equals(ClientRow.PUBLIC)) throw KeyRoutes.invalid("a public client has nothing to prove itself by, so it gets no tokens for itself");
        return new ClientRow(redirects, assignments, key, idTtl, accessTtl, before.map(ClientRow::clientId).orElse(clientId), before.isPresent() ? before.get().secret()
                : type.equals(ClientRow.PUBLIC) ? Optional.empty() : Optional.of(secret), in.authorizationCode().or(() -> before.map(ClientRow::authorizationCode)).orElse(true), credentials);
    }

    private Reply<None> delete(Call.Change<Name> call) {
        var name = call.input().name();
        applications.clients.get(call.store(), name).ifPresent(row -> keys.unuse(call.store(), row.key(), User.CLIENT, name));
        applications.deleteClient(call.store(), name);
        return Reply.nothing();
    }

    Duration longestTtl(Storage.Reader store, List<String> names) {
        return names.stream().flatMap(name -> applications.clients.get(store, name).stream()).map(ClientRow::idTokenTtl).max(Comparator.naturalOrder()).orElse(Duration.ZERO);
    }
}
