package watchword.engines.userpass;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.crypto.PasswordHashes;
import watchword.sdk.AuthMethod;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Inline;
import watchword.sdk.Policies;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.TokenFields;
import watchword.sdk.TokenTerms;

/** The {@code userpass} auth method. */
public final class UserpassMethod implements AuthMethod {
    private static final int MAX_PASSWORD_BYTES = 1024;
    /** Costs of bcrypt that are taken over: below, a hash is soon guessed; above, each check takes seconds. */
    private static final int MIN_IMPORTED = 5;
    private static final int MAX_IMPORTED = 12;
    private static final int MOST_LISTED = 100_000;

    private final EngineContext context;
    private final PasswordHashes hashes;
    private final Users users;

    /** @param hashes shared by all mounts: it is the machine that computes only so many at once */
    public UserpassMethod(EngineContext context, PasswordHashes hashes) {
        this.context = context;
        this.hashes = hashes;
        this.users = new Users(context);
    }

    record Named(@Doc("Name of the user; case does not matter.") String username) {}

    record Set(
            @Doc("Name of the user; case does not matter.") String username,
            @Doc("The password; needed for a new user, unless password_hash is given.") Secret password,
            @Doc("A hash of bcrypt that was made elsewhere, in place of the password.") Secret passwordHash,
            @Doc("Older name of token_policies.") Optional<List<String>> policies,
            @Doc("Older name of token_ttl.") Optional<Duration> ttl,
            @Doc("Older name of token_max_ttl.") Optional<Duration> maxTtl,
            @Doc("Older name of token_bound_cidrs.") Optional<List<String>> boundCidrs,
            @Inline TokenFields token) {}

    record SetPassword(
            @Doc("Name of the user; case does not matter.") String username,
            @Doc("The new password.") Secret password,
            @Doc("A hash of bcrypt that was made elsewhere, in place of the password.") Secret passwordHash) {}

    record SetPolicies(
            @Doc("Name of the user; case does not matter.") String username,
            @Doc("Older name of token_policies.") Optional<List<String>> policies,
            @Doc("Policies of the user's tokens; root cannot be one.") Optional<List<String>> tokenPolicies) {}

    record Shown(
            @Doc("Older name of token_bound_cidrs; only when they were set by it.") Optional<List<String>> boundCidrs,
            @Doc("Older name of token_max_ttl; only when it was set by it.") Optional<Duration> maxTtl,
            @Doc("Older name of token_policies; only when they were set by it.") Optional<List<String>> policies,
            @Doc("Older name of token_ttl; only when it was set by it.") Optional<Duration> ttl,
            @Inline TokenTerms token) {}

    record Page(@Doc("Only names after this one, which need not exist.") String after, @Doc("At most so many names; all of them when 0.") int limit) {}

    record Keys(@Doc("Names of the users.") List<String> keys) {}

    record Login(@Doc("Name of the user; case does not matter.") String username, @Doc("The password.") Secret password) {}

    @Override
    public String type() {
        return "userpass";
    }

    @Override
    public String help() {
        return "Logs people in by a name and a password.";
    }

    @Override
    public java.util.Set<String> names() {
        return java.util.Set.of("username");
    }

    @Override
    public List<Route<?, ?>> routes() {
        return List.of(
                Route.list("users", Page.class, Keys.class, this::list, "List the users."),
                Route.read("users/{username}", Named.class, Shown.class, this::read, "Read a user; the password is not told."),
                Route.effect(Route.Operation.WRITE, "users/{username}", Set.class, None.class, this::set, "Create or change a user; what is not sent stays.").existence(this::exists),
                Route.delete("users/{username}", Named.class, None.class, this::delete, "Delete a user. Tokens live on until they would be renewed."),
                Route.effect(Route.Operation.WRITE, "users/{username}/password", SetPassword.class, None.class, this::setPassword, "Set a user's password."),
                Route.write("users/{username}/policies", SetPolicies.class, None.class, this::setPolicies, "Set the policies of a user's tokens."),
                Route.loginOutside("login/{username}", Login.class, this::login, "Log in.").who(call -> Users.name(call.input().username())));
    }

    // ---- users ----

