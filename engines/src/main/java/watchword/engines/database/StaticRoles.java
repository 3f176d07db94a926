package watchword.engines.database;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.engines.database.StaticRole.Account;
import watchword.sdk.Call;
import watchword.sdk.ChangingSecret;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Event;
import watchword.sdk.Inline;
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
import watchword.sdk.Unsplit;

/** {@code static-roles} and {@code static-creds}: accounts that are there for good, with passwords that change. */
final class StaticRoles {
    static final String PREFIX = "static-roles/";

    private final Table<StaticRole> rows;
    private final Databases databases;
    private final Roles roles;
    private final Passwords passwords;
    private final InstantSource clock;

    StaticRoles(EngineContext context, Databases databases, Roles roles, Passwords passwords) {
        this.rows = context.table("static-role", StaticRole.class);
        this.databases = databases;
        this.roles = roles;
        this.passwords = passwords;
        this.clock = context.clock();
    }

    record Write(
            @Doc("Name of the static role.") String name,
            @Doc("Connection to the database that the account is in.") Optional<String> dbName,
            @Doc("Name of the account, which stays.") Optional<String> username,
            @Doc("Names of two accounts in place of username: one is handed out while the other's password changes, so that no login fails meanwhile.") Optional<List<String>> usernames,
            @Doc("Password that the account has, for one that is not to be changed at once.") Optional<Secret> password,
            @Doc("Password that the account has, by which it changes its password itself.") Optional<Secret> selfManagedPassword,
            @Doc("Statements that change the password: `{{username}}` and `{{password}}` stand for what they are; the database's usual ones when empty.") @Unsplit Optional<List<String>> rotationStatements,
            @Doc("Whether the account keeps the password it has until its first rotation is due; only when the role is made.") Optional<Boolean> skipImportRotation,
            @Doc("What the account proves itself by: `password`.") Optional<String> credentialType,
            @Doc("How that is made, such as password_policy.") Optional<Map<String, String>> credentialConfig,
            @Inline RotationFields rotation) {}

    record Named(@Doc("Name of the static role.") String name) {}

    record Shown(
            @Doc("How what it proves itself by is made; left out when nothing was set.") Optional<Map<String, String>> credentialConfig,
            @Doc("What the account proves itself by.") String credentialType,
            @Doc("Connection to the database that the account is in.") String dbName,
            @Doc("When its password was last changed; left out when it was not.") Optional<Instant> lastVaultRotation,
            @Inline RotationTerms.InForce terms,
            @Doc("Statements that change the password.") List<String> rotationStatements,
            @Doc("Whether the account kept the password it had until its first rotation.") boolean skipImportRotation,
            @Doc("Name of the account; of two, the first.") String username,
            @Doc("Names of the accounts, if there are two.") Optional<List<String>> usernames) {}

