package watchword.engines.ldap;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import watchword.engines.ldap.Directory.NotFoundException;
import watchword.sdk.AuthMethod;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Page;
import watchword.sdk.Names;
import watchword.sdk.Outbound;
import watchword.sdk.Policies;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;
import watchword.sdk.TokenTerms;

/** Users of an LDAP directory log in by its password; their groups there give them policies here. */
public final class LdapMethod implements AuthMethod {
    private static final String CONFIG = "config";
    /** The same for a wrong password, an unknown user and one that may not bind. */
    private static final String REFUSED = "ldap operation failed: failed to bind as user";
    private static final int MAX_USERNAME = 512;
    private static final int MAX_PASSWORD = 4096;

    private final Outbound outbound;
    private final Table<LdapConfig> configs;
    private final Table<Granted> groups;
    private final Table<User> users;

    public LdapMethod(EngineContext context, Outbound outbound) {
        this.outbound = outbound;
        this.configs = context.table("config", LdapConfig.class);
        this.groups = context.table("group", Granted.class);
        this.users = context.table("user", User.class);
    }

    record Nothing() {}

    record Name(@Doc("The name.") String name) {}

    record Keys(@Doc("The names, sorted.") List<String> keys) {}

    record SetGroup(@Doc("Name of the group in the directory.") String name, @Doc("Policies of its members.") Optional<List<String>> policies) {}

    record SetUser(
            @Doc("Name of the user.") String name,
            @Doc("Groups the user is in besides those of the directory.") Optional<List<String>> groups,
            @Doc("Policies of the user.") Optional<List<String>> policies) {}

    record Granted(@Doc("Policies it gives.") List<String> policies) {}

    record User(@Doc("Groups the user is in besides those of the directory, with commas between them.") String groups, @Doc("Policies of the user.") List<String> policies) {
        List<String> groupNames() {
            return Stream.of(groups.split(",", -1)).map(String::strip).filter(name -> !name.isEmpty()).toList();
        }
    }

    record Try(@Doc("Name of the user.") String username, @Doc("Password in the directory.") Secret password) {}

    @Override
    public String type() {
        return "ldap";
    }

    @Override
    public String help() {
        return "Logs users of an LDAP directory in by their password there.";
    }

    @Override
    public List<Route<?, ?>> routes() {
        return List.of(
                Route.read("config", Nothing.class, LdapConfig.Shown.class, call -> Reply.of(configs.get(call.store(), CONFIG).orElse(LdapConfig.DEFAULT).shown()), "Read the configuration."),
                Route.write("config", LdapConfig.Set.class, None.class, this::configure, "Set the configuration; what is not sent stays."),
                Route.list("groups", Page.class, Keys.class, call -> Reply.of(new Keys(call.input().names(groups, call.store()))), "List the groups that give policies."),
                Route.read("groups/{name}", Name.class, Granted.class, this::readGroup, "Read which policies a group gives."),
                Route.write("groups/{name}", SetGroup.class, None.class, this::setGroup, "Set which policies a group gives."),
                Route.delete("groups/{name}", Name.class, None.class, this::deleteGroup, "Let a group give no policies."),
                Route.list("users", Page.class, Keys.class, call -> Reply.of(new Keys(call.input().names(users, call.store()))), "List the users that have policies or groups of their own."),
                Route.read("users/{name}", Name.class, User.class, this::readUser, "Read what a user has besides the directory's groups."),
                Route.write("users/{name}", SetUser.class, None.class, this::setUser, "Set what a user has besides the directory's groups."),
                Route.delete("users/{name}", Name.class, None.class, this::deleteUser, "Take from a user what it has besides the directory's groups."),
                Route.loginOutside("login/{username}", Try.class, this::login, "Log in.").who(call -> Names.canonical(call.input().username())));
    }

    // ---- settings ----

    private Reply<None> configure(Call.Change<LdapConfig.Set> call) {
        configs.put(call.store(), CONFIG, configs.get(call.store(), CONFIG).orElse(LdapConfig.DEFAULT).with(call.input()));
        return Reply.nothing();
    }

    /** By which name a group or user is kept. Without case there is one for all spellings. */
    private String key(Storage.Reader store, String name) {
        boolean sensitive = configs.get(store, CONFIG).map(config -> config.shown().caseSensitiveNames()).orElse(false);
        return sensitive ? name : Names.canonical(name);
    }

    private Reply<Granted> readGroup(Call.Read<Name> call) {
        return Reply.of(groups.get(call.store(), key(call.store(), call.input().name())).orElseThrow(() -> new Problem.NotFound().asException()));
    }

    private Reply<None> setGroup(Call.Change<SetGroup> call) {
        groups.put(call.store(), key(call.store(), call.input().name()), new Granted(Policies.canonical(call.input().policies().orElse(List.of()))));
        return Reply.nothing();
    }

    private Reply<None> deleteGroup(Call.Change<Name> call) {
        groups.delete(call.store(), key(call.store(), call.input().name()));
        return Reply.nothing();
    }

    private Reply<User> readUser(Call.Read<Name> call) {
        return Reply.of(users.get(call.store(), key(call.store(), call.input().name())).orElseThrow(() -> new Problem.NotFound().asException()));
    }

    private Reply<None> setUser(Call.Change<SetUser> call) {
        var name = key(call.store(), call.input().name());
        var before = users.get(call.store(), name).orElse(new User("", List.of()));
        var named = call.input().groups().map(all -> String.join(",", all.stream().map(group -> key(call.store(), group)).toList())).orElse(before.groups());
        users.put(call.store(), name, new User(named, Policies.canonical(call.input().policies().orElse(before.policies()))));
        return Reply.nothing();
    }

