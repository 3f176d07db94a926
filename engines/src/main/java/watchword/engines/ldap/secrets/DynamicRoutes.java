package watchword.engines.ldap.secrets;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Names;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Reply.Revocation;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;
import watchword.sdk.UsernameTemplate;

/** Entries that are made for a lease and go with it. */
final class DynamicRoutes {
    static final String KIND = "creds";
    private static final String ROLE = "RoleName";
    private static final String DELETION = "deletion_ldif";
    private static final String PASSWORD = "Password";
    /** What a text may say of what is made; what removes it knows no password. */
    private static final List<String> PUBLIC = List.of("Username", "DisplayName", ROLE, "IssueTime", "IssueTimeSeconds", "ExpirationTime", "ExpirationTimeSeconds");
    private static final List<String> ALL = Stream.concat(PUBLIC.stream(), Stream.of(PASSWORD)).toList();

    private final Table<DynamicRole> roles;
    private final ConfigRoutes configs;
    private final SecureRandom random;

    DynamicRoutes(EngineContext context, ConfigRoutes configs) {
        this.roles = context.table("dynamic", DynamicRole.class);
        this.configs = configs;
        this.random = context.random();
    }

    record Named(@Doc("Name of the role.") String name) {}

    record Given(
            @Doc("Name of the role.") String name,
            @Doc("What is made, as LDIF, plain or in base64; `{{.Username}}` and `{{.Password}}` stand for those of the lease.") Optional<String> creationLdif,
            @Doc("What removes it, as LDIF, plain or in base64; without `{{.Password}}`.") Optional<String> deletionLdif,
            @Doc("What is done when it could not be made whole, as LDIF, before deletion_ldif.") Optional<String> rollbackLdif,
            @Doc("How what is made is named; in the usual way when empty.") Optional<String> usernameTemplate,
            @Doc("Lifetime until renewed; the mount's when 0.") Optional<Duration> defaultTtl,
            @Doc("Longest lifetime; the mount's when 0.") Optional<Duration> maxTtl) {}

