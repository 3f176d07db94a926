package watchword.engines.ldap.secrets;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Names;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Rotating.Rotated;
import watchword.sdk.Rotation;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** Accounts whose passwords are set on a schedule. */
final class StaticRoutes {
    static final String PREFIX = "static-role/";
    private static final Duration SHORTEST = Duration.ofSeconds(5);

    private final Table<StaticRole> roles;
    private final ConfigRoutes configs;
    private final Managed managed;
    private final InstantSource clock;

    StaticRoutes(EngineContext context, ConfigRoutes configs, Managed managed) {
        this.roles = context.table("static", StaticRole.class);
        this.configs = configs;
        this.managed = managed;
        this.clock = context.clock();
    }

    record Named(@Doc("Name of the role.") String name) {}

    record Given(
            @Doc("Name of the role.") String name,
            @Doc("Name of the account, which is searched for below userdn.") Optional<String> username,
            @Doc("Where the account is in the directory; searched for when not given.") Optional<String> dn,
            @Doc("How often its password is set; at least 5 seconds.") Optional<Duration> rotationPeriod,
            @Doc("When its password is set, as a cron expression.") Optional<String> rotationSchedule,
            @Doc("How long after such a time it may be set; 0 for any time.") Optional<Duration> rotationWindow,
            @Doc("For a new role: leave the account's password as it is until it is first due.") Optional<Boolean> skipImportRotation) {}

    record Shown(
            @Doc("Where the account is in the directory; empty when it is searched for.") String dn,
            @Doc("When its password was last set.") Optional<Instant> lastVaultRotation,
            @Doc("How often its password is set, in seconds.") Duration rotationPeriod,
            @Doc("When its password is set, as a cron expression.") Optional<String> rotationSchedule,
            @Doc("How long after such a time it may be set, in seconds.") Optional<Duration> rotationWindow,
            @Doc("Name of the account.") String username) {}