    private Reply<Keys> list(Call.Read<Page> call) {
        int limit = call.input().limit();
        var names = users.names(call.store(), call.input().after(), limit > 0 ? Math.min(limit, MOST_LISTED) : MOST_LISTED);
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Keys(names));
    }

    private Reply<Shown> read(Call.Read<Named> call) {
        var row = users.find(call.store(), Users.requireName(call.input().username())).orElseThrow(() -> new Problem.NotFound().asException());
        var token = row.token();
        return Reply.of(new Shown(older(row, "bound_cidrs", token.tokenBoundCidrs()).filter(blocks -> !blocks.isEmpty()), older(row, "max_ttl", token.tokenMaxTtl()).filter(Duration::isPositive),
                older(row, "policies", token.tokenPolicies()).filter(names -> !names.isEmpty()), older(row, "ttl", token.tokenTtl()).filter(Duration::isPositive), token));
    }

    private static <T> Optional<T> older(Users.Row row, String name, T value) {
        return row.olderNames().contains(name) ? Optional.of(value) : Optional.empty();
    }

    private boolean exists(Call.Read<Set> call) {
        return users.find(call.store(), Users.requireName(call.input().username())).isPresent();
    }

    private Reply<None> set(Call.Effect<Set> call) {
        var in = call.input();
        var name = Users.requireName(in.username());
        boolean isNew = call.storage().<Boolean>read(store -> users.find(store, name).isEmpty());
        if (isNew || in.password().size() > 0 || in.passwordHash().size() > 0) requireOne(in.password(), in.passwordHash());
        // What can be refused is refused before the work.
        terms(in, TokenTerms.NONE);
        var hash = in.password().size() > 0 || in.passwordHash().size() > 0 ? Optional.of(hash(in.password(), in.passwordHash())) : Optional.<Secret>empty();
        call.storage().update(store -> {
            var before = users.find(store, name);
            if (before.isEmpty() != isNew) throw changedMeanwhile(); // it was allowed, and had a password, for the one or the other
            var current = hash.or(() -> before.map(Users.Row::hash)).orElseThrow(UserpassMethod::changedMeanwhile);
            users.save(store, name, new Users.Row(current, olderNames(in, before.map(Users.Row::olderNames).orElse(List.of())), terms(in, before.map(Users.Row::token).orElse(TokenTerms.NONE))));
        });
        return Reply.nothing();
    }

    private static TokenTerms terms(Set in, TokenTerms before) {
        return in.token().orOlder(in.policies(), in.ttl(), in.maxTtl(), Optional.empty(), Optional.empty(), in.boundCidrs()).over(before);
    }

    private static List<String> olderNames(Set in, List<String> before) {
        var names = new HashSet<>(before);
        note(names, "policies", in.policies(), in.token().tokenPolicies());
        note(names, "ttl", in.ttl(), in.token().tokenTtl());
        note(names, "max_ttl", in.maxTtl(), in.token().tokenMaxTtl());
        note(names, "bound_cidrs", in.boundCidrs(), in.token().tokenBoundCidrs());
        return names.stream().sorted().toList();
    }

    private static void note(java.util.Set<String> names, String name, Optional<?> older, Optional<?> newer) {
        if (older.isPresent()) names.add(name);
        else if (newer.isPresent()) names.remove(name);
    }

    private Reply<None> delete(Call.Change<Named> call) {
        users.remove(call.store(), Users.requireName(call.input().username()));
        return Reply.nothing();
    }

    private Reply<None> setPassword(Call.Effect<SetPassword> call) {
        var name = Users.requireName(call.input().username());
        call.storage().<Users.Row>read(store -> requireUser(store, name));
        requireOne(call.input().password(), call.input().passwordHash());
        var hash = hash(call.input().password(), call.input().passwordHash());
        call.storage().update(store -> {
            var before = requireUser(store, name);
            users.save(store, name, new Users.Row(hash, before.olderNames(), before.token()));
        });
        return Reply.nothing();
    }

    private Users.Row requireUser(Storage.Reader store, String name) {
        return users.find(store, name).orElseThrow(() -> new Problem.NotFound("username does not exist").asException());
    }

    private Reply<None> setPolicies(Call.Change<SetPolicies> call) {
        var in = call.input();
        var name = Users.requireName(in.username());
        var before = requireUser(call.store(), name);
        var names = in.tokenPolicies().or(in::policies);
        if (names.isEmpty()) return Reply.nothing();
        var olderNames = new HashSet<>(before.olderNames());
        note(olderNames, "policies", in.policies(), in.tokenPolicies());
        var fields = TokenFields.NONE.orOlder(names, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        users.save(call.store(), name, new Users.Row(before.hash(), olderNames.stream().sorted().toList(), fields.over(before.token())));
        return Reply.nothing();
    }

    // ---- passwords ----

    private static void requireOne(Secret password, Secret passwordHash) {
        if (password.size() > 0 && passwordHash.size() > 0) throw new Problem.Invalid("only one of password or password_hash may be provided").asException();
        if (password.size() == 0 && passwordHash.size() == 0) throw new Problem.Invalid("must provide either password or password_hash").asException();
        if (password.size() > MAX_PASSWORD_BYTES) throw new Problem.Invalid("password: at most " + MAX_PASSWORD_BYTES + " bytes").asException();
    }

    private Secret hash(Secret password, Secret passwordHash) {
        if (password.size() > 0) return hashes.hash(password, context.random());
        var cost = PasswordHashes.bcryptCost(passwordHash.reveal());
        if (cost.isEmpty()) throw new Problem.Invalid("password_hash is not a valid bcrypt hash").asException();
        if (cost.getAsInt() < MIN_IMPORTED) throw new Problem.Invalid("bcrypt cost of " + cost.getAsInt() + " is too low, want " + MIN_IMPORTED + " at minimum").asException();
        if (cost.getAsInt() > MAX_IMPORTED) throw new Problem.Invalid("bcrypt cost of " + cost.getAsInt() + " exceeds maximum cost of " + MAX_IMPORTED).asException();
        return passwordHash;
    }

    // ---- logins ----

    /** What was found of a user, and what the dearest hash of the mount costs, on one snapshot. */
    private record Seen(Optional<Users.Row> user, int importedCost) {}

    private Reply<None> login(Call.Effect<Login> call) {
        var password = call.input().password();
        if (password.size() == 0) throw new Problem.Internal("missing password").asException();
        if (password.size() > MAX_PASSWORD_BYTES) throw refused();
        var name = Users.name(call.input().username());
        var seen = call.storage().<Seen>read(store -> new Seen(users.find(store, name), users.importedCost(store)));
        boolean right = hashes.matches(password, seen.user().map(Users.Row::hash), seen.importedCost());
        var user = seen.user().filter(_ -> right).orElseThrow(UserpassMethod::refused);
        user.token().requireFrom(call.ask().remoteAddress());
        var renewed = hashes.isCurrent(user.hash()) ? Optional.<Secret>empty() : Optional.of(hashes.hash(password, context.random()));
        return Reply.auth(Reply.Login.of(name, user.token()).displayName(name).metadata(Map.of("username", name)).settle(store -> settle(store, name, user, renewed)));
    }

    /** The password was checked, which takes a while, before this transaction: the user must still be who it was checked against. */
    private void settle(Storage.Writer store, String name, Users.Row checked, Optional<Secret> hash) {
        var now = users.find(store, name).filter(checked::equals);
        if (now.isEmpty()) throw changedMeanwhile();
        hash.ifPresent(newer -> users.save(store, name, new Users.Row(newer, checked.olderNames(), checked.token())));
    }

    private static Problem.ProblemException changedMeanwhile() {
        return new Problem.Conflict("the user was changed meanwhile: try again").asException();
    }

    private static Problem.ProblemException refused() {
        return new Problem.BadLogin("invalid username or password").asException();
    }

    @Override
    public Renewed renew(Renewal renewal) {
        var user = renewal.store().<Optional<Users.Row>>read(store -> users.find(store, renewal.alias())).orElseThrow(() -> new Problem.Denied().asException());
        if (!withoutDefault(user.token().tokenPolicies()).equals(withoutDefault(renewal.policies()))) throw new Problem.Invalid("policies have changed, not renewing").asException();
        return Renewed.on(user.token());
    }

    private static List<String> withoutDefault(List<String> names) {
        var rest = new ArrayList<>(Policies.canonicalOfAny(names));
        rest.remove(Policies.DEFAULT);
        return rest;
    }
}
