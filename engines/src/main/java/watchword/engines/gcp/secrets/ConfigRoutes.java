package watchword.engines.gcp.secrets;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Inline;
import watchword.sdk.JsonCodec;
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

/** How Google is asked: addresses, and the mount's own key, which is rotated. */
final class ConfigRoutes {
    /** What rotations of the mount's own key are called. */
    static final String ROOT = "config";

    private static final String ROW = "one";

    private final Table<Config> configs;
    private final Table<HeldKey> roots;
    private final Keys keys;
    private final Google.World world;
    private final JsonCodec json;

    ConfigRoutes(EngineContext context, Google.World world, Keys keys) {
        this.configs = context.table("settings", Config.class);
        this.roots = context.table("root-key", HeldKey.class);
        this.keys = keys;
        this.world = world;
        this.json = context.json();
    }

    record Nothing() {}

    record Given(
            @Doc("Credentials file of a service account that may make what is asked for here, as JSON. Never shown.") Optional<Secret> credentials,
            @Doc("How long a key lives that is given out; the mount's own time when 0.") Optional<Duration> ttl,
            @Doc("How long it lives at most.") Optional<Duration> maxTtl,
            @Doc("Taken and shown: account for identity tokens.") Optional<String> serviceAccountEmail,
            @Doc("Taken and shown: this server has no identity tokens for Google, so it asks with credentials alone.") Optional<String> identityTokenAudience,
            @Doc("Taken and shown: how long identity tokens last.") Optional<Duration> identityTokenTtl,
            @Doc("Other addresses of Google's services: `iam`, `iamcredentials`, `sts`, and `oauth2` in place of the credentials' token_uri. Our own.") Optional<Map<String, String>> customEndpoint,
            @Doc("Authorities that these are checked by, as PEM; the system's when not given. Our own.") Optional<String> caPem,
            @Inline RotationFields rotation) {}

    record Shown(
            @Doc("Authorities that the services are checked by.") String caPem,
            @Doc("Other addresses of Google's services.") Map<String, String> customEndpoint,
            @Doc("Taken and shown.") String identityTokenAudience,
            @Doc("Taken and shown.") Duration identityTokenTtl,
            @Doc("Seconds that a key lives at most.") Duration maxTtl,
            @Doc("Taken and shown.") String serviceAccountEmail,
            @Doc("Seconds that a key lives that is given out.") Duration ttl,
            @Inline RotationTerms rotation) {}

    record NewKey(@Doc("Id of the new key.") String privateKeyId) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.read("config", Nothing.class, Shown.class, this::read, "Read how Google is asked."),
                Route.write("config", Given.class, None.class, this::write, "Set how Google is asked; what is not sent stays."),
                Route.effect(Operation.WRITE, "config/rotate-root", Nothing.class, NewKey.class, this::rotateNow, "Give the mount's own service account a new key, and delete the one before."));
    }

    Config config(Storage.Reader store) {
        return configs.get(store, ROW).orElse(Config.NONE);
    }

    /** @throws Problem.ProblemException when there are no credentials */
    Google google(Storage.Reader store) {
        var root = roots.get(store, ROW).orElseThrow(() -> new Problem.Invalid("this mount has no credentials of Google: set credentials in config").asException());
        return new Google(world, config(store), root.key());
    }

    private Reply<Shown> read(Call.Read<Nothing> call) {
        var config = configs.get(call.store(), ROW).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new Shown(config.caPem(), config.customEndpoint(), config.identityTokenAudience(), config.identityTokenTtl(), config.maxTtl(), config.serviceAccountEmail(), config.ttl(), config.rotation()));
    }

    private Reply<None> write(Call.Change<Given> call) {
        var in = call.input();
        var before = config(call.store());
        var after = new Config(in.ttl().orElse(before.ttl()), in.maxTtl().orElse(before.maxTtl()), in.serviceAccountEmail().orElse(before.serviceAccountEmail()),
                in.identityTokenAudience().orElse(before.identityTokenAudience()), in.identityTokenTtl().orElse(before.identityTokenTtl()), in.customEndpoint().orElse(before.customEndpoint()),
                in.caPem().orElse(before.caPem()), in.rotation().overConfig(before.rotation()));
        after.check();
        in.credentials().filter(file -> file.size() > 0).ifPresent(file -> roots.put(call.store(), ROW, new HeldKey(ServiceKey.read(file, json), call.now(), "")));
        if (in.credentials().filter(file -> file.size() == 0).isPresent()) roots.delete(call.store(), ROW);
        var root = roots.get(call.store(), ROW);
        if (!after.identityTokenAudience().isEmpty() && root.isPresent()) throw new Problem.Invalid("only one of 'credentials' or 'identity_token_audience' can be set").asException();
        configs.put(call.store(), ROW, after);
        if (after.rotation().schedule().isEmpty() && before.rotation().schedule().isEmpty()) return Reply.nothing();
        return Reply.<None>nothing().rotates(after.rotation().of(ROOT, root.map(HeldKey::since).orElse(call.now())));
    }

    private Reply<NewKey> rotateNow(Call.Effect<Nothing> call) {
        var root = call.storage().<Optional<HeldKey>>read(store -> roots.get(store, ROW)).orElseThrow(() -> new Problem.Invalid("no credentials to rotate: set credentials in config").asException());
        call.rotates(Keys.looking(root.key().email(), ROOT, call.now()));
        call.rotate(ROOT);
        return Reply.of(new NewKey(call.storage().<String>read(store -> roots.get(store, ROW).map(held -> held.key().id()).orElse(""))));
    }

    Rotated rotate(Storage storage) {
        var held = storage.<Optional<HeldKey>>read(store -> roots.get(store, ROW));
        if (held.isEmpty()) return Rotated.GONE;
        endPrevious(storage);
        var email = held.get().key().email();
        keys.replace(storage, storage.<Google>read(this::google), email, ROOT, new Root(email));
        endPrevious(storage);
        return Rotated.DONE;
    }

    /** With the key in force, which is known to be taken. */
    void endPrevious(Storage storage) {
        storage.<Optional<HeldKey>>read(store -> roots.get(store, ROW)).ifPresent(held -> keys.endPrevious(storage, storage.<Google>read(this::google), new Root(held.key().email())));
    }

    /** The row, as long as it has a key of this account. */
    private final class Root implements Keys.Slot {
        private final String email;

        Root(String email) {
            this.email = email;
        }

        @Override
        public Optional<HeldKey> get(Storage.Reader store) {
            return roots.get(store, ROW).filter(held -> held.key().email().equals(email));
        }

        @Override
        public boolean put(Storage.Writer store, HeldKey key) {
            if (get(store).isEmpty()) return false;
            roots.put(store, ROW, key);
            return true;
        }
    }
}
