package watchword.engines.gcp.secrets;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import watchword.sdk.Call;
import watchword.sdk.Default;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Reply.Term.Leased;
import watchword.sdk.Rotating.Rotated;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** Service accounts that exist: tokens by a key that the mount has of them, or keys that end with their lease. */
final class StaticRoutes {
    /** What the rotations of their keys are called, before the account's name. */
    static final String ACCOUNTS = "static-account/";

    private static final String ACCESS_TOKEN = "access_token";
    private static final Set<String> ALGORITHMS = Set.of(Keys.USUAL_ALGORITHM, "KEY_ALG_RSA_1024");
    private static final Set<String> TYPES = Set.of(Keys.USUAL_TYPE, "TYPE_PKCS12_FILE");
    private static final int MARK_BYTES = 16;

    private final Table<Account> accounts;
    private final Table<HeldKey> held;
    private final ConfigRoutes config;
    private final Keys keys;
    private final SecureRandom random;

    StaticRoutes(EngineContext context, ConfigRoutes config, Keys keys) {
        this.accounts = context.table("static-account", Account.class);
        this.held = context.table("static-key", HeldKey.class);
        this.config = config;
        this.keys = keys;
        this.random = context.random();
    }

    record Account(String email, String project, String secretType, List<String> tokenScopes) {
        boolean givesTokens() {
            return secretType.equals(ACCESS_TOKEN);
        }
    }

    record Named(@Doc("Name of the account here.") String name) {}

    record Given(
            @Doc("Name of the account here.") String name,
            @Doc("E-mail of the service account. Cannot be changed.") String serviceAccountEmail,
            @Doc("What is given out: `access_token` when not given, or `service_account_key`. Cannot be changed.") String secretType,
            @Doc("OAuth scopes of access tokens.") Optional<List<String>> tokenScopes,
            @Doc("Refused unless empty: what the account may do is set at Google.") String bindings) {}

    record Shown(
            @Doc("What is given out.") String secretType,
            @Doc("E-mail of the service account.") String serviceAccountEmail,
            @Doc("Project of the service account.") String serviceAccountProject,
            @Doc("OAuth scopes of access tokens; left out for keys.") Optional<List<String>> tokenScopes) {}

    record Wanted(
            @Doc("Name of the account here.") String name,
            @Doc("Algorithm of the key: `KEY_ALG_RSA_2048`, or `KEY_ALG_RSA_1024`.") @Default(Keys.USUAL_ALGORITHM) String keyAlgorithm,
            @Doc("Form of the key: `TYPE_GOOGLE_CREDENTIALS_FILE`, or `TYPE_PKCS12_FILE`.") @Default(Keys.USUAL_TYPE) String keyType,
            @Doc("How long it lives, unless its lease is renewed.") Optional<Duration> ttl) {}

