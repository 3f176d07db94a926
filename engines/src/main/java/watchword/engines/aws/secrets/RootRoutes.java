package watchword.engines.aws.secrets;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Call;
import watchword.sdk.Default;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.GoDuration;
import watchword.sdk.Inline;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Rotating;
import watchword.sdk.RotationFields;
import watchword.sdk.RotationTerms;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** How AWS is asked: addresses, the mount's own access key, which is rotated, and how long users live. */
final class RootRoutes {
    /** What rotations of the mount's own key are called. */
    static final String ROOT = "config/root";

    private static final String ROW = "one";

    private final Table<RootConfig> configs;
    private final Table<HeldKey> keys;
    private final Table<Lease> leases;
    private final Api.World world;

    RootRoutes(EngineContext context, Api.World world) {
        this.configs = context.table("root", RootConfig.class);
        this.keys = context.table("root-key", HeldKey.class);
        this.leases = context.table("lease", Lease.class);
        this.world = world;
    }

    record Nothing() {}

    record SetRoot(
            @Doc("Access key of a user of AWS that may make what is asked for here.") Optional<String> accessKey,
            @Doc("Its secret. Never shown. Both stay when they are not sent.") Optional<Secret> secretKey,
            @Doc("Region in which AWS is asked.") String region,
            @Doc("Address of IAM, in place of AWS's own.") String iamEndpoint,
            @Doc("Address of STS, in place of AWS's own.") String stsEndpoint,
            @Doc("Region of STS, where it differs.") String stsRegion,
            @Doc("Addresses that are asked in turn when STS cannot be reached.") List<String> stsFallbackEndpoints,
            @Doc("Their regions, in the same order.") List<String> stsFallbackRegions,
            @Doc("How often a question is put again that AWS was too busy to answer; -1 for three times.") @Default("-1") long maxRetries,
            @Doc("How users and sessions are named, see docs/aws.md.") String usernameTemplate,
            @Doc("Taken and shown: role for identity tokens.") String roleArn,
            @Doc("Taken and shown: this server has no identity tokens for AWS, so it asks with the access key alone.") String identityTokenAudience,
            @Doc("Taken and shown: how long identity tokens last.") @Default("3600") Duration identityTokenTtl,
            @Inline RotationFields rotation) {}

    record ShownRoot(
            @Doc("Access key with which AWS is asked.") String accessKey,
            @Doc("Address of IAM.") String iamEndpoint,
            @Doc("Taken and shown.") String identityTokenAudience,
            @Doc("Taken and shown.") Duration identityTokenTtl,
            @Doc("How often a question is put again.") long maxRetries,
            @Doc("Region in which AWS is asked.") String region,
            @Doc("Taken and shown.") String roleArn,
            @Doc("Address of STS.") String stsEndpoint,
            @Doc("Addresses that are asked in turn when STS cannot be reached.") List<String> stsFallbackEndpoints,
            @Doc("Their regions.") List<String> stsFallbackRegions,
            @Doc("Region of STS.") String stsRegion,
            @Doc("How users and sessions are named.") String usernameTemplate,
            @Inline RotationTerms rotation) {}

    record NewKey(@Doc("The new access key.") String accessKey) {}

    record SetLease(
            @Doc("How long a user lives that is made, unless its lease is renewed.") Optional<Duration> lease,
            @Doc("How long it lives at most.") Optional<Duration> leaseMax) {}

    record Lease(Duration lease, Duration leaseMax) {
        static final Lease NONE = new Lease(Duration.ZERO, Duration.ZERO);
    }

