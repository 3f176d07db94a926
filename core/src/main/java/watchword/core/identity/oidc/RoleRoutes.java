package watchword.core.identity.oidc;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import watchword.core.identity.oidc.NamedKeys.User;
import watchword.core.wire.Rows;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Storage;

/** {@code identity/oidc/role}. */
final class RoleRoutes {
    private static final Duration DAY = Duration.ofHours(24);
    private static final int CLIENT_ID_CHARS = 26;
    private static final int MAX_CLIENT_ID = 512;

    final Rows<RoleRow> rows = new Rows<>("core/oidc/role/", RoleRow.class);
    private final NamedKeys keys;
    private final RandomText random;

    RoleRoutes(NamedKeys keys, RandomText random) {
        this.keys = keys;
        this.random = random;
    }

    record Name(@Doc("Name of the role.") String name) {}

    record Set(
            @Doc("Name of the role.") String name,
            @Doc("Key that signs the tokens; it must be there, and list the role's client id.") Optional<String> key,
            @Doc("Claims besides those that every token has: JSON, or that in base64, with holes such as `{{identity.entity.name}}`, `{{identity.run}}` and `{{time.now}}`.") Optional<String> template,
            @Doc("Whom the tokens are for, their `aud`; one is made when not given.") Optional<String> clientId,
            @Doc("How long a token is good; a day when not given, at most the key's verification_ttl.") Optional<Duration> ttl) {}

    record Shown(
            @Doc("Whom the tokens are for.") String clientId,
            @Doc("Key that signs the tokens.") String key,
            @Doc("Claims besides those that every token has.") String template,
            @Doc("How long a token is good, in seconds.") Duration ttl) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("oidc/role", Page.class, Page.Keys.class, call -> call.input().of(rows, call.store()), "List the roles."),
                Route.read("oidc/role/{name}", Name.class, Shown.class, this::read, "Read a role."),
                Route.effect(Operation.WRITE, "oidc/role/{name}", Set.class, None.class, this::set, "Create a role, or change it; what is not sent stays.")
                        .existence(call -> rows.get(call.store(), call.input().name()).isPresent()),
                Route.delete("oidc/role/{name}", Name.class, None.class, this::delete, "Delete a role; the tokens it gave are good to their end."));
    }

    private Reply<Shown> read(Call.Read<Name> call) {
        var row = rows.get(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new Shown(row.clientId(), row.key(), row.template(), row.ttl()));
    }

    private Reply<None> set(Call.Effect<Set> call) {
        var in = call.input();
        var name = Label.require(in.name());
        var made = random.letters(CLIENT_ID_CHARS);
        in.key().ifPresent(key -> keys.prepare(call.storage(), key));
        call.storage().update(store -> {
            var before = rows.get(store, name);
            Applications.requireRoom(store, rows, name);
            var row = changed(store, in, before, made);
            before.ifPresent(old -> keys.unuse(store, old.key(), User.ROLE, name));
            keys.use(store, row.key(), User.ROLE, name);
            rows.put(store, name, row);
        });
        return Reply.nothing();
    }

    private RoleRow changed(Storage.Reader store, Set in, Optional<RoleRow> before, String made) {
        var key = in.key().or(() -> before.map(RoleRow::key)).filter(text -> !text.isEmpty()).orElseThrow(() -> KeyRoutes.invalid("the key parameter is required"));
        var template = in.template().map(Template::text).or(() -> before.map(RoleRow::template)).orElse("");
        var unused = Template.parse(template);
        var ttl = in.ttl().map(KeyRoutes::seconds).or(() -> before.map(RoleRow::ttl)).orElse(DAY);
        if (ttl.isNegative()) throw KeyRoutes.invalid("ttl cannot be negative");
        var signs = keys.get(store, key).orElseThrow(() -> KeyRoutes.invalid("cannot find key \"" + KeyRoutes.shown(key) + "\""));
        if (ttl.compareTo(signs.verificationTtl()) > 0) throw KeyRoutes.invalid("a role's token ttl cannot be longer than the verification_ttl of the key it references");
        var clientId = in.clientId().or(() -> before.map(RoleRow::clientId)).filter(text -> !text.isEmpty()).orElse(made);
        if (clientId.length() > MAX_CLIENT_ID) throw KeyRoutes.invalid("client_id: longer than " + MAX_CLIENT_ID + " characters");
        return new RoleRow(key, template, clientId, ttl);
    }

    private Reply<None> delete(Call.Change<Name> call) {
        var name = call.input().name();
        rows.get(call.store(), name).ifPresent(row -> keys.unuse(call.store(), row.key(), User.ROLE, name));
        rows.delete(call.store(), name);
        return Reply.nothing();
    }

    Duration longestTtl(Storage.Reader store, List<String> names) {
        return names.stream().flatMap(name -> rows.get(store, name).stream()).map(RoleRow::ttl).max(Comparator.naturalOrder()).orElse(Duration.ZERO);
    }
}