    record Creds(
            @Doc("When the password was last changed.") Instant lastVaultRotation,
            @Doc("Password of the account.") Secret password,
            @Inline RotationTerms.InForce terms,
            @Doc("Seconds until the next rotation.") Duration ttl,
            @Doc("Name of the account.") String username) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("static-roles", Page.class, Roles.Keys.class, call -> Reply.of(new Roles.Keys(call.input().names(rows, call.store()))), "List the static roles."),
                Route.read("static-roles/{name}", Named.class, Shown.class, call -> Reply.of(shown(find(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException()))), "Read a static role."),
                Route.effect(Operation.WRITE, "static-roles/{name}", Write.class, None.class, this::write, "Create or change a static role; a new one has its password changed at once.")
                        .existence(call -> find(call.store(), call.input().name()).isPresent()),
                Route.delete("static-roles/{name}", Named.class, None.class, this::delete, "Delete a static role; the account keeps its last password."),
                Route.effect(Operation.READ, "static-creds/{name}", Named.class, Creds.class, this::creds, "Tell name and password of a static role's account."),
                Route.effect(Operation.WRITE, "rotate-role/{name}", Named.class, None.class, this::rotateNow, "Change the password of a static role's account now."));
    }

    private Optional<StaticRole> find(Storage.Reader store, String name) {
        return rows.get(store, Roles.name(name));
    }

    private Optional<StaticRole> find(Storage storage, String name) {
        return storage.read(store -> find(store, name));
    }

    // ---- roles ----

    private static Shown shown(StaticRole role) {
        return new Shown(role.credential().shown(), role.credential().type(), role.dbName(), Optional.of(role.rotated()).filter(at -> !at.equals(Instant.EPOCH)),
                role.terms().inForce(), role.rotation(), role.skipImportRotation(), role.accounts().getFirst().username(), Optional.of(role.usernames()).filter(names -> names.size() > 1));
    }

    private Reply<None> write(Call.Effect<Write> call) {
        var name = Roles.name(call.input().name());
        var seen = find(call.storage(), name);
        var wanted = seen.isEmpty() ? made(call.input(), call.now(), connection(call)) : changed(seen.get(), call.input());
        requireUsable(call.storage(), name, wanted);
        call.rotates(wanted.terms().of(PREFIX + name, wanted.rotated().equals(Instant.EPOCH) ? call.now() : wanted.rotated()));
        call.storage().update(store -> {
            if (roles.find(store, name).isPresent()) throw Roles.sameName();
            if (!rows.get(store, name).equals(seen)) throw new Problem.Conflict("the role was changed at the same time; try again").asException();
            rows.put(store, name, wanted);
        });
        if (seen.isEmpty() && !wanted.skipImportRotation()) importNow(call, name);
        return Reply.<None>nothing().tell(Event.changed("database", seen.isEmpty() ? "static-role-create" : "static-role-update", PREFIX + name).readable(PREFIX + name));
    }

    private Optional<Config> connection(Call.Effect<Write> call) {
        return call.input().dbName().flatMap(db -> call.storage().<Optional<Config>>read(store -> databases.find(store, db)));
    }

    private static StaticRole made(Write in, Instant now, Optional<Config> connection) {
        if (in.dbName().filter(db -> !db.isEmpty()).isEmpty()) throw new Problem.Invalid("database name is a required field").asException();
        var usernames = in.usernames().filter(names -> !names.isEmpty()).or(() -> in.username().filter(one -> !one.isEmpty()).map(List::of))
                .orElseThrow(() -> new Problem.Invalid("username is a required field to create a static account").asException());
        var terms = in.rotation().overAccount(RotationTerms.NONE);
        boolean selfManaged = in.selfManagedPassword().filter(secret -> secret.size() > 0).isPresent();
        if (selfManaged && usernames.size() > 1) throw new Problem.Invalid("self_managed_password: not with usernames").asException();
        boolean skip = in.skipImportRotation().orElse(connection.map(Config::skipStaticRoleImportRotation).orElse(false));
        return new StaticRole(in.dbName().get(), StaticRole.accounts(usernames, in.selfManagedPassword().or(in::password).orElse(Secret.copyOf(""))),
                Roles.few(in.rotationStatements().orElse(List.of())), terms, Credential.USUAL.with(in.credentialType(), in.credentialConfig()), skip, selfManaged, 0,
                skip ? now : Instant.EPOCH);
    }

    private static StaticRole changed(StaticRole before, Write in) {
        var usernames = in.usernames().or(() -> in.username().map(List::of)).orElse(before.usernames());
        boolean same = usernames.equals(before.usernames()) || (in.usernames().isEmpty() && usernames.getFirst().equals(before.usernames().getFirst()));
        if (!same) throw new Problem.Invalid("cannot update static account username").asException();
        if (in.skipImportRotation().filter(skip -> skip != before.skipImportRotation()).isPresent()) throw new Problem.Invalid("skip_import_rotation has no effect on updates").asException();
        var accounts = before.accounts();
        var told = in.selfManagedPassword().or(in::password);
        if (told.isPresent() && accounts.size() == 1) accounts = StaticRole.accounts(usernames, told.get());
        return new StaticRole(in.dbName().orElse(before.dbName()), accounts, Roles.few(in.rotationStatements().orElse(before.rotation())), in.rotation().overAccount(before.terms()),
                before.credential().with(in.credentialType(), in.credentialConfig()), before.skipImportRotation(), before.selfManaged(), before.active(), before.rotated());
    }

    private void requireUsable(Storage storage, String name, StaticRole role) {
        var config = databases.require(storage, role.dbName());
        Credentials.requireAllowed(config, name);
        requireOthers(config, role);
        role.credential().requirePassword();
    }

    /** Whoever reads a static role would have the whole database, and the connection's own password would be wrong. */
    private static void requireOthers(Config config, StaticRole role) {
        if (role.usernames().contains(config.username())) throw new Problem.Invalid("the account is the one that the connection logs in as: its password is rotated with rotate-root").asException();
    }

    /** A role whose account cannot be had is not kept, unless the account may have its new password already. */
    private void importNow(Call.Effect<Write> call, String name) {
        try {
            call.rotate(PREFIX + name);
        } catch (Problem.ProblemException failed) {
            var role = find(call.storage(), name);
            if (role.isEmpty() || isCertain(call.storage(), role.get())) call.storage().update(store -> rows.delete(store, name));
            throw failed;
        }
    }

    private boolean isCertain(Storage storage, StaticRole role) {
        var account = role.accounts().get(role.next());
        try {
            return account.password().pending().isEmpty() || !databases.of(storage, role.dbName()).logsIn(account.username(), account.password().pending().get());
        } catch (Problem.ProblemException unknown) {
            return false;
        }
    }

    private Reply<None> delete(Call.Change<Named> call) {
        var name = Roles.name(call.input().name());
        rows.delete(call.store(), name);
        return Reply.<None>nothing().rotatesNoMore(PREFIX + name).tell(Event.changed("database", "static-role-delete", PREFIX + name));
    }

    // ---- passwords ----

    private Reply<Creds> creds(Call.Effect<Named> call) {
        var name = Roles.name(call.input().name());
        var role = find(call.storage(), name).orElseThrow(() -> new Problem.Invalid("unknown role: " + name).asException());
        Credentials.requireAllowed(databases.require(call.storage(), role.dbName()), name);
        var account = role.current();
        var left = role.terms().schedule().map(rule -> rule.left(role.rotated(), call.now())).orElse(Duration.ZERO);
        return Reply.of(new Creds(role.rotated(), inForce(call.storage(), role, account), role.terms().inForce(), left, account.username()));
    }

    /** While a password changes, or when that broke off, the database itself tells which of the two it takes. */
    private Secret inForce(Storage storage, StaticRole role, Account account) {
        var pending = account.password().pending();
        if (pending.isEmpty()) return account.password().current();
        return databases.of(storage, role.dbName()).logsIn(account.username(), pending.get()) ? pending.get() : account.password().current();
    }

    private Reply<None> rotateNow(Call.Effect<Named> call) {
        var name = Roles.name(call.input().name());
        if (find(call.storage(), name).isEmpty()) throw new Problem.Invalid("no static role found for role name").asException();
        call.rotate(PREFIX + name);
        return Reply.<None>nothing().tell(Event.changed("database", "rotate", "rotate-role/" + name).with("name", name));
    }

    /** @param name of the role */
    Rotated rotate(String name, Storage storage) {
        var found = find(storage, name);
        if (found.isEmpty()) return Rotated.GONE;
        var role = found.get();
        var config = databases.require(storage, role.dbName());
        Credentials.requireAllowed(config, name);
        requireOthers(config, role); // the connection may have changed since
        int index = role.next();
        var username = role.accounts().get(index).username();
        var target = new AccountPassword(username, role.rotation(), known -> databases.openOnce(role.selfManaged() ? config.as(username, known) : config));
        return target.change(storage, slot(name, index), () -> passwords.make(role.credential().passwordPolicy(config)), clock).isPresent() ? Rotated.DONE : Rotated.GONE;
    }

    private ChangingSecret.Slot slot(String name, int index) {
        return new ChangingSecret.Slot() {
            @Override
            public Optional<ChangingSecret> get(Storage.Reader store) {
                return rows.get(store, name).filter(role -> index < role.accounts().size()).map(role -> role.accounts().get(index).password());
            }

            @Override
            public void put(Storage.Writer store, ChangingSecret password) {
                rows.get(store, name).ifPresent(role -> rows.put(store, name, role.with(index, password)));
            }
        };
    }
}
