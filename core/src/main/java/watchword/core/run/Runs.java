package watchword.core.run;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import watchword.core.lease.ExpiryIndex.Kind;
import watchword.core.lease.ExpiryIndex;
import watchword.core.mount.Mounts;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.core.wire.Rows;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/**
 * Runs in the store of their namespace: each with what says that a token or a lease is its own, written with it and gone with it. A run
 * that nobody ended is forgotten with the last of its tokens; one that was ended is remembered as long as a proof of it may still be
 * good, so that it does not come back.
 */
public final class Runs {
    private static final String TOKENS = "core/run/token/";
    private static final String LEASES = "core/run/lease/";
    private static final String HOLDERS = "core/run/holder/";
    private static final byte[] NOTHING = new byte[0];
    private static final int PAGE = 500;
    private static final int DIGEST_BYTES = 16;
    static final int MAX_NAME = 1024;

    final Rows<RunRow> rows = new Rows<>("core/run/row/", RunRow.class);
    private final Duration remembered;

    /** @param remembered how long the end of a run is: longer than what orchestrators sign is good for */
    public Runs(Duration remembered) {
        this.remembered = remembered;
    }

    // ---- logins ----

    /**
     * A login for a run, in the transaction of its token.
     *
     * @param batchEnd when its token ends, if no row will tell
     * @throws Problem.ProblemException when the run has ended, or is another mount's
     */
    public void enter(Storage.Writer store, String run, String mountUuid, String entityId, Optional<Instant> batchEnd, Instant now) {
        if (run.length() > MAX_NAME) throw new Problem.Invalid("the name of the run is longer than " + MAX_NAME + " characters").asException();
        var known = rows.get(store, run).filter(row -> !isForgotten(store, run, row, now));
        if (known.isEmpty()) {
            rows.get(store, run).ifPresent(old -> forget(store, run, old));
            save(store, run, Optional.empty(), new RunRow(mountUuid, entityId, now, now, Optional.empty(), batchEnd));
            return;
        }
        var row = known.get();
        requireGoingOn(run, row, mountUuid);
        save(store, run, known, row.seen(now, batchEnd.isEmpty() || row.until().filter(until -> until.isAfter(batchEnd.get())).isPresent() ? row.until() : batchEnd));
    }

    /** For a login of which nothing is kept: what {@link #enter} refuses. */
    public void requireOpen(Storage.Reader store, String run, String mountUuid, Instant now) {
        if (!run.isEmpty()) rows.get(store, run).filter(row -> !isForgotten(store, run, row, now)).ifPresent(row -> requireGoingOn(run, row, mountUuid));
    }

    private static void requireGoingOn(String run, RunRow row, String mountUuid) {
        if (row.ended().isPresent()) throw new Problem.Denied("run " + run + " has ended and cannot log in any more").asException();
        if (!row.mountUuid().equals(mountUuid)) throw new Problem.Denied("run " + run + " goes on and was begun by another auth mount").asException();
    }

    /** Its time has passed, and nobody has swept it yet. */
    private boolean isForgotten(Storage.Reader store, String run, RunRow row, Instant now) {
        return row.until().filter(until -> !until.isAfter(now)).isPresent() && !hasTokens(store, run);
    }

    private void save(Storage.Writer store, String run, Optional<RunRow> before, RunRow after) {
        before.flatMap(RunRow::until).ifPresent(until -> ExpiryIndex.remove(store, until, Kind.RUN, due(store, run)));
        after.until().ifPresent(until -> ExpiryIndex.add(store, until, Kind.RUN, due(store, run)));
        rows.put(store, run, after);
    }

    private void forget(Storage.Writer store, String run, RunRow row) {
        row.until().ifPresent(until -> ExpiryIndex.remove(store, until, Kind.RUN, due(store, run)));
        forget(store, run);
    }

    /** With what a server that died has left of what it was getting for the run. */
    private void forget(Storage.Writer store, String run) {
        rows.delete(store, run);
        Mounts.deleteAll(store, KeptAnswers.folder(run));
    }

    /** With a slash, so that no dot in it is taken for that before a namespace's id. */
    private static String due(Storage.Reader store, String run) {
        return Namespace.suffixed(run + "/", NamespaceStore.idOf(store));
    }

