package watchword.core.pipeline;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import watchword.core.json.Json;
import watchword.core.lease.Leases;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.core.policy.Consent;
import watchword.core.request.Answer;
import watchword.core.run.KeptAnswers.Key;
import watchword.core.run.KeptAnswers;
import watchword.core.token.TokenCaller;
import watchword.sdk.Problem;
import watchword.sdk.Revocable;
import watchword.sdk.Route.Handler;
import watchword.sdk.Route.Trait;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * A run that asks the same again is told the same: the lease it has and what it stands for. Of several that ask at once one gets it, and
 * the others wait for that; so a run has one credential of each role, however often its parts ask and on however many servers.
 */
final class Sharing {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long LOOK_NANOS = Duration.ofMillis(20).toNanos();

    private final Leases leases;
    private final KeptAnswers kept;
    private final InstantSource clock;

    Sharing(Leases leases, KeptAnswers kept, InstantSource clock) {
        this.leases = leases;
        this.kept = kept;
        this.clock = clock;
    }

    /**
     * What a request would share; empty for who has no run, for a token's last use or only one, and for a route that issues nothing or
     * what is one-time.
     */
    Optional<Key> key(Admission.Allowed allowed) {
        if (!(allowed.caller() instanceof TokenCaller caller) || caller.row().run().isEmpty() || caller.row().isSpent() || caller.row().isForOneRequest()) return Optional.empty();
        if (!(allowed.engine().engine() instanceof Revocable) || allowed.route().is(Trait.SINGLE_USE) || allowed.route().handler() instanceof Handler.Reads<?, ?>) return Optional.empty();
        if (allowed.route().handler() instanceof Handler.Effects<?, ?> && !allowed.route().is(Trait.GIVES_LEASE)) return Optional.empty();
        var request = allowed.request();
        // What was issued by approval may live longer than what a reason alone gives.
        var within = allowed.decision().consent() instanceof Consent.BrokenGlass glass ? glass.longest().toString() : "";
        var asked = Json.write(List.of(caller.entityId(), allowed.namespace().id(), allowed.theMount().uuid(), request.operation().name(), allowed.meant(), new TreeMap<>(request.body()), within));
        return Optional.of(Key.of(caller.row().run(), new String(asked, StandardCharsets.UTF_8)));
    }

    private static Storage.Writer home(Storage.Writer store, Admission.Allowed allowed) {
        return NamespaceStore.view(store, allowed.tokenCaller().map(TokenCaller::namespaceId).orElse(Namespace.ROOT_ID));
    }

    private static Storage.Reader home(Storage.Reader store, Admission.Allowed allowed) {
        return NamespaceStore.view(store, allowed.tokenCaller().map(TokenCaller::namespaceId).orElse(Namespace.ROOT_ID));
    }

    /** What the run was answered before, if its lease is in force. @param store of the namespace that is asked */
    @SuppressWarnings("unchecked") // the data of an answer is an object
    Optional<Answer> again(Storage.Writer store, Admission.Allowed allowed, Key key) {
        var row = kept.get(home(store, allowed), key).filter(known -> !known.leaseId().isEmpty());
        return row.flatMap(known -> leases.share(store, known.leaseId(), Completion.owner(allowed), clock.instant()).map(granted -> {
            var data = (Map<String, Object>) known.data().<Object>use(bytes -> Objects.requireNonNull(Json.parseTrusted(bytes)));
            return new Answer(200, Optional.of(data), allowed.route().is(Trait.FLAT), Optional.of(new Answer.LeaseInfo(granted.id(), granted.ttl().toSeconds(), granted.renewable())),
                    Optional.empty(), Optional.empty(), List.of(), Optional.empty(), Optional.empty());
        }));
    }

    void keep(Storage.Writer store, Admission.Allowed allowed, Key key, String leaseId, Answer answer) {
        kept.keep(home(store, allowed), key, leaseId, Secret.owning(Json.write(answer.data().orElse(Map.of()))));
    }

    /** Whether a request may keep its answer: unless another one, which thought it gone, has been quicker. */
    boolean isOpen(Storage.Writer store, Admission.Allowed allowed, Key key) {
        return kept.get(home(store, allowed), key).filter(known -> !known.leaseId().isEmpty()).flatMap(known -> leases.get(store, known.leaseId())).isEmpty();
    }

    /** Either what the run has already, or the turn to get it. */
    sealed interface Turn {
        record Answered(Answer answer) implements Turn {}

        record Mine(String maker) implements Turn {}
    }

    /**
     * Waits until the run has what it asks for, or it is this request's turn to get it.
     *
     * @param stillAllowed refuses, in a transaction, who has lost its right meanwhile
     */
    Turn await(Storage own, Admission.Allowed allowed, Key key, Consumer<Storage.Writer> stillAllowed) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            if (!own.<Boolean>read(store -> kept.get(home(store, allowed), key).filter(this::isBeingMade).isPresent())) {
                var turn = own.<Optional<Turn>>write(store -> {
                    stillAllowed.accept(store);
                    return turn(store, allowed, key);
                });
                if (turn.isPresent()) return turn.get();
            }
            if (System.nanoTime() > deadline) throw new Problem.Unavailable("another request of this run is getting the same for too long; try again").asException();
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
    }

    /** Empty while it is another's. */
    private Optional<Turn> turn(Storage.Writer store, Admission.Allowed allowed, Key key) {
        var home = home(store, allowed);
        if (kept.get(home, key).filter(this::isBeingMade).isPresent()) return Optional.empty();
        var known = again(store, allowed, key);
        if (known.isPresent()) return Optional.of(new Turn.Answered(known.get()));
        var maker = UUID.randomUUID().toString();
        kept.claim(home, key, maker, clock.instant().plus(Leases.ANNOUNCED));
        return Optional.of(new Turn.Mine(maker));
    }

    private boolean isBeingMade(KeptAnswers.Row row) {
        return row.leaseId().isEmpty() && row.patience().isAfter(clock.instant());
    }

    /** Who had its turn has nothing to keep, as it failed or was answered without a lease: then it is the next one's. */
    void release(Storage own, Admission.Allowed allowed, Key key, String maker) {
        boolean left = own.<Boolean>read(store -> kept.get(home(store, allowed), key).filter(row -> row.maker().equals(maker)).isPresent());
        if (left) own.update(store -> kept.release(home(store, allowed), key, maker));
    }
}
