package watchword.core.pipeline;

import java.time.Instant;
import java.util.Optional;
import watchword.core.lease.Leases;
import watchword.core.lease.Leases.Announced;
import watchword.core.mount.Mounts;
import watchword.sdk.Reply;
import watchword.sdk.Storage;

/** What a request makes outside: on record before it is made, settled by the lease of the answer, undone when there is none. */
final class Making {
    private final Storage own;
    private final Gate gate;
    private final Leases leases;
    private final Mounts mounts;
    private final Admission.Allowed allowed;
    private final Instant now;
    private Optional<Announced> announced = Optional.empty();

    /** @param own the namespace's part of the store */
    Making(Storage own, Gate gate, Leases leases, Mounts mounts, Admission.Allowed allowed, Instant now) {
        this.own = own;
        this.gate = gate;
        this.leases = leases;
        this.mounts = mounts;
        this.allowed = allowed;
        this.now = now;
    }

    /** See {@link watchword.sdk.Call.Effect#announce}. */
    void announce(Reply.Revocation revocation) {
        if (announced.isPresent()) throw new IllegalStateException(allowed.theMount().type() + " announces twice in one call");
        var owner = Completion.owner(allowed);
        Completion.requireRevocable(allowed);
        announced = Optional.of(own.<Announced>write(store -> {
            gate.requireStill(store, allowed, now);
            return leases.announce(store, owner, mounts.view(allowed.theMount()), allowed.request().path().text(), revocation, now);
        }));
    }

    Optional<Announced> announced() {
        return announced;
    }

    /** For a request that failed, or whose answer has no lease. */
    void undo() {
        announced.ifPresent(made -> own.update(store -> leases.undo(store, made, now)));
    }
}