    /** What the expiry index has of a run is due: nothing can prove it any more. */
    public void end(Storage.Writer any, ExpiryIndex.End due) {
        var id = Namespace.idIn(due.name());
        var store = NamespaceStore.view(any, id);
        var named = Namespace.unsuffixed(due.name(), id);
        var run = named.substring(0, named.length() - 1);
        rows.get(store, run).filter(row -> row.until().filter(until -> !until.isAfter(due.at())).isPresent()).ifPresent(row -> {
            if (hasTokens(store, run)) rows.put(store, run, row.seen(row.lastLogin(), Optional.empty()));
            else forget(store, run);
        });
    }

    // ---- what is a run's ----

    public void add(Storage.Writer store, String run, String tokenKey) {
        store.put(TOKENS + digest(run) + "/" + tokenKey, NOTHING);
    }

    /** A token is gone; with the last one goes a run that nobody ended. */
    public void leave(Storage.Writer store, String run, String tokenKey) {
        store.delete(TOKENS + digest(run) + "/" + tokenKey);
        rows.get(store, run).filter(row -> row.until().isEmpty() && !hasTokens(store, run)).ifPresent(_ -> forget(store, run));
    }

    private static boolean hasTokens(Storage.Reader store, String run) {
        return !store.scan(TOKENS + digest(run) + "/", "", 1).isEmpty();
    }

    public void addLease(Storage.Writer store, String run, String leaseId) {
        store.put(LEASES + digest(run) + "/" + leaseId, NOTHING);
    }

    public void removeLease(Storage.Writer store, String run, String leaseId) {
        store.delete(LEASES + digest(run) + "/" + leaseId);
    }

    /** Keys of the tokens of a run, a page of them. */
    static List<String> tokens(Storage.Reader store, String run, String after, int limit) {
        return below(store, TOKENS + digest(run) + "/", after, limit);
    }

    static List<String> leases(Storage.Reader store, String run, String after, int limit) {
        return below(store, LEASES + digest(run) + "/", after, limit);
    }

    private static List<String> below(Storage.Reader store, String prefix, String after, int limit) {
        return store.scan(prefix, after.isEmpty() ? "" : prefix + after, limit).stream().map(entry -> entry.key().substring(prefix.length())).toList();
    }

    // ---- leases that several tokens of a run were given ----

    /** Another token of a run was given a lease: it ends with the last of them. */
    public void share(Storage.Writer store, String leaseId, String tokenKey) {
        store.put(HOLDERS + digest(leaseId) + "/" + tokenKey, NOTHING);
    }

    /** A holder is gone. @return one that is left */
    public Optional<String> unshare(Storage.Writer store, String leaseId, String tokenKey) {
        var prefix = HOLDERS + digest(leaseId) + "/";
        store.delete(prefix + tokenKey);
        return below(store, prefix, "", 1).stream().findFirst();
    }

    /** Takes what is noted of a lease's holders out of the store, and tells of each. */
    public void unshareAll(Storage.Writer store, String leaseId, Consumer<String> holder) {
        var prefix = HOLDERS + digest(leaseId) + "/";
        while (true) {
            var page = below(store, prefix, "", PAGE);
            if (page.isEmpty()) return;
            for (var key : page) {
                holder.accept(key);
                store.delete(prefix + key);
            }
        }
    }

    // ---- the end ----

    /** Whether it was ended; a batch token has no row that could tell. */
    public boolean isOver(Storage.Reader store, String run) {
        return rows.get(store, run).filter(row -> row.ended().isPresent()).isPresent();
    }

    /** From here on nobody logs in for it. @return false when there is no such run, or it has ended already */
    boolean end(Storage.Writer store, String run, Instant now) {
        var known = rows.get(store, run).filter(row -> row.ended().isEmpty());
        known.ifPresent(row -> {
            var lasting = now.plus(remembered);
            save(store, run, known, row.ended(now, row.until().filter(until -> until.isAfter(lasting)).orElse(lasting)));
        });
        return known.isPresent();
    }

    /** A name in a key that has slashes around it, whatever is in it. */
    static String digest(String name) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8)), 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
