package watchword.engines.gcp.secrets;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import watchword.engines.gcp.secrets.Boundary.Rule;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** Accounts that the mount's own account acts for: their tokens need no key, and can be narrowed to parts of buckets. */
final class ImpersonatedRoutes {
    private static final Duration USUAL = Duration.ofHours(1);
    /** Google's bound. */
    private static final Duration LONGEST = Duration.ofHours(12);

    private final Table<Account> accounts;
    private final ConfigRoutes config;

    ImpersonatedRoutes(EngineContext context, ConfigRoutes config) {
        this.accounts = context.table("impersonated-account", Account.class);
        this.config = config;
    }

    record Account(String email, String project, List<String> tokenScopes, Duration ttl, List<Rule> boundary) {}

    record Named(@Doc("Name of the account here.") String name) {}

    record Given(
            @Doc("Name of the account here.") String name,
            @Doc("E-mail of the service account that the mount's own account may make tokens of. Cannot be changed.") String serviceAccountEmail,
            @Doc("OAuth scopes of its tokens.") Optional<List<String>> tokenScopes,
            @Doc("How long a token lasts; an hour when not given, and 12 hours at most, if Google's settings allow that.") Optional<Duration> ttl,
            @Doc("What its tokens may do at most, whatever the account may; Google wants the scope cloud-platform for it. No bound when empty. Our own.") Optional<List<Rule>> accessBoundary) {}

    record Shown(
            @Doc("What its tokens may do at most.") List<Rule> accessBoundary,
            @Doc("E-mail of the service account.") String serviceAccountEmail,
            @Doc("Project of the service account.") String serviceAccountProject,
            @Doc("OAuth scopes of its tokens.") List<String> tokenScopes,
            @Doc("Seconds that a token lasts.") Duration ttl) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("impersonated-accounts", Page.class, Page.Keys.class, call -> call.input().of(accounts, call.store()), "List the accounts that are acted for."),
                Route.list("impersonated-account", Page.class, Page.Keys.class, call -> call.input().of(accounts, call.store()), "List the accounts that are acted for; the same."),
                Route.read("impersonated-account/{name}", Named.class, Shown.class, this::read, "Read which account is acted for."),
                Route.effect(Operation.WRITE, "impersonated-account/{name}", Given.class, None.class, this::write, "Have tokens made of an account, or change what is sent of it.")
                        .existence(call -> accounts.get(call.store(), call.input().name()).isPresent()),
                Route.delete("impersonated-account/{name}", Named.class, None.class, this::delete, "Make no more tokens of an account. Those that were made last to their end."),
                Route.effect(Operation.READ, "impersonated-account/{name}/token", Named.class, Token.Shown.class, this::token, "Get an access token."),
                Route.effect(Operation.WRITE, "impersonated-account/{name}/token", Named.class, Token.Shown.class, this::token, "Get an access token; the same."));
    }

    private Reply<Shown> read(Call.Read<Named> call) {
        var account = accounts.get(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new Shown(account.boundary(), account.email(), account.project(), account.tokenScopes(), account.ttl()));
    }

    private Reply<None> write(Call.Effect<Given> call) {
        var in = call.input();
        Accounts.requireName(in.name());
        var before = call.storage().<Optional<Account>>read(store -> accounts.get(store, in.name()));
        var email = in.serviceAccountEmail().isEmpty() ? before.map(Account::email).orElse("") : in.serviceAccountEmail();
        Accounts.requireEmail(email);
        if (before.filter(account -> !account.email().equals(email)).isPresent()) throw new Problem.Invalid("service_account_email", "cannot be changed: delete the account and make another").asException();
        var scopes = in.tokenScopes().or(() -> before.map(Account::tokenScopes)).orElse(List.of());
        Accounts.requireScopes(scopes);
        var ttl = in.ttl().filter(Duration::isPositive).or(() -> before.map(Account::ttl)).orElse(USUAL);
        if (ttl.compareTo(LONGEST) > 0 || ttl.toSeconds() < 1) throw new Problem.Invalid("ttl", "must be from a second to 12 hours").asException();
        var boundary = in.accessBoundary().or(() -> before.map(Account::boundary)).orElse(List.of());
        Boundary.check(boundary);
        var project = before.isPresent() ? before.get().project() : call.storage().<Google>read(config::google).account(email).project();
        call.storage().update(store -> accounts.put(store, in.name(), new Account(email, project, scopes, ttl, boundary)));
        return Reply.nothing();
    }

    private Reply<None> delete(Call.Change<Named> call) {
        accounts.delete(call.store(), call.input().name());
        return Reply.nothing();
    }

    private record Scene(Account account, Google google) {}

    private Reply<Token.Shown> token(Call.Effect<Named> call) {
        var scene = call.storage().<Scene>read(store -> new Scene(find(store, call.input().name()), config.google(store)));
        var account = scene.account();
        var token = scene.google().generate(account.email(), account.tokenScopes(), account.ttl());
        return Reply.of((account.boundary().isEmpty() ? token : scene.google().within(token, account.boundary())).shown(call.now()));
    }

    private Account find(Storage.Reader store, String name) {
        return accounts.get(store, name).orElseThrow(() -> new Problem.Invalid("impersonated account \"" + name + "\" does not exists").asException());
    }
}