    record Issued(
            @Doc("Names of the entries that were made or changed, one for each part of creation_ldif.") List<String> distinguishedNames,
            @Doc("The password.") Secret password,
            @Doc("Name of the account.") String username) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("role/{path*}", Folder.class, Page.Keys.class, call -> call.input().of(roles, call.store()), "List the dynamic roles below a folder."),
                Route.read("role/{name*}", Named.class, DynamicRole.class, this::read, "Read a dynamic role."),
                Route.write("role/{name*}", Given.class, None.class, this::write, "Create a dynamic role, or change what is sent of it.").existence(call -> find(call.store(), call.input().name()).isPresent()),
                Route.delete("role/{name*}", Named.class, None.class, this::delete, "Delete a dynamic role; what was made by it stands until its lease ends."),
                Route.issueOutside("creds/{name*}", Named.class, Issued.class, this::issue, "Get an account that is made for this lease."));
    }

    private Optional<DynamicRole> find(Storage.Reader store, String name) {
        return name.isEmpty() || name.endsWith("/") ? Optional.empty() : roles.get(store, Names.canonical(name));
    }

    private Reply<DynamicRole> read(Call.Read<Named> call) {
        return Reply.of(find(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException()));
    }

    private Reply<None> write(Call.Change<Given> call) {
        var in = call.input();
        var name = Names.canonical(in.name());
        if (name.isEmpty() || name.endsWith("/")) throw new Problem.Invalid("missing name").asException();
        var before = find(call.store(), name).orElse(DynamicRole.NONE);
        var after = new DynamicRole(
                in.creationLdif().map(Ldif::plain).orElse(before.creationLdif()),
                in.defaultTtl().orElse(before.defaultTtl()),
                in.deletionLdif().map(Ldif::plain).orElse(before.deletionLdif()),
                in.maxTtl().orElse(before.maxTtl()),
                in.rollbackLdif().map(Ldif::plain).orElse(before.rollbackLdif()),
                in.usernameTemplate().orElse(before.usernameTemplate()));
        if (after.creationLdif().isEmpty()) throw new Problem.Invalid("missing creation_ldif").asException();
        if (after.deletionLdif().isEmpty()) throw new Problem.Invalid("missing deletion_ldif").asException();
        if (after.defaultTtl().isNegative() || after.maxTtl().isNegative()) throw new Problem.Invalid("default_ttl and max_ttl cannot be negative").asException();
        Ldif.read("creation_ldif", after.creationLdif(), ALL);
        Ldif.read(DELETION, after.deletionLdif(), PUBLIC);
        if (!after.rollbackLdif().isEmpty()) Ldif.read("rollback_ldif", after.rollbackLdif(), PUBLIC);
        UsernameTemplate.parse(after.template()).requireFresh(call.now(), random);
        roles.put(call.store(), name, after);
        return Reply.nothing();
    }

    private Reply<None> delete(Call.Change<Named> call) {
        roles.delete(call.store(), Names.canonical(call.input().name()));
        return Reply.nothing();
    }

    // ---- making ----

    private record Rules(DynamicRole role, Config config) {}

    private Reply<Issued> issue(Call.Effect<Named> call) {
        var roleName = Names.canonical(call.input().name());
        var rules = call.storage().<Rules>read(store -> new Rules(find(store, roleName).orElseThrow(() -> new Problem.NotFound().asException()), configs.require(store)));
        var role = rules.role();
        var username = UsernameTemplate.parse(role.template()).make(call.caller().displayName(), roleName.replace('/', '_'), call.now(), random);
        var password = configs.newPassword(rules.config());
        var known = known(call, role, roleName, username);
        var changes = filled(role.creationLdif(), with(known, PASSWORD, password.reveal()));
        var revocation = new Revocation(KIND, with(known, DELETION, role.deletionLdif()));
        try (var directory = configs.open(rules.config())) {
            // What is there already is not ours: it must not be announced, since what is announced is removed.
            for (var change : changes) if (change instanceof Ldif.Change.Add && directory.exists(change.dn())) throw new Problem.Conflict("failed to create user: an entry of this name is there already").asException();
            call.announce(revocation);
            make(directory, role, known, changes);
        }
        var names = changes.stream().map(Ldif.Change::dn).toList();
        return Reply.of(new Issued(names, password, username)).until(new Reply.Term.Leased(role.defaultTtl(), role.maxTtl(), true, revocation));
    }

    private static Map<String, String> known(Call.Effect<Named> call, DynamicRole role, String roleName, String username) {
        var now = call.now().truncatedTo(ChronoUnit.SECONDS);
        var end = now.plus(call.ask().mount().lifetime(role.defaultTtl(), role.maxTtl()));
        return Map.of("Username", username, "DisplayName", call.caller().displayName(), ROLE, roleName, "IssueTime", now.toString(), "IssueTimeSeconds", String.valueOf(now.getEpochSecond()),
                "ExpirationTime", end.toString(), "ExpirationTimeSeconds", String.valueOf(end.getEpochSecond()));
    }

    private static Map<String, String> with(Map<String, String> values, String name, String value) {
        var more = new LinkedHashMap<>(values);
        more.put(name, value);
        return more;
    }

    private static void make(Directory directory, DynamicRole role, Map<String, String> known, List<Ldif.Change> changes) {
        try {
            directory.make(changes);
        } catch (Problem.ProblemException refused) {
            if (role.rollbackLdif().isEmpty()) throw refused;
            try {
                directory.remove(filled(role.rollbackLdif(), known));
            } catch (Problem.ProblemException alsoRefused) {
                throw new Problem.Upstream(refused.getMessage() + "; failed to roll back user creation: " + alsoRefused.getMessage()).asException();
            }
            throw refused;
        }
    }

    private static List<Ldif.Change> filled(String text, Map<String, String> values) {
        var ldif = Ldif.read("LDIF", text, List.copyOf(values.keySet()));
        try {
            return ldif.fill(values);
        } catch (Ldif.WrongException | Place.WrongException wrong) {
            throw new Problem.Invalid("failed to parse generated LDIF: " + wrong.getMessage()).asException();
        }
    }

    // ---- removing ----

    void revoke(Revocation revocation, Storage storage) {
        var config = storage.<Config>read(configs::require);
        var values = new LinkedHashMap<>(revocation.handle());
        var text = Optional.ofNullable(values.remove(DELETION)).orElseThrow(() -> new Problem.Internal("broken internal data: missing deletion_ldif").asException());
        try (var directory = configs.open(config)) {
            directory.remove(filled(text, values));
        }
    }

    void renew(Revocation revocation, Storage storage) {
        var name = revocation.handle().getOrDefault(ROLE, "");
        if (storage.<Boolean>read(store -> find(store, name).isEmpty())) throw new Problem.Invalid("unable to renew: role does not exist").asException();
    }
}
