package watchword.engines.approle;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.engines.approle.Digest.Kind;
import watchword.sdk.EngineContext;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/**
 * Secret ids in the store. Each has its row below its role, found by its hash; a row by which its accessor finds it; and, if it ends, a
 * place in the order of ends. The three are made and removed together, in one transaction.
 */
final class SecretIds {
    /** Ended ones that are removed whenever one is made, so that what ends goes, without a task of its own. */
    private static final int SWEPT = 8;
    private static final int PAGE = 500;
    private static final int TIME_CHARS = 16;

    /**
     * A secret id.
     *
     * @param numUses logins left; 0 for any number
     * @param ttl as it was asked for; the mount may allow less
     * @param expires empty for never
     * @param cidrList where its logins may come from; anywhere when empty
     * @param tokenBoundCidrs where its tokens may be used from, in place of what the role says; empty for that
     */
    record Row(String accessor, long numUses, Duration ttl, Instant created, Optional<Instant> expires, Instant updated, Map<String, String> metadata, List<String> cidrList,
            List<String> tokenBoundCidrs) {

        boolean endedAt(Instant now) {
            return expires.isPresent() && !expires.get().isAfter(now);
        }

        Row used(Instant now) {
            return new Row(accessor, numUses - 1, ttl, created, expires, now, metadata, cidrList, tokenBoundCidrs);
        }
    }

    /** Where an accessor leads. */
    record Pointer(String role, String hash) {}

    record End() {}

    /** A row and where it is. @param hash of the secret id */
    record Found(String role, String hash, Row row) {}

    private final Table<Row> rows;
    private final Table<Pointer> accessors;
    private final Table<End> ends;
    private final Digest digest;

    SecretIds(EngineContext context, Digest digest) {
        this.rows = context.table("secret-id", Row.class);
        this.accessors = context.table("accessor", Pointer.class);
        this.ends = context.table("end", End.class);
        this.digest = digest;
    }

    /** @throws Problem.ProblemException when the role has this secret id already */
    void add(Storage.Writer store, String role, Secret secretId, Row row, Instant now) {
        digest.prepare(store);
        sweep(store, now, SWEPT);
        var hash = digest.of(store, Kind.SECRET_ID, role, secretId);
        if (rows.get(store, key(role, hash)).isPresent()) throw new Problem.Invalid("SecretID is already registered").asException();
        rows.put(store, key(role, hash), row);
        accessors.put(store, digest.of(store, Kind.ACCESSOR, "", row.accessor()), new Pointer(role, hash));
        row.expires().ifPresent(end -> ends.put(store, endKey(end, role, hash), new End()));
    }

    /** One that a role has and that has not ended. For a role that is not there the work is the same. */
    Optional<Found> find(Storage.Reader store, String role, Secret secretId, Instant now) {
        var hash = digest.of(store, Kind.SECRET_ID, role, secretId);
        return rows.get(store, key(role, hash)).filter(row -> !row.endedAt(now)).map(row -> new Found(role, hash, row));
    }

    /** Only of this role: who may look after one role's need not have another's. */
    Optional<Found> byAccessor(Storage.Reader store, String role, String accessor, Instant now) {
        return accessors.get(store, digest.of(store, Kind.ACCESSOR, "", accessor))
                .filter(pointer -> pointer.role().equals(role))
                .flatMap(pointer -> rows.get(store, key(role, pointer.hash())).map(row -> new Found(role, pointer.hash(), row)))
                .filter(found -> !found.row().endedAt(now));
    }

    /** Takes one use; the last one takes the secret id with it. One without end of uses is left as it is. */
    void use(Storage.Writer store, Found found, Instant now) {
        if (found.row().numUses() == 1) remove(store, found);
        else if (found.row().numUses() > 1) rows.put(store, key(found.role(), found.hash()), found.row().used(now));
    }

    void remove(Storage.Writer store, Found found) {
        rows.delete(store, key(found.role(), found.hash()));
        accessors.delete(store, digest.of(store, Kind.ACCESSOR, "", found.row().accessor()));
        found.row().expires().ifPresent(end -> ends.delete(store, endKey(end, found.role(), found.hash())));
    }

    void removeAllOf(Storage.Writer store, String role) {
        for (var page = rows.names(store, role + "/", "", PAGE); !page.isEmpty(); page = rows.names(store, role + "/", "", PAGE)) {
            for (var hash : page) remove(store, new Found(role, hash, rows.get(store, key(role, hash)).orElseThrow()));
        }
    }

    /** Accessors of a role's secret ids, a page of them. @param after the accessor of one that is there; empty for the first page */
    List<String> accessors(Storage.Reader store, String role, String after, int limit, Instant now) {
        var from = after.isEmpty() ? "" : byAccessor(store, role, after, now).orElseThrow(() -> new Problem.Invalid("after: not an accessor of this role").asException()).hash();
        var found = new ArrayList<String>();
        while (found.size() < limit) {
            var page = rows.names(store, role + "/", from, Math.min(limit, PAGE));
            if (page.isEmpty()) break;
            for (var hash : page) rows.get(store, key(role, hash)).filter(row -> !row.endedAt(now)).map(Row::accessor).ifPresent(found::add);
            from = page.getLast();
        }
        return List.copyOf(found.subList(0, Math.min(found.size(), limit)));
    }

    /** Removes some of those that have ended, soonest first. @return how many */
    int sweep(Storage.Writer store, Instant now, int most) {
        int removed = 0;
        while (removed < most) {
            // The order of ends is a tree of its own: the soonest time, below it the roles, below them the hashes.
            var times = ends.names(store, "", "", 1);
            if (times.isEmpty() || time(times.getFirst()).isAfter(now)) return removed;
            var role = ends.names(store, times.getFirst(), "", 1).getFirst();
            for (var hash : ends.names(store, times.getFirst() + role, "", most - removed)) {
                ends.delete(store, times.getFirst() + role + hash);
                var name = role.substring(0, role.length() - 1);
                rows.get(store, key(name, hash)).ifPresent(row -> remove(store, new Found(name, hash, row)));
                removed++;
            }
        }
        return removed;
    }

    private static String key(String role, String hash) {
        return role + "/" + hash;
    }

    private static String endKey(Instant end, String role, String hash) {
        return HexFormat.of().toHexDigits(end.toEpochMilli()) + "/" + role + "/" + hash;
    }

    private static Instant time(String folder) {
        return Instant.ofEpochMilli(HexFormat.fromHexDigitsToLong(folder, 0, TIME_CHARS));
    }
}
