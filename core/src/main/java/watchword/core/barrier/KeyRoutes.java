package watchword.core.barrier;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import watchword.core.wire.Durations;
import watchword.crypto.RotationPolicy;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;

/** {@code sys/key-status}, {@code sys/rotate} and its configuration. */
public final class KeyRoutes {
    private final Barrier barrier;

    public KeyRoutes(Barrier barrier) {
        this.barrier = barrier;
    }

    record Nothing() {}

    record KeyStatus(
            @Doc("Number of the key, from 1.") int term,
            @Doc("When it was made.") Instant installTime,
            @Doc("About how often it encrypted.") long encryptions) {}

    record Policy(
            @Doc("Encryptions after which the key is rotated.") long maxOperations,
            @Doc("Age at which the key is rotated, as in 24h0m0s; 0s for none.") String interval,
            @Doc("Whether keys are rotated by themselves.") boolean enabled) {}

    record SetPolicy(
            @Doc("Encryptions after which the key is rotated: 1,000,000 to 3,865,470,566.") Optional<Long> maxOperations,
            @Doc("Age at which the key is rotated: at least 24h; 0 for none.") Optional<Duration> interval,
            @Doc("Whether keys are rotated by themselves.") Optional<Boolean> enabled) {}

    public List<Route<?, ?>> routes() {
        var all = new ArrayList<Route<?, ?>>();
        all.add(Route.read("key-status", Nothing.class, KeyStatus.class, this::status, "Tell about the key that encrypts the store.").with(Trait.FLAT));
        for (var path : List.of("rotate", "rotate/keyring")) {
            all.add(Route.effect(Operation.WRITE, path, Nothing.class, None.class, this::rotate, "Encrypt with a new key from now on.").with(Trait.SUDO));
            all.add(Route.effect(Operation.READ, path + "/config", Nothing.class, Policy.class, this::readPolicy, "Tell when keys are rotated by themselves."));
            all.add(Route.effect(Operation.WRITE, path + "/config", SetPolicy.class, None.class, this::writePolicy, "Set when keys are rotated by themselves.")
                    .with(Trait.SUDO));
        }
        return List.copyOf(all);
    }

    private Reply<KeyStatus> status(Call.Read<Nothing> call) {
        var status = barrier.keyStatus();
        return Reply.of(new KeyStatus(status.term(), status.installed(), status.encryptions()));
    }

    private Reply<None> rotate(Call.Effect<Nothing> call) {
        barrier.rotate();
        return Reply.nothing();
    }

    private Reply<Policy> readPolicy(Call.Effect<Nothing> call) {
        var policy = barrier.rotationPolicy();
        return Reply.of(new Policy(policy.maxOperations(), Durations.format(policy.interval()), policy.enabled()));
    }

    private Reply<None> writePolicy(Call.Effect<SetPolicy> call) {
        var in = call.input();
        var now = barrier.rotationPolicy();
        long operations = in.maxOperations().orElse(now.maxOperations());
        var interval = in.interval().orElse(now.interval());
        if (operations < RotationPolicy.LEAST_OPERATIONS || operations > RotationPolicy.MOST_OPERATIONS) {
            throw new Problem.Invalid("max_operations must be between " + RotationPolicy.LEAST_OPERATIONS + " and " + RotationPolicy.MOST_OPERATIONS).asException();
        }
        if (!interval.isZero() && interval.compareTo(RotationPolicy.LEAST_INTERVAL) < 0) throw new Problem.Invalid("interval must be at least 24 hours").asException();
        barrier.setRotationPolicy(new RotationPolicy(operations, interval, in.enabled().orElse(now.enabled())));
        return Reply.nothing();
    }
}
