package watchword.sdk;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A secret that is changed at a target outside, such as an account's password, so that whatever fails and whoever dies, one side always
 * knows what the other has: the new one is stored as pending before the target is told, and in force once the target has taken it. A
 * component of an engine's row.
 *
 * @param pending what the target may have been told already
 * @param previous what was in force before; for a time targets may take both
 * @param since when the current one came into force
 */
public record ChangingSecret(Secret current, Optional<Secret> pending, Optional<Secret> previous, Instant since) {

    /** One that nobody has changed yet. */
    public static ChangingSecret of(Secret current, Instant since) {
        return new ChangingSecret(current, Optional.empty(), Optional.empty(), since);
    }

    /** What the target may take, the likeliest first, for who has to prove itself while a change may be under way. */
    public List<Secret> candidates() {
        return pending.map(each -> List.of(each, current)).orElse(List.of(current));
    }

    private ChangingSecret proposing(Secret next) {
        return new ChangingSecret(current, Optional.of(next), previous, since);
    }

    private ChangingSecret withoutPending() {
        return new ChangingSecret(current, Optional.empty(), previous, since);
    }

    private ChangingSecret confirmed(Secret taken, Instant now) {
        return new ChangingSecret(taken, pending.filter(other -> !other.equals(taken)), Optional.of(current), now);
    }

    /** Where an engine keeps one. */
    public interface Slot {
        /** Empty when what it belongs to is gone. */
        Optional<ChangingSecret> get(Storage.Reader store);

        void put(Storage.Writer store, ChangingSecret secret);
    }

    /** What takes the secret. */
    public interface Target {
        /**
         * Has it take another secret; once more, when an earlier call may have done so already.
         *
         * @param known what it takes, unless it has taken {@code next} already: for a target that proves itself to change itself
         * @throws RuntimeException when it is not known whether it did
         */
        Told change(Secret known, Secret next);

        /** Whether it takes a secret now. One that somebody else changes need not be asked: it is told again, and takes it again. */
        default boolean takes(Secret secret) {
            return false;
        }
    }

    /** What a target said to a new secret. */
    public enum Told {
        TAKEN,
        /** It heard it, and does not take it for what it is: too short, or used before. */
        REFUSED
    }

    /**
     * Changes a secret, or finishes a change that was begun. May be called again after any failure, at any point.
     *
     * @param fresh makes a new secret
     * @return empty when it is gone
     * @throws RuntimeException what the target threw; what is pending stays so
     */
    public static Optional<ChangingSecret> change(Storage storage, Slot slot, Target target, Supplier<Secret> fresh, InstantSource clock) {
        var before = storage.<Optional<ChangingSecret>>read(slot::get);
        if (before.isEmpty()) return Optional.empty();
        var left = before.get().pending();
        if (left.isPresent() && target.takes(left.get())) return confirm(storage, slot, left.get(), clock.instant());
        var proposed = fresh.get();
        var stored = storage.<Optional<ChangingSecret>>write(store -> propose(store, slot, proposed));
        if (stored.isEmpty()) return Optional.empty();
        var next = stored.get().pending().orElseThrow();
        return switch (target.change(stored.get().current(), next)) {
            case TAKEN -> confirm(storage, slot, next, clock.instant());
            case REFUSED -> {
                // Told once more, a target may refuse what it has taken already.
                if (left.isEmpty() || target.takes(stored.get().current())) drop(storage, slot, next);
                throw new Problem.Upstream("the new secret was refused").asException();
            }
        };
    }

    private static void drop(Storage storage, Slot slot, Secret refused) {
        storage.update(store -> slot.get(store).filter(row -> row.pending().equals(Optional.of(refused))).ifPresent(row -> slot.put(store, row.withoutPending())));
    }

    private static Optional<ChangingSecret> propose(Storage.Writer store, Slot slot, Secret fresh) {
        var row = slot.get(store);
        if (row.isEmpty() || row.get().pending().isPresent()) return row;
        var proposing = row.get().proposing(fresh);
        slot.put(store, proposing);
        return Optional.of(proposing);
    }

    private static Optional<ChangingSecret> confirm(Storage storage, Slot slot, Secret taken, Instant now) {
        return storage.write(store -> {
            var row = slot.get(store);
            if (row.isEmpty() || row.get().current().equals(taken)) return row; // it is gone, or somebody else has confirmed it
            var confirmed = row.get().confirmed(taken, now);
            slot.put(store, confirmed);
            return Optional.of(confirmed);
        });
    }
}