    record Credentials(
            @Doc("Where the account is in the directory; empty when it is searched for.") String dn,
            @Doc("The password before.") Secret lastPassword,
            @Doc("When the password was last set.") Optional<Instant> lastVaultRotation,
            @Doc("The password.") Secret password,
            @Doc("How often it is set, in seconds.") Duration rotationPeriod,
            @Doc("When it is set, as a cron expression.") Optional<String> rotationSchedule,
            @Doc("How long it stays, in seconds.") Duration ttl,
            @Doc("Name of the account.") String username) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("static-role/{path*}", Folder.class, Folder.Keys.class, call -> call.input().of(roles, call.store()), "List the static roles below a folder."),
                Route.read("static-role/{name*}", Named.class, Shown.class, this::read, "Read a static role."),
                Route.effect(Operation.WRITE, "static-role/{name*}", Given.class, None.class, this::write, "Take over an account's password, or change when it is set.")
                        .existence(call -> find(call.store(), call.input().name()).isPresent()),
                Route.delete("static-role/{name*}", Named.class, None.class, this::delete, "Let an account's password be as it is."),
                Route.read("static-cred/{name*}", Named.class, Credentials.class, this::credentials, "Read an account's password."),
                Route.effect(Operation.WRITE, "rotate-role/{name*}", Named.class, None.class, this::rotateNow, "Set an account's password now."));
    }

    private Optional<StaticRole> find(Storage.Reader store, String name) {
        return name.isEmpty() || name.endsWith("/") ? Optional.empty() : roles.get(store, Names.canonical(name));
    }

    private Reply<Shown> read(Call.Read<Named> call) {
        var role = find(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new Shown(role.dn(), role.lastRotation(), role.rotationPeriod(), given(role.rotationSchedule()), Optional.of(role.rotationWindow()).filter(Duration::isPositive), role.username()));
    }

    private static Optional<String> given(String text) {
        return Optional.of(text).filter(some -> !some.isEmpty());
    }

    private Reply<Credentials> credentials(Call.Read<Named> call) {
        var role = find(call.store(), call.input().name()).orElseThrow(() -> new Problem.Invalid("unknown role: " + call.input().name()).asException());
        var ttl = role.schedule().map(schedule -> schedule.left(role.last(), call.now())).orElse(Duration.ZERO);
        return Reply.of(new Credentials(role.dn(), role.passwords().lastPassword(), role.lastRotation(), role.passwords().password(), role.rotationPeriod(), given(role.rotationSchedule()), ttl, role.username()));
    }

    // ---- writing ----

    private Reply<None> write(Call.Effect<Given> call) {
        var name = Names.canonical(call.input().name());
        if (name.isEmpty() || name.endsWith("/")) throw new Problem.Invalid("missing name").asException();
        var before = call.storage().<Optional<StaticRole>>read(store -> find(store, name));
        return before.isPresent() ? change(call, name) : create(call, name);
    }

    private Reply<None> create(Call.Effect<Given> call, String name) {
        var in = call.input();
        var username = in.username().orElseThrow(() -> new Problem.Invalid("username is a required field to manage a static account").asException());
        if (username.isEmpty()) throw new Problem.Invalid("username must not be empty").asException();
        if (in.rotationPeriod().isEmpty() && in.rotationSchedule().isEmpty()) throw new Problem.Invalid("rotation_period is required to create static accounts").asException();
        var role = new StaticRole(in.dn().orElse(""), username, in.rotationPeriod().orElse(Duration.ZERO), in.rotationSchedule().orElse(""), in.rotationWindow().orElse(Duration.ZERO), Passwords.NONE,
                Optional.empty(), call.now());
        requireSchedule(role);
        var config = call.storage().<Config>read(configs::require);
        // First that it is rotated, then the role: so there is none that nobody rotates, wherever the server dies.
        call.rotates(new Rotation(PREFIX + name, role.schedule(), call.now()));
        call.storage().update(store -> {
            if (find(store, name).isPresent()) throw new Problem.Conflict("the role has been created meanwhile").asException();
            managed.claim(store, username, PREFIX + name);
            roles.put(store, name, role);
        });
        if (in.skipImportRotation().orElse(config.shown().skipStaticRoleImportRotation())) return Reply.nothing();
        try {
            call.rotate(PREFIX + name);
            return Reply.nothing();
        } catch (Problem.ProblemException refused) {
            call.storage().update(store -> forget(store, name));
            throw refused;
        }
    }

    private Reply<None> change(Call.Effect<Given> call, String name) {
        var in = call.input();
        if (in.skipImportRotation().isPresent()) throw new Problem.Invalid("skip_import_rotation has no effect on updates").asException();
        var changed = call.storage().<StaticRole>write(store -> {
            var before = find(store, name).orElseThrow(() -> new Problem.NotFound().asException());
            if (in.username().filter(username -> !username.equals(before.username())).isPresent()) throw new Problem.Invalid("cannot update static account username").asException();
            if (in.dn().filter(dn -> !dn.isEmpty() && !dn.equals(before.dn())).isPresent()) throw new Problem.Invalid("cannot update static account distinguished name (dn)").asException();
            var cron = in.rotationSchedule().orElse(in.rotationPeriod().isPresent() ? "" : before.rotationSchedule());
            var period = in.rotationPeriod().orElse(cron.isEmpty() ? before.rotationPeriod() : Duration.ZERO);
            var window = in.rotationWindow().orElse(cron.isEmpty() ? Duration.ZERO : before.rotationWindow());
            var after = new StaticRole(in.dn().orElse(before.dn()), before.username(), period, cron, window, before.passwords(), before.lastRotation(), before.begun());
            requireSchedule(after);
            roles.put(store, name, after);
            return after;
        });
        return Reply.<None>nothing().rotates(new Rotation(PREFIX + name, changed.schedule(), changed.last()));
    }

    private static void requireSchedule(StaticRole role) {
        var schedule = role.schedule();
        if (role.rotationSchedule().isEmpty() && role.rotationPeriod().compareTo(SHORTEST) < 0) throw new Problem.Invalid("rotation_period must be " + SHORTEST.toSeconds() + " seconds or more").asException();
        if (schedule.isEmpty()) throw new Problem.Invalid("rotation_period is required to create static accounts").asException();
    }

    private Reply<None> delete(Call.Change<Named> call) {
        forget(call.store(), Names.canonical(call.input().name()));
        return Reply.nothing();
    }

    private void forget(Storage.Writer store, String name) {
        find(store, name).ifPresent(role -> {
            managed.release(store, role.username());
            roles.delete(store, name);
        });
    }

    // ---- rotating ----

    private Reply<None> rotateNow(Call.Effect<Named> call) {
        var name = Names.canonical(call.input().name());
        if (call.storage().<Boolean>read(store -> find(store, name).isEmpty())) throw new Problem.Invalid("role doesn't exist: " + call.input().name()).asException();
        try {
            call.rotate(PREFIX + name);
        } catch (Problem.ProblemException failed) {
            throw new Problem.Upstream("unable to finish rotating credentials; retries will continue in the background but it is also safe to retry manually: " + failed.getMessage()).asException();
        }
        return Reply.nothing();
    }

    Rotated rotate(String name, Storage storage) {
        var found = storage.<Optional<StaticRole>>read(store -> find(store, name));
        if (found.isEmpty()) return Rotated.GONE;
        var role = found.get();
        var config = storage.<Config>read(configs::require);
        try (var directory = configs.open(config)) {
            var dn = role.dn().isEmpty() ? directory.find(role.username()) : role.dn();
            boolean there = role.passwords().rotate(directory, dn, () -> configs.newPassword(config), change -> save(storage, name, role, change));
            return there ? Rotated.DONE : Rotated.GONE;
        }
    }

    /** Of this role, not of another of its name that came after. */
    private boolean save(Storage storage, String name, StaticRole seen, UnaryOperator<Passwords> change) {
        return storage.<Boolean>write(store -> {
            var now = find(store, name).filter(role -> role.username().equals(seen.username()) && role.begun().equals(seen.begun()));
            now.ifPresent(role -> {
                var after = change.apply(role.passwords());
                roles.put(store, name, role.with(after, after.isPending() ? role.lastRotation() : Optional.of(clock.instant())));
            });
            return now.isPresent();
        });
    }
}
