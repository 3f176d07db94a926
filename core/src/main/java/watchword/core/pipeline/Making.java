package watchword.core.pipeline;

import java.time.Instant;
import java.util.Optional;
import watchword.core.lease.Leases;
import watchword.core.lease.Leases.Announced;
import watchword.core.mount.Mounts;
import watchword.core.rotation.Rotations;
import watchword.core.rotation.Rotator;
import watchword.core.token.TokenCaller;
import watchword.sdk.Call;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Rotation;
import watchword.sdk.Storage;

/**
 * What a request makes outside: on record before it is made, settled by the lease of the answer, undone when there is none. And what it has
 * rotated.
 */
final class Making implements Call.Outside {
    private final Storage own;
    private final Gate gate;
    private final Leases leases;
    private final Mounts mounts;
    private final Rotations rotations;
    private final Rotator rotator;
    private final Admission.Allowed allowed;
    private final Instant now;
    private Optional<Announced> announced = Optional.empty();

    /** @param own the namespace's part of the store */
    Making(Storage own, Gate gate, Leases leases, Mounts mounts, Rotations rotations, Rotator rotator, Admission.Allowed allowed, Instant now) {
        this.own = own;
        this.gate = gate;
        this.leases = leases;
        this.mounts = mounts;
        this.rotations = rotations;
        this.rotator = rotator;
        this.allowed = allowed;
        this.now = now;
    }

    @Override
    public void announce(Reply.Revocation revocation) {
        if (announced.isPresent()) throw new IllegalStateException(allowed.theMount().type() + " announces twice in one call");
        if (!(allowed.caller() instanceof TokenCaller caller)) throw new Problem.Denied().asException();
        if (caller.row().isForOneRequest()) throw Completion.NO_LEASES.asException();
        Completion.requireRevocable(allowed);
        announced = Optional.of(own.<Announced>write(store -> {
            gate.requireStill(store, allowed, now);
            return leases.announce(store, caller.tokenKey(), allowed.view(mounts), allowed.request().path().text(), revocation, now);
        }));
    }

    @Override
    public void rotates(Rotation rotation) {
        Completion.requireRotating(allowed);
        own.update(store -> {
            gate.requireStill(store, allowed, now);
            rotations.say(store, allowed.theMount(), rotation);
        });
    }

    @Override
    public void rotate(String what) {
        Completion.requireRotating(allowed);
        rotator.rotateNow(own, allowed.theMount(), what);
    }

    Optional<Announced> announced() {
        return announced;
    }

    /** For a request that failed, or whose answer has no lease. */
    void undo() {
        announced.ifPresent(made -> own.update(store -> leases.undo(store, made, now)));
    }
}
