package watchword.engines.ldap.secrets;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Call;
import watchword.sdk.ChangingSecret;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Inline;
import watchword.sdk.Names;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Rotating.Rotated;
import watchword.sdk.RotationFields;
import watchword.sdk.RotationTerms;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** Accounts whose passwords are set on a schedule. */
final class StaticRoutes {
    static final String PREFIX = "static-role/";

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
            @Inline RotationFields rotation,
            @Doc("For a new role: leave the account's password as it is until it is first due.") Optional<Boolean> skipImportRotation) {}

    record Shown(
            @Doc("Where the account is in the directory; empty when it is searched for.") String dn,
            @Doc("When its password was last set.") Optional<Instant> lastVaultRotation,
            @Inline RotationTerms.InForce rotation,
            @Doc("Name of the account.") String username) {}

    record Credentials(
            @Doc("Where the account is in the directory; empty when it is searched for.") String dn,
            @Doc("The password before.") Secret lastPassword,
            @Doc("When the password was last set.") Optional<Instant> lastVaultRotation,
            @Doc("The password.") Secret password,
            @Inline RotationTerms.InForce rotation,
            @Doc("How long it stays, in seconds.") Duration ttl,
            @Doc("Name of the account.") String username) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("static-role/{path*}", Folder.class, Page.Keys.class, call -> call.input().of(roles, call.store()), "List the static roles below a folder."),
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
        return Reply.of(new Shown(role.dn(), role.rotated(), role.rotation().inForce(), role.username()));
    }

    private Reply<Credentials> credentials(Call.Read<Named> call) {
        var role = find(call.store(), call.input().name()).orElseThrow(() -> new Problem.Invalid("unknown role: " + call.input().name()).asException());
        var ttl = role.rotation().schedule().map(schedule -> schedule.left(role.password().since(), call.now())).orElse(Duration.ZERO);
        return Reply.of(new Credentials(role.dn(), role.lastPassword(), role.rotated(), role.password().current(), role.rotation().inForce(), ttl, role.username()));
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
        if (in.rotation().rotationPeriod().isEmpty() && in.rotation().rotationSchedule().isEmpty()) throw new Problem.Invalid("rotation_period is required to create static accounts").asException();
        var role = new StaticRole(in.dn().orElse(""), username, in.rotation().overAccount(RotationTerms.NONE), ChangingSecret.of(Secret.copyOf(""), call.now()));
        var config = call.storage().<Config>read(configs::require);
        // First that it is rotated, then the role: so there is none that nobody rotates, wherever the server dies.
        call.rotates(role.rotation().of(PREFIX + name, call.now()));
        call.storage().update(store -> {
            if (find(store, name).isPresent()) throw new Problem.Conflict("the role has been created meanwhile").asException();
            managed.claim(store, username, PREFIX + name);
            if (!role.dn().isEmpty()) managed.claim(store, Managed.place(role.dn()), PREFIX + name);
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
            var after = new StaticRole(before.dn(), before.username(), in.rotation().overAccount(before.rotation()), before.password());
            roles.put(store, name, after);
            return after;
        });
        return Reply.<None>nothing().rotates(changed.rotation().of(PREFIX + name, changed.password().since()));
    }

    private Reply<None> delete(Call.Change<Named> call) {
        var name = Names.canonical(call.input().name());
        forget(call.store(), name);
        return Reply.<None>nothing().rotatesNoMore(PREFIX + name);
    }

    private void forget(Storage.Writer store, String name) {
        find(store, name).ifPresent(role -> {
            managed.release(store, role.username());
            if (!role.dn().isEmpty()) managed.release(store, Managed.place(role.dn()));
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
            var entry = directory.managed(dn);
            storage.update(store -> managed.requireSole(store, entry, PREFIX + name));
            return ChangingSecret.change(storage, new Slot(name, role.username()), directory.account(dn), () -> configs.newPassword(config), clock).isPresent() ? Rotated.DONE : Rotated.GONE;
        }
    }

    /** Of the role for this account, not of another of its name that came after. */
    private final class Slot implements ChangingSecret.Slot {
        private final String name;
        private final String username;

        Slot(String name, String username) {
            this.name = name;
            this.username = username;
        }

        private Optional<StaticRole> role(Storage.Reader store) {
            return find(store, name).filter(role -> role.username().equals(username));
        }

        @Override
        public Optional<ChangingSecret> get(Storage.Reader store) {
            return role(store).map(StaticRole::password);
        }

        @Override
        public void put(Storage.Writer store, ChangingSecret secret) {
            role(store).ifPresent(role -> roles.put(store, name, role.with(secret)));
        }
    }
}
