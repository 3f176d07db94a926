package watchword.core.run;

import java.time.Instant;
import java.util.function.Consumer;
import watchword.core.lease.Leases;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.core.token.Tokens;
import watchword.sdk.Storage;

/** Ends runs: in one transaction nobody logs in for it any more, its tokens are gone, and the end of all its leases is decided. */
public final class RunEnd {
    private static final int PAGE = 500;

    private final Runs runs;
    private final Tokens tokens;
    private final Leases leases;

    public RunEnd(Runs runs, Tokens tokens, Leases leases) {
        this.runs = runs;
        this.tokens = tokens;
        this.leases = leases;
    }

    /** @return false when there is no such run, or it has ended already */
    public boolean end(Storage.Writer store, String run, Instant now) {
        boolean ended = runs.end(store, run, now);
        // The leases first: with its tokens gone one by one, each would be handed on to the next.
        eachLease(store, run, id -> {
            var home = NamespaceStore.view(store, Namespace.idIn(id));
            leases.get(home, id).ifPresent(row -> leases.end(home, id, row, now));
        });
        while (true) {
            var page = Runs.tokens(store, run, "", PAGE);
            if (page.isEmpty()) return ended;
            for (var key : page) {
                tokens.revoke(store, key, now);
                runs.leave(store, run, key);
            }
        }
    }

    static void eachLease(Storage.Reader store, String run, Consumer<String> action) {
        for (var after = ""; ; ) {
            var page = Runs.leases(store, run, after, PAGE);
            if (page.isEmpty()) return;
            page.forEach(action);
            after = page.getLast();
        }
    }
}
