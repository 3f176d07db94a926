package watchword.engines.database;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Event;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;
import watchword.sdk.Table;
import watchword.sdk.Unsplit;

/** {@code roles}: what accounts that are made for a while may do. */
final class Roles {
    private static final Pattern NAME = Pattern.compile("\\w(?:[\\w.-]*\\w)?");
    private static final int MAX_NAME = 256;
    private static final int MAX_STATEMENTS = 64 << 10;

    private final Table<Role> rows;
    private final Table<StaticRole> staticRows;

    Roles(EngineContext context) {
        this.rows = context.table("role", Role.class);
        this.staticRows = context.table("static-role", StaticRole.class);
    }

    /** As it is stored. */
    record Role(String dbName, List<String> creation, List<String> revocation, List<String> rollback, List<String> renewal, Duration defaultTtl, Duration maxTtl, Credential credential) {
        static final Role NEW = new Role("", List.of(), List.of(), List.of(), List.of(), Duration.ZERO, Duration.ZERO, Credential.USUAL);

        Role with(Write set) {
            var changed = new Role(set.dbName().orElse(dbName), few(set.creationStatements().orElse(creation)), few(set.revocationStatements().orElse(revocation)),
                    few(set.rollbackStatements().orElse(rollback)), few(set.renewStatements().orElse(renewal)), set.defaultTtl().orElse(defaultTtl), set.maxTtl().orElse(maxTtl),
                    credential.with(set.credentialType(), set.credentialConfig()));
            if (changed.dbName().isEmpty()) throw new Problem.Invalid("database name is required").asException();
            if (changed.defaultTtl().isNegative() || changed.maxTtl().isNegative()) throw new Problem.Invalid("ttls must not be negative").asException();
            return changed;
        }

        Shown shown() {
            return new Shown(creation, credential.shown(), credential.type(), dbName, defaultTtl, maxTtl, renewal, revocation, rollback);
        }
    }

    record Write(
            @Doc("Name of the role.") String name,
            @Doc("Connection to the database that its accounts are in.") Optional<String> dbName,
            @Doc("Statements that make an account: `{{name}}`, `{{password}}` and `{{expiration}}` stand for what is made.") @Unsplit Optional<List<String>> creationStatements,
            @Doc("Statements that remove an account; the database's usual ones when empty.") @Unsplit Optional<List<String>> revocationStatements,
            @Doc("Statements that are run when making an account failed.") @Unsplit Optional<List<String>> rollbackStatements,
            @Doc("Statements that prolong an account; the database's usual ones when empty.") @Unsplit Optional<List<String>> renewStatements,
            @Doc("Lifetime of an account; the mount's when 0.") Optional<Duration> defaultTtl,
            @Doc("Longest lifetime of an account, renewals included; the mount's when 0.") Optional<Duration> maxTtl,
            @Doc("What an account proves itself by: `password`; others are kept, and no database here takes them.") Optional<String> credentialType,
            @Doc("How that is made, such as password_policy.") Optional<Map<String, String>> credentialConfig) {}

    record Named(@Doc("Name of the role.") String name) {}

    record Keys(@Doc("Names of the roles, sorted.") List<String> keys) {}

    record Shown(
            @Doc("Statements that make an account.") List<String> creationStatements,
            @Doc("How what it proves itself by is made; left out when nothing was set.") Optional<Map<String, String>> credentialConfig,
            @Doc("What an account proves itself by.") String credentialType,
            @Doc("Connection to the database that its accounts are in.") String dbName,
            @Doc("Lifetime of an account.") Duration defaultTtl,
            @Doc("Longest lifetime of an account.") Duration maxTtl,
            @Doc("Statements that prolong an account.") List<String> renewStatements,
            @Doc("Statements that remove an account.") List<String> revocationStatements,
            @Doc("Statements that are run when making an account failed.") List<String> rollbackStatements) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("roles", Page.class, Keys.class, call -> Reply.of(new Keys(call.input().names(rows, call.store()))), "List the roles."),
                Route.read("roles/{name}", Named.class, Shown.class, call -> Reply.of(find(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException()).shown()), "Read a role."),
                Route.write("roles/{name}", Write.class, None.class, this::write, "Create or change a role; what is not sent stays.").existence(call -> find(call.store(), call.input().name()).isPresent()),
                Route.delete("roles/{name}", Named.class, None.class, this::delete, "Delete a role; accounts made by it live to the end of their leases."));
    }

    Optional<Role> find(Storage.Reader store, String name) {
        return rows.get(store, name(name));
    }

    private Reply<None> write(Call.Change<Write> call) {
        var name = name(call.input().name());
        if (staticRows.get(call.store(), name).isPresent()) throw sameName();
        var before = rows.get(call.store(), name);
        rows.put(call.store(), name, before.orElse(Role.NEW).with(call.input()));
        return Reply.<None>nothing().tell(Event.changed("database", before.isPresent() ? "role-update" : "role-create", "roles/" + name).readable("roles/" + name));
    }

    private Reply<None> delete(Call.Change<Named> call) {
        rows.delete(call.store(), name(call.input().name()));
        return Reply.<None>nothing().tell(Event.changed("database", "role-delete", "roles/" + call.input().name()));
    }

    static Problem.ProblemException sameName() {
        return new Problem.Invalid("Role and Static Role names must be unique").asException();
    }

    /** A name as paths have it. */
    static String name(String given) {
        if (given.length() > MAX_NAME || !NAME.matcher(given).matches()) throw Problem.NotFound.unsupportedPath().asException();
        return given;
    }

    /** Empty ones mean the usual statements, not none (number 84 of the vulnerability list). */
    static List<String> few(List<String> statements) {
        var all = statements.stream().filter(text -> !text.isBlank()).toList();
        if (all.stream().mapToInt(String::length).sum() > MAX_STATEMENTS) throw new Problem.Invalid("statements are longer than " + MAX_STATEMENTS + " characters").asException();
        return all;
    }
}
