package watchword.engines.database;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.engines.database.Roles.Role;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Event;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.Revocation;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.UsernameTemplate;

/** {@code creds}: an account for whoever asks, on record before it is made and gone with its lease. */
final class Credentials {
    private static final String KIND = "creds";
    private static final String USERNAME = "username";
    private static final String ROLE = "role";
    private static final String CONNECTION = "db_name";
    private static final String STATEMENTS = "revocation_statements";
    /** An account's own end comes a little after its lease's, so that it is not gone while somebody still has it. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final EngineContext context;
    private final Databases databases;
    private final Roles roles;
    private final Passwords passwords;

    Credentials(EngineContext context, Databases databases, Roles roles, Passwords passwords) {
        this.context = context;
        this.databases = databases;
        this.roles = roles;
        this.passwords = passwords;
    }

    record Named(@Doc("Name of the role.") String name) {}

    record Made(@Doc("Password of the account.") Secret password, @Doc("Name of the account.") String username) {}

    Route<Named, Made> route() {
        return Route.issueOutside("creds/{name}", Named.class, Made.class, this::make, "Make an account for a role.");
    }

    private Reply<Made> make(Call.Effect<Named> call) {
        var name = Roles.name(call.input().name());
        var role = call.storage().<Optional<Role>>read(store -> roles.find(store, name)).orElseThrow(() -> new Problem.Invalid("unknown role: " + name).asException());
        var config = databases.require(call.storage(), role.dbName());
        requireAllowed(config, name);
        role.credential().requirePassword();
        if (role.creation().isEmpty() && Kind.of(config.pluginName()) != Kind.REDIS) throw new Problem.Invalid("empty creation statements").asException();
        var username = UsernameTemplate.parse(config.template()).make(call.caller().displayName(), name, call.now(), context.random());
        var password = passwords.make(role.credential().passwordPolicy(config));
        var database = databases.of(call.storage(), role.dbName());
        // What was announced is removed when this fails, so it must not be somebody else's.
        if (database.has(username)) throw new Problem.Upstream("there is an account of the name that was made: let username_template have a random part").asException();
        var revocation = new Revocation(KIND, handle(username, name, role));
        call.announce(revocation);
        var lifetime = call.ask().mount().lifetime(role.defaultTtl(), role.maxTtl());
        database.create(new Database.Account(username, password, call.now().plus(lifetime).plus(GRACE)), role.creation(), role.rollback());
        return Reply.of(new Made(password, username)).until(new Reply.Term.Leased(role.defaultTtl(), role.maxTtl(), true, revocation))
                .tell(Event.changed("database", "creds-create", "creds/" + name).with("name", name));
    }

    static void requireAllowed(Config config, String role) {
        if (!config.allows(role)) throw new Problem.Internal(Problem.multi("\"" + role + "\" is not an allowed role")).asException();
    }

    private Map<String, String> handle(String username, String roleName, Role role) {
        var handle = new HashMap<>(Map.of(USERNAME, username, ROLE, roleName, CONNECTION, role.dbName()));
        if (!role.revocation().isEmpty()) handle.put(STATEMENTS, new String(context.json().write(role.revocation()), StandardCharsets.UTF_8));
        return Map.copyOf(handle);
    }

    /** By the role's statements as they are now, so that wrong ones can be mended; by those of then when the role is gone or is about another database. */
    void revoke(Revocation revocation, Storage storage) {
        var handle = revocation.handle();
        var connection = handle.getOrDefault(CONNECTION, "");
        var statements = role(handle, storage).filter(role -> role.dbName().equals(connection)).map(Role::revocation).orElseGet(() -> noted(handle));
        databases.of(storage, connection).remove(handle.getOrDefault(USERNAME, ""), statements);
    }

    private Optional<Role> role(Map<String, String> handle, Storage storage) {
        return storage.read(store -> roles.find(store, handle.getOrDefault(ROLE, "")));
    }

    private List<String> noted(Map<String, String> handle) {
        var text = handle.getOrDefault(STATEMENTS, "");
        return context.json().read(text.getBytes(StandardCharsets.UTF_8)).map(tree -> ((List<?>) tree).stream().map(String::valueOf).toList()).orElse(List.of());
    }

    void renew(Revocation revocation, Duration ttl, Storage storage) {
        var handle = revocation.handle();
        var role = role(handle, storage).orElseThrow(() -> new Problem.Internal(Problem.multi("error during renew: could not find role with name \"" + handle.getOrDefault(ROLE, "") + "\"")).asException());
        databases.of(storage, handle.getOrDefault(CONNECTION, "")).prolong(handle.getOrDefault(USERNAME, ""), context.clock().instant().plus(ttl).plus(GRACE), role.renewal());
    }
}