    private Reply<None> deleteUser(Call.Change<Name> call) {
        users.delete(call.store(), key(call.store(), call.input().name()));
        return Reply.nothing();
    }

    // ---- logging in ----

    /** What the directory said of a user. */
    private record Known(String alias, List<String> groups) {}

    private Reply<None> login(Call.Effect<Try> call) {
        var config = call.storage().read(store -> configs.get(store, CONFIG)).orElseThrow(() -> new Problem.Invalid("ldap backend not configured").asException());
        var username = config.shown().caseSensitiveNames() ? call.input().username() : Names.canonical(call.input().username());
        var password = call.input().password();
        if (username.isEmpty() || username.length() > MAX_USERNAME || username.chars().anyMatch(c -> c < ' ')) throw new Problem.BadLogin(REFUSED).asException();
        if (password.size() == 0) throw new Problem.Invalid("password cannot be of zero length when passwordless binds are being denied").asException();
        if (password.size() > MAX_PASSWORD) throw new Problem.BadLogin(REFUSED).asException();
        config.shown().terms().requireFrom(call.ask().remoteAddress());
        var known = prove(config, username, password);
        var granted = call.storage().<Known>read(store -> known(store, config, username, known));
        var terms = config.shown().terms().and(call.storage().<List<String>>read(store -> policies(store, username, granted.groups())));
        var login = Reply.Login.of(granted.alias(), terms).displayName(username).groups(granted.groups()).metadata(Map.of("username", username)).handle(Map.of("username", username));
        var reply = Reply.<None>auth(login);
        return known.groups().isEmpty()
                ? reply.warn("no LDAP groups found in groupDN \"" + config.shown().groupdn() + "\"; only policies from locally-defined groups available")
                : reply;
    }

    /** The directory's groups and those the user has here. */
    private Known known(Storage.Reader store, LdapConfig config, String username, Known known) {
        var all = new ArrayList<>(known.groups());
        users.get(store, key(store, username)).map(User::groupNames).ifPresent(all::addAll);
        var named = config.shown().caseSensitiveNames() ? all.stream() : all.stream().map(Names::canonical);
        return new Known(known.alias(), named.distinct().toList());
    }

    private List<String> policies(Storage.Reader store, String username, List<String> groupNames) {
        var all = new ArrayList<String>();
        for (var name : groupNames) groups.get(store, name).ifPresent(group -> all.addAll(group.policies()));
        users.get(store, key(store, username)).ifPresent(user -> all.addAll(user.policies()));
        return all;
    }

    private Known prove(LdapConfig config, String username, Secret password) {
        try (var directory = Directory.open(config, outbound)) {
            directory.bind(directory.bindNameOf(username), password);
            return look(directory, config, username);
        } catch (NotFoundException | LDAPException refused) {
            if (refused instanceof LDAPException failed && isOutage(failed)) throw outage();
            throw new Problem.BadLogin(REFUSED).asException();
        }
    }

    private static boolean isOutage(LDAPException failed) {
        return failed.getResultCode().equals(ResultCode.SERVER_DOWN) || failed.getResultCode().equals(ResultCode.TIMEOUT) || failed.getResultCode().equals(ResultCode.CONNECT_ERROR)
                || failed.getResultCode().equals(ResultCode.BUSY) || failed.getResultCode().equals(ResultCode.UNAVAILABLE);
    }

    private static Problem.ProblemException outage() {
        return new Problem.Upstream("the directory did not answer; try again").asException();
    }

    /** Who has just bound, or whose token is renewed: by which alias, in which groups. */
    private static Known look(Directory directory, LdapConfig config, String username) throws LDAPException, NotFoundException {
        if (config.hasBind()) directory.bindToSearch();
        var user = directory.user(username);
        if (config.shown().anonymousGroupSearch()) directory.bindAsNobody();
        var groups = directory.groups(user.dn(), username);
        if (config.shown().usernameAsAlias()) return new Known(username, groups);
        var attribute = user.attributes().getOrDefault(config.shown().userattr().toLowerCase(Locale.ROOT), List.of());
        if (attribute.isEmpty()) throw new NotFoundException();
        return new Known(config.shown().caseSensitiveNames() ? attribute.getFirst() : Names.canonical(attribute.getFirst()), groups);
    }

    // ---- renewing ----

    /** The user must still be there, and as the same; groups are read again where the configuration lets us search. */
    @Override
    public Renewed renew(Renewal renewal) {
        var config = renewal.store().read(store -> configs.get(store, CONFIG)).orElseThrow(() -> new Problem.Denied().asException());
        TokenTerms terms = config.shown().terms();
        if (!config.hasBind() && !config.shown().discoverdn()) return Renewed.on(terms);
        var username = renewal.handle().getOrDefault("username", "");
        try (var directory = Directory.open(config, outbound)) {
            directory.bindToSearch();
            var now = look(directory, config, username);
            if (!now.alias().equals(renewal.alias())) throw new Problem.Denied().asException();
            var known = renewal.store().<Known>read(store -> known(store, config, username, now));
            requireSamePolicies(renewal, terms.and(renewal.store().<List<String>>read(store -> policies(store, username, known.groups()))));
            return new Renewed(terms, Optional.of(known.groups()));
        } catch (NotFoundException gone) {
            throw new Problem.Denied().asException();
        } catch (LDAPException failed) {
            throw outage();
        }
    }

    /** A token has the policies of its login; when they would be others now, it is time to log in anew. */
    private static void requireSamePolicies(Renewal renewal, TokenTerms now) {
        var had = renewal.policies().stream().filter(name -> !name.equals(Policies.DEFAULT)).toList();
        var has = now.tokenPolicies().stream().filter(name -> !name.equals(Policies.DEFAULT)).toList();
        if (!had.equals(has)) throw new Problem.Invalid("policies have changed, not renewing").asException();
    }

}