    record ShownLease(
            @Doc("How long a user lives that is made, as in 1h0m0s.") String lease,
            @Doc("How long it lives at most.") String leaseMax) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.read(ROOT, Nothing.class, ShownRoot.class, this::read, "Read how AWS is asked."),
                Route.write(ROOT, SetRoot.class, None.class, this::write, "Set how AWS is asked: all of it, but for the keys."),
                Route.effect(Operation.WRITE, "config/rotate-root", Nothing.class, NewKey.class, this::rotateNow, "Give the mount's own user a new access key, and delete the one before."),
                Route.read("config/lease", Nothing.class, ShownLease.class, this::readLease, "Read how long users live."),
                Route.write("config/lease", SetLease.class, None.class, this::writeLease, "Set how long users live."));
    }

    RootConfig config(Storage.Reader store) {
        return configs.get(store, ROW).orElse(RootConfig.NONE);
    }

    Api api(Storage.Reader store) {
        return Api.of(world, config(store), keys.get(store, ROW).orElse(HeldKey.NONE));
    }

    Lease lease(Storage.Reader store) {
        return leases.get(store, ROW).orElse(Lease.NONE);
    }

    private Reply<ShownRoot> read(Call.Read<Nothing> call) {
        var config = configs.get(call.store(), ROW).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new ShownRoot(keys.get(call.store(), ROW).orElse(HeldKey.NONE).accessKey(), config.iamEndpoint(), config.identityTokenAudience(), config.identityTokenTtl(), config.maxRetries(), config.region(),
                config.roleArn(), config.stsEndpoint(), config.stsFallbackEndpoints(), config.stsFallbackRegions(), config.stsRegion(), config.usernameTemplate(), config.rotation()));
    }

    private Reply<None> write(Call.Change<SetRoot> call) {
        var in = call.input();
        var before = config(call.store());
        var config = new RootConfig(in.region(), in.iamEndpoint(), in.stsEndpoint(), in.stsRegion(), in.stsFallbackEndpoints(), in.stsFallbackRegions(), in.maxRetries(),
                in.usernameTemplate().isEmpty() ? Names.USUAL : in.usernameTemplate(), in.roleArn(), in.identityTokenAudience(), in.identityTokenTtl(),
                in.rotation().overConfig(before.rotation()));
        config.check();
        Names.template(config.usernameTemplate());
        if (!config.identityTokenAudience().isEmpty() && in.accessKey().filter(key -> !key.isEmpty()).isPresent()) {
            throw new Problem.Invalid("only one of 'access_key' or 'identity_token_audience' can be set").asException();
        }
        configs.put(call.store(), ROW, config);
        if (in.accessKey().isPresent() || in.secretKey().isPresent()) keys.put(call.store(), ROW, key(in, keys.get(call.store(), ROW).orElse(HeldKey.NONE), call));
        if (config.rotation().schedule().isEmpty() && before.rotation().schedule().isEmpty()) return Reply.nothing();
        return Reply.<None>nothing().rotates(config.rotation().of(ROOT, keys.get(call.store(), ROW).map(HeldKey::since).orElse(call.now())));
    }

    private static HeldKey key(SetRoot in, HeldKey before, Call<SetRoot> call) {
        var accessKey = in.accessKey().orElse(before.accessKey());
        var secretKey = in.secretKey().orElse(before.secretKey());
        if (!accessKey.isEmpty() && !accessKey.matches("[!-~&&[^/,=]]{3,128}")) throw new Problem.Invalid("access_key", "must be 3 to 128 characters of ASCII without space, slash, comma and equals sign").asException();
        if (secretKey.size() > 1024) throw new Problem.Invalid("secret_key", "too long").asException();
        return new HeldKey(accessKey, secretKey, call.now(), "", Optional.empty());
    }

    private Reply<NewKey> rotateNow(Call.Effect<Nothing> call) {
        if (call.storage().<HeldKey>read(store -> keys.get(store, ROW).orElse(HeldKey.NONE)).isNone()) {
            throw new Problem.Invalid("Cannot call config/rotate-root when either access_key or secret_key is empty").asException();
        }
        call.rotate(ROOT);
        return Reply.of(new NewKey(call.storage().<HeldKey>read(store -> keys.get(store, ROW).orElse(HeldKey.NONE)).accessKey()));
    }

    /** Of the user whose the key is, which others may use besides. */
    Rotating.Rotated rotate(Storage storage) {
        var held = storage.<HeldKey>read(store -> keys.get(store, ROW).orElse(HeldKey.NONE));
        if (held.isNone()) return Rotating.Rotated.GONE;
        var api = storage.<Api>read(this::api);
        var user = api.ask("Error looking for the mount's own user", Question.iam("GetUser")).text("GetUserResult/User/UserName");
        if (user.isEmpty()) throw new Problem.Upstream("IAM does not say whose the access key is").asException();
        var replacement = new Replacement(storage, new Slot(held.accessKey()), api, user, false, world.clock());
        var next = replacement.run();
        if (next.isEmpty()) throw new Problem.Conflict("the access key was set anew meanwhile").asException();
        // With the new one, which is known to be taken: the old one cannot be trusted to delete itself last.
        new Replacement(storage, new Slot(next.get().accessKey()), api.as(next.get().accessKey(), next.get().secretKey()), user, false, world.clock()).delete(held.accessKey());
        storage.update(store -> keys.get(store, ROW).filter(key -> key.accessKey().equals(next.get().accessKey())).ifPresent(key -> keys.put(store, ROW, key.withoutPrevious())));
        return Rotating.Rotated.DONE;
    }

    /** The row, as long as it has the key that is being replaced. */
    private final class Slot implements Replacement.Slot {
        private final String accessKey;

        Slot(String accessKey) {
            this.accessKey = accessKey;
        }

        @Override
        public Optional<HeldKey> get(Storage.Reader store) {
            return keys.get(store, ROW).filter(key -> key.accessKey().equals(accessKey));
        }

        @Override
        public void put(Storage.Writer store, HeldKey key) {
            keys.put(store, ROW, key);
        }
    }

    private Reply<ShownLease> readLease(Call.Read<Nothing> call) {
        var lease = leases.get(call.store(), ROW).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new ShownLease(GoDuration.format(lease.lease()), GoDuration.format(lease.leaseMax())));
    }

    private Reply<None> writeLease(Call.Change<SetLease> call) {
        var lease = call.input().lease().orElseThrow(() -> new Problem.Invalid("'lease' is a required parameter").asException());
        var most = call.input().leaseMax().orElseThrow(() -> new Problem.Invalid("'lease_max' is a required parameter").asException());
        if (lease.isNegative() || most.isNegative()) throw new Problem.Invalid("lease and lease_max must not be negative").asException();
        leases.put(call.store(), ROW, new Lease(lease, most));
        return Reply.nothing();
    }
}
