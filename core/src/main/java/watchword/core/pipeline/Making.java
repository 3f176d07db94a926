package watchword.core.pipeline;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import watchword.core.lease.Leases;
import watchword.core.lease.Leases.Announced;
import watchword.core.mount.Mounts;
import watchword.core.rotation.Rotations;
import watchword.core.rotation.Rotator;
import watchword.core.token.TokenCaller;
import watchword.sdk.Call;
import watchword.sdk.Reply;
import watchword.sdk.Rotation;
import watchword.sdk.Storage;

/**
 * What a request makes outside: on record before it is made, settled by the lease of the answer, undone when there is none. And what it has
 * rotated.
 */
final class Making implements Call.Outside {
    private final Storage own;
    private final Means means;
    private final Admission.Allowed allowed;
    private final Instant now;
    private Optional<Announced> announced = Optional.empty();

    /** What it takes, for any request. */
    record Means(Gate gate, Leases leases, Mounts mounts, Rotations rotations, Rotator rotator, InstantSource clock) {
        /** @param own the namespace's part of the store */
        Making making(Storage own, Admission.Allowed allowed, Instant now) {
            return new Making(own, this, allowed, now);
        }
    }

    private Making(Storage own, Means means, Admission.Allowed allowed, Instant now) {
        this.own = own;
        this.means = means;
        this.allowed = allowed;
        this.now = now;
    }

    @Override
    public void announce(Reply.Revocation revocation) {
        if (announced.isPresent()) throw new IllegalStateException(allowed.theMount().type() + " announces twice in one call");
        if (allowed.caller() instanceof TokenCaller caller && caller.row().isForOneRequest()) throw Completion.NO_LEASES.asException();
        var owner = Completion.owner(allowed);
        Completion.requireRevocable(allowed);
        announced = Optional.of(own.<Announced>write(store -> {
            means.gate().requireStill(store, allowed, now);
            // What came before may have taken its time.
            return means.leases().announce(store, owner, allowed.view(means.mounts()), allowed.meant(), revocation, means.clock().instant());
        }));
    }

    @Override
    public void rotates(Rotation rotation) {
        Completion.requireRotating(allowed);
        own.update(store -> {
            means.gate().requireStill(store, allowed, now);
            means.rotations().say(store, allowed.theMount(), rotation);
        });
    }

    @Override
    public void rotate(String what) {
        Completion.requireRotating(allowed);
        means.rotator().rotateNow(own, allowed.theMount(), what);
    }

    Optional<Announced> announced() {
        return announced;
    }

    /** For a request that failed, or whose answer has no lease. */
    void undo() {
        announced.ifPresent(made -> own.update(store -> means.leases().undo(store, made, now)));
    }
}
