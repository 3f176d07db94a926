package watchword.core.metric;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import watchword.core.lease.ExpiryIndex;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.core.namespace.NamespaceTree;
import watchword.core.namespace.Namespaces;
import watchword.core.token.Tokens;
import watchword.sdk.Storage;

/**
 * How many tokens and leases there are. Counting reads the store, page by page: as long as that is quick it is done whenever somebody
 * asks, else in the background, and not more often than every ten minutes. Any thread.
 */
public final class Census {
    private static final Duration PERIOD = Duration.ofMinutes(10);
    /** So many rows are counted while the asker waits. */
    private static final long QUICK = 20_000;

    private final Storage storage;
    private final Tokens tokens;
    private final InstantSource clock;
    private final AtomicReference<Counted> last = new AtomicReference<>(new Counted(Instant.MIN, Map.of(), 0));
    private final AtomicBoolean counting = new AtomicBoolean();

    /** What was counted when. @param tokens of each namespace @param leases of tokens and of what engines issued, that end by themselves */
    public record Counted(Instant when, Map<Namespace, Long> tokens, long leases) {

        long rows() {
            return sum(tokens) + leases;
        }
    }

    public Census(Storage storage, Tokens tokens, InstantSource clock) {
        this.storage = storage;
        this.tokens = tokens;
        this.clock = clock;
    }

    public Counted recent() {
        var known = last.get();
        if (known.when().equals(Instant.MIN) || known.rows() <= QUICK) return count();
        if (known.when().plus(PERIOD).isBefore(clock.instant()) && counting.compareAndSet(false, true)) Thread.ofVirtual().name("census").start(this::recount);
        return known;
    }

    private void recount() {
        try {
            count();
        } finally {
            counting.set(false);
        }
    }

    private Counted count() {
        var counted = new Counted(clock.instant(), byNamespace(), ExpiryIndex.count(storage));
        last.set(counted);
        return counted;
    }

    /** Exactly, however long it takes. */
    public long tokens() {
        return sum(byNamespace());
    }

    private Map<Namespace, Long> byNamespace() {
        var counts = new LinkedHashMap<Namespace, Long>();
        counts.put(Namespace.ROOT, tokens.count(storage));
        for (var each : storage.<NamespaceTree>read(Namespaces::tree).all()) counts.put(each, tokens.count(NamespaceStore.of(storage, each.id())));
        return counts;
    }

    private static long sum(Map<Namespace, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