    record Key(
            @Doc("Algorithm of the key.") String keyAlgorithm,
            @Doc("Form of the key.") String keyType,
            @Doc("The key's file, in base64.") Secret privateKeyData) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("static-accounts", Page.class, Page.Keys.class, call -> call.input().of(accounts, call.store()), "List the accounts."),
                Route.list("static-account", Page.class, Page.Keys.class, call -> call.input().of(accounts, call.store()), "List the accounts; the same."),
                Route.read("static-account/{name}", Named.class, Shown.class, this::read, "Read which account it is, and what is given out."),
                Route.effect(Operation.WRITE, "static-account/{name}", Given.class, None.class, this::write, "Have tokens or keys given out of an account, or change the scopes of its tokens.")
                        .existence(call -> accounts.get(call.store(), call.input().name()).isPresent()),
                Route.effect(Operation.DELETE, "static-account/{name}", Named.class, None.class, this::delete, "Give out nothing more of an account, and delete the key that its tokens are made by."),
                Route.effect(Operation.WRITE, "static-account/{name}/rotate-key", Named.class, None.class, this::rotateNow, "Give the account a new key to make tokens by, and delete the one before."),
                Route.effect(Operation.READ, "static-account/{name}/token", Named.class, Token.Shown.class, this::token, "Get an access token."),
                Route.effect(Operation.WRITE, "static-account/{name}/token", Named.class, Token.Shown.class, this::token, "Get an access token; the same."),
                Route.issueOutside("static-account/{name}/key", Wanted.class, Key.class, this::key, "Get a key."),
                Route.effect(Operation.WRITE, "static-account/{name}/key", Wanted.class, Key.class, this::key, "Get a key, with parameters.").with(Trait.GIVES_LEASE));
    }

    private Reply<Shown> read(Call.Read<Named> call) {
        var account = accounts.get(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new Shown(account.secretType(), account.email(), account.project(), account.givesTokens() ? Optional.of(account.tokenScopes()) : Optional.empty()));
    }

    private Account find(Storage.Reader store, String name) {
        return accounts.get(store, name).orElseThrow(() -> new Problem.Invalid("static account \"" + name + "\" does not exists").asException());
    }

    // ---- setting ----

    private Reply<None> write(Call.Effect<Given> call) {
        var in = call.input();
        Accounts.requireName(in.name());
        if (!in.bindings().isBlank() && !in.bindings().strip().equals("{}")) throw new Problem.Invalid("bindings", "are not set from here: give the service account its roles at Google").asException();
        var before = call.storage().<Optional<Account>>read(store -> accounts.get(store, in.name()));
        if (before.isPresent()) return change(call, before.get());
        var account = fresh(call);
        call.storage().update(store -> accounts.put(store, in.name(), account));
        if (account.givesTokens()) first(call, account);
        return Reply.nothing();
    }

    private Account fresh(Call.Effect<Given> call) {
        var in = call.input();
        Accounts.requireEmail(in.serviceAccountEmail());
        var type = in.secretType().isEmpty() ? ACCESS_TOKEN : in.secretType();
        if (!type.equals(ACCESS_TOKEN) && !type.equals(Keys.KIND)) throw new Problem.Invalid("secret_type", "must be " + ACCESS_TOKEN + " or " + Keys.KIND).asException();
        var scopes = type.equals(ACCESS_TOKEN) ? in.tokenScopes().orElse(List.of()) : List.<String>of();
        if (type.equals(ACCESS_TOKEN)) Accounts.requireScopes(scopes);
        var known = call.storage().<Google>read(config::google).account(in.serviceAccountEmail());
        return new Account(known.email(), known.project(), type, scopes);
    }

    private Reply<None> change(Call.Effect<Given> call, Account before) {
        var in = call.input();
        if (!in.serviceAccountEmail().isEmpty() && !in.serviceAccountEmail().equals(before.email())) throw fixed("service_account_email");
        if (!in.secretType().isEmpty() && !in.secretType().equals(before.secretType())) throw fixed("secret_type");
        if (!before.givesTokens()) return Reply.nothing();
        var scopes = in.tokenScopes().orElse(before.tokenScopes());
        Accounts.requireScopes(scopes);
        call.storage().update(store -> accounts.get(store, in.name()).ifPresent(now -> accounts.put(store, in.name(), new Account(now.email(), now.project(), now.secretType(), scopes))));
        return Reply.nothing();
    }

    private static RuntimeException fixed(String field) {
        return new Problem.Invalid(field, "cannot be changed: delete the account and make another").asException();
    }

    /** An account without a key is of no use: when it gets none, it has never been. */
    private void first(Call.Effect<Given> call, Account account) {
        var what = ACCOUNTS + call.input().name();
        call.rotates(Keys.looking(account.email(), what, call.now()));
        try {
            call.rotate(what);
        } catch (RuntimeException failed) {
            call.storage().update(store -> {
                if (held.get(store, call.input().name()).isEmpty()) accounts.delete(store, call.input().name());
            });
            throw failed;
        }
    }

    /** First at Google, so that what cannot be deleted there is not forgotten here. */
    private Reply<None> delete(Call.Effect<Named> call) {
        var name = call.input().name();
        var account = call.storage().<Optional<Account>>read(store -> accounts.get(store, name));
        if (account.isEmpty()) return Reply.nothing();
        if (account.get().givesTokens()) {
            var google = call.storage().<Google>read(config::google);
            keys.endLost(call.storage(), google, account.get().email(), ACCOUNTS + name);
            call.storage().<Optional<HeldKey>>read(store -> held.get(store, name)).ifPresent(key -> {
                google.deleteKey(account.get().email(), key.key().id());
                if (!key.previous().isEmpty()) google.deleteKey(account.get().email(), key.previous());
            });
        }
        call.storage().update(store -> {
            accounts.delete(store, name);
            held.delete(store, name);
        });
        return Reply.nothing();
    }

    // ---- rotating ----

    private Reply<None> rotateNow(Call.Effect<Named> call) {
        var name = call.input().name();
        var account = call.storage().<Account>read(store -> find(store, name));
        if (!account.givesTokens()) throw new Problem.Invalid("cannot rotate key for non-access-token static account").asException();
        call.rotates(Keys.looking(account.email(), ACCOUNTS + name, call.now()));
        call.rotate(ACCOUNTS + name);
        return Reply.nothing();
    }

    Rotated rotate(String name, Storage storage) {
        var account = storage.<Optional<Account>>read(store -> accounts.get(store, name)).filter(Account::givesTokens);
        if (account.isEmpty()) return Rotated.GONE;
        var google = storage.<Google>read(config::google);
        var slot = new Slot(name, account.get().email());
        keys.endPrevious(storage, google, slot);
        keys.replace(storage, google, account.get().email(), ACCOUNTS + name, slot);
        keys.endPrevious(storage, google, slot);
        return Rotated.DONE;
    }

    void endPrevious(String name, Storage storage) {
        storage.<Optional<Account>>read(store -> accounts.get(store, name)).ifPresent(account -> keys.endPrevious(storage, storage.<Google>read(config::google), new Slot(name, account.email())));
    }

    /** The row, as long as there is the account. */
    private final class Slot implements Keys.Slot {
        private final String name;
        private final String email;

        Slot(String name, String email) {
            this.name = name;
            this.email = email;
        }

        @Override
        public Optional<HeldKey> get(Storage.Reader store) {
            return held.get(store, name).filter(key -> key.key().email().equals(email));
        }

        @Override
        public boolean put(Storage.Writer store, HeldKey key) {
            if (accounts.get(store, name).filter(account -> account.email().equals(email) && account.givesTokens()).isEmpty()) return false;
            held.put(store, name, key);
            return true;
        }
    }

    // ---- giving ----

    private record Scene(Account account, Optional<HeldKey> held, Google google, Config config) {}

    private Scene scene(Storage.Reader store, String name) {
        return new Scene(find(store, name), held.get(store, name), config.google(store), config.config(store));
    }

    private Reply<Token.Shown> token(Call.Effect<Named> call) {
        var name = call.input().name();
        var scene = call.storage().<Scene>read(store -> scene(store, name));
        if (!scene.account().givesTokens()) throw new Problem.Invalid("static account \"" + name + "\" cannot generate access tokens (has secret type " + scene.account().secretType() + ")").asException();
        var key = scene.held().orElseThrow(() -> new Problem.Invalid("static account \"" + name + "\" has no key: rotate it").asException());
        return Reply.of(scene.google().grant(key.key(), scene.account().tokenScopes()).shown(call.now()));
    }

    private Reply<Key> key(Call.Effect<Wanted> call) {
        var in = call.input();
        if (!ALGORITHMS.contains(in.keyAlgorithm())) throw new Problem.Invalid("key_algorithm", "must be one of " + ALGORITHMS.stream().sorted().toList()).asException();
        if (!TYPES.contains(in.keyType())) throw new Problem.Invalid("key_type", "must be one of " + TYPES.stream().sorted().toList()).asException();
        var scene = call.storage().<Scene>read(store -> scene(store, in.name()));
        if (scene.account().givesTokens()) throw new Problem.Invalid("static account \"" + in.name() + "\" cannot generate service account keys (has secret type " + ACCESS_TOKEN + ")").asException();
        var mark = new byte[MARK_BYTES];
        random.nextBytes(mark);
        var lease = Keys.lease(scene.account().email(), HexFormat.of().formatHex(mark));
        call.announce(lease);
        var made = keys.give(call.storage(), scene.google(), lease, in.keyAlgorithm(), in.keyType());
        return Reply.of(new Key(in.keyAlgorithm(), in.keyType(), made.file())).until(new Leased(in.ttl().orElse(scene.config().ttl()), scene.config().maxTtl(), true, lease));
    }
}
