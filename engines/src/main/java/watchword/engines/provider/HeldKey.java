package watchword.engines.provider;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Secret;

/**
 * A key that is kept, and what of its past and future the provider may have.
 *
 * @param previous those before it that are not ended yet
 * @param pending what is about to take its place
 * @param version counts the keys that were in force
 */
record HeldKey(Optional<Live> current, List<Previous> previous, Optional<Pending> pending, long version) {
    static final HeldKey NONE = new HeldKey(Optional.empty(), List.of(), Optional.empty(), 0);

    /** @param id empty when nobody needs it to end the key */
    record Live(String id, Secret key, Instant since) {}

    record Previous(String id, Instant ends) {}

    /**
     * On record before the provider is asked, so that the key is found by its name whatever happens; and once it is made, before it is tested.
     *
     * @param name empty when the key was made by hand
     */
    record Pending(String name, Optional<Made> made) {
        boolean given() {
            return name.isEmpty();
        }
    }

    record Made(String id, Secret key) {}

    static Pending given(String id, Secret key) {
        return new Pending("", Optional.of(new Made(id, key)));
    }

    HeldKey with(Optional<Pending> next) {
        return new HeldKey(current, previous, next, version);
    }

    /** What was pending is in force; the one before works on for a time. */
    HeldKey switched(Made made, Instant now, Duration overlap) {
        var before = new ArrayList<>(previous);
        current.filter(old -> !old.id().equals(made.id())).ifPresent(old -> before.add(new Previous(old.id(), now.plus(overlap))));
        return new HeldKey(Optional.of(new Live(made.id(), made.key(), now)), List.copyOf(before), Optional.empty(), version + 1);
    }

    HeldKey without(Previous ended) {
        return new HeldKey(current, previous.stream().filter(each -> !each.equals(ended)).toList(), pending, version);
    }

    /** Whether a key at the provider is one of these. */
    boolean knows(String id) {
        return current.filter(live -> live.id().equals(id)).isPresent() || previous.stream().anyMatch(each -> each.id().equals(id))
                || pending.flatMap(Pending::made).filter(made -> made.id().equals(id)).isPresent();
    }
}
