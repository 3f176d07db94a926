package watchword.core.lease;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.core.quota.EntityUse;
import watchword.core.quota.LeaseQuotas;
import watchword.core.run.KeptAnswers;
import watchword.core.run.Runs;
import watchword.core.wire.Rows;
import watchword.sdk.Ask;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Storage;

/**
 * Leases in the store. Every method acts within the transaction it is given. Ending a lease is recorded here and carried out by
 * {@link Revocations}, because it may reach outside. A lease is in the part of the namespace that was asked; its token may be in another.
 */
public final class Leases {
    /** What a request has to make what it announced, before that is undone: as long as one server has to end a lease. */
    public static final Duration ANNOUNCED = Revocations.TURN;

    private static final String ROWS = "core/lease/";
    private static final String BY_TOKEN = "core/lease-of/";
    private static final String STUCK = "core/lease-stuck/";
    private static final byte[] NOTHING = new byte[0];
    private static final int RANDOM_BYTES = 12;
    private static final int TIME_DIGITS = 12;

    private final Rows<LeaseRow> rows = new Rows<>(ROWS, LeaseRow.class);
    private final SecureRandom random;
    private final Runs runs;
    private final KeptAnswers kept;
    private final LeaseQuotas quotas;
    private final EntityUse uses;

    public Leases(SecureRandom random, Runs runs, KeptAnswers kept, LeaseQuotas quotas, EntityUse uses) {
        this.random = random;
        this.runs = runs;
        this.kept = kept;
        this.quotas = quotas;
        this.uses = uses;
    }

    /**
     * Whose a lease is.
     *
     * @param tokenKey whose end is the lease's
     * @param entityId whom it counts for; empty for nobody
     * @param run what it is got for; empty for nothing in particular
     * @param tokenEnd when the token ends, if it cannot take the lease along
     */
    public record Owner(String tokenKey, String entityId, String run, Optional<Instant> tokenEnd) {}

    /** A lease on what is being made. */
    public record Announced(String id, LeaseRow row) {}

    /** What a lease's holder is told. */
    public record Granted(String id, Duration ttl, boolean renewable) {}

    /**
     * Gives what an engine is about to make outside an owner, and an end by which it is undone unless {@link #grant} settles it.
     *
     * @param path the route that issues it, mount included
     */
    public Announced announce(Storage.Writer store, Owner owner, Ask.Mount mount, String path, Reply.Revocation revocation, Instant now) {
        requireRoom(store, owner, path);
        var row = new LeaseRow(owner.tokenKey(), false, path, mount.uuid(), revocation.kind(), revocation.handle(), owner.entityId(), owner.run(), "", now,
                now.plus(ANNOUNCED), Optional.empty(), Duration.ZERO, false, LeaseRow.State.ANNOUNCED, 0, "");
        var announced = new Announced(newId(store, path, now), row);
        add(store, announced.id(), row);
        return announced;
    }

    /**
     * Gives what an engine issued an owner and an end.
     *
     * @param path the route that issued it, mount included
     * @param announced if it was
     * @param ask under which its answer is kept; empty when it is not
     * @throws Problem.ProblemException when the announcement's time has passed, so that it may have been undone already
     */
    public Granted grant(Storage.Writer store, Owner owner, Optional<Announced> announced, Ask.Mount mount, String path, Reply.Term.Leased term, String ask, Instant now) {
        if (announced.isEmpty()) requireRoom(store, owner, path);
        var max = mount.lifetime(term.maxTtl());
        var ttl = mount.lifetime(term.ttl(), term.maxTtl());
        var end = owner.tokenEnd().filter(t -> t.isBefore(now.plus(ttl))).orElse(now.plus(ttl));
        var row = new LeaseRow(owner.tokenKey(), false, path, mount.uuid(), term.revocation().kind(), term.revocation().handle(), owner.entityId(), owner.run(), ask, now, end,
                Optional.empty(), max, term.renewable(), LeaseRow.State.ACTIVE, 0, "");
        announced.ifPresent(made -> reschedule(store, made.id(), requireAnnounced(store, made, term.revocation()), row));
        var id = announced.map(Announced::id).orElseGet(() -> newId(store, path, now));
        if (announced.isEmpty()) add(store, id, row);
        return new Granted(id, Duration.between(now, end), term.renewable());
    }

    private void requireRoom(Storage.Writer store, Owner owner, String path) {
        quotas.require(store, path, "");
        uses.requireRoom(home(store, owner.tokenKey()), owner.entityId());
    }

    /** Gives a lease in force to another token of its run. @return what its holder is told; empty when it is not in force any more */
    public Optional<Granted> share(Storage.Writer store, String id, Owner owner, Instant now) {
        var row = get(store, id).filter(r -> r.state() == LeaseRow.State.ACTIVE && r.expires().isAfter(now) && r.run().equals(owner.run()));
        row.ifPresent(r -> {
            if (r.tokenKey().equals(owner.tokenKey()) || owner.tokenEnd().isPresent()) return;
            var home = home(store, owner.tokenKey());
            runs.share(home, id, r.tokenKey());
            runs.share(home, id, owner.tokenKey());
            home.put(BY_TOKEN + owner.tokenKey() + "/" + id, NOTHING);
        });
        return row.map(r -> new Granted(id, Duration.between(now, r.expires()), r.renewable()));
    }

    private LeaseRow requireAnnounced(Storage.Reader store, Announced made, Reply.Revocation revocation) {
        var row = rows.get(store, made.id()).filter(r -> r.state() == LeaseRow.State.ANNOUNCED)
                .orElseThrow(() -> new Problem.Internal("it took too long to make what was asked for; it is undone").asException());
        if (!row.kind().equals(revocation.kind()) || !row.handle().equals(revocation.handle())) {
            throw new IllegalStateException("a lease at " + row.path() + " is not of what was announced");
        }
        return row;
    }

    private String newId(Storage.Writer store, String path, Instant now) {
        return Namespace.suffixed(path + "/" + newName(now), NamespaceStore.idOf(store));
    }

    private void add(Storage.Writer store, String id, LeaseRow row) {
        rows.put(store, id, row);
        var home = home(store, row.tokenKey());
        home.put(BY_TOKEN + row.tokenKey() + "/" + id, NOTHING);
        if (!row.run().isEmpty()) runs.addLease(home, row.run(), id);
        ExpiryIndex.addLease(store, row, id);
        quotas.added(store, row.path(), "");
        uses.addLease(home, row.entityId());
    }

    private static Storage.Writer home(Storage.Writer store, String name) {
        return NamespaceStore.view(store, Namespace.idIn(name));
    }

    /** Random, after the time, so that leases granted together lie together in the store. */
    private String newName(Instant now) {
        var bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().toHexDigits(now.toEpochMilli(), TIME_DIGITS) + HexFormat.of().formatHex(bytes);
    }

    private static Duration positive(Duration asked, Duration otherwise) {
        return asked.isZero() || asked.isNegative() ? otherwise : asked;
    }

    /**
     * Lists a token among the leases of the path that made it.
     *
     * @param role that the body of its login named
     * @throws Problem.ProblemException when there are as many as a quota allows, or as its entity may have
     */
    public void addToken(Storage.Writer store, String tokenKey, String path, String role, String entityId, boolean limited) {
        if (limited) quotas.require(store, path, role);
        uses.addToken(store, entityId);
        quotas.added(store, path, role);
        rows.put(store, tokenLeaseId(path, tokenKey), LeaseRow.ofToken(tokenKey, path, role, entityId));
    }

    public void removeToken(Storage.Writer store, String tokenKey, String path) {
        var id = tokenLeaseId(path, tokenKey);
        rows.get(store, id).ifPresent(row -> {
            quotas.removed(store, path, row.kind());
            uses.removeToken(store, row.entityId());
            rows.delete(store, id);
        });
    }

    public static String tokenLeaseId(String path, String tokenKey) {
        return path + "/h" + tokenKey;
    }

    public Optional<LeaseRow> get(Storage.Reader store, String id) {
        return id.isEmpty() || id.length() > 2000 || id.endsWith("/") ? Optional.empty() : rows.get(store, id);
    }

    /** Names directly below a prefix of lease ids. */
    public List<String> names(Storage.Reader store, String prefix, String after, int limit) {
        return rows.names(store, prefix, after, limit);
    }

    /** Leases whose ids start with {@code prefix}, a page of them. */
    public List<java.util.Map.Entry<String, LeaseRow>> page(Storage.Reader store, String prefix, String after, int limit) {
        return rows.scan(store, prefix, after, limit);
    }

    /** When a lease would end that is renewed now: never beyond its max TTL, and always some time ahead. */
    Instant renewedEnd(LeaseRow row, Duration increment, Duration mountDefault, Instant now) {
        requireRenewable(row, now);
        var last = row.issued().plus(row.maxTtl());
        var wanted = now.plus(positive(increment, mountDefault));
        return wanted.isAfter(last) ? last : wanted;
    }

    private static void requireRenewable(LeaseRow row, Instant now) {
        if (!row.renewable() || row.state() != LeaseRow.State.ACTIVE) throw new Problem.Invalid("lease is not renewable").asException();
        var last = row.issued().plus(row.maxTtl());
        if (!row.expires().isAfter(now) || !last.isAfter(now)) throw new Problem.Invalid("lease expired").asException();
    }

    /** @param end see {@link #renewedEnd} */
    Granted renew(Storage.Writer store, String id, LeaseRow row, Instant end, Instant now) {
        requireRenewable(row, now);
        reschedule(store, id, row, row.renewed(now, end));
        return new Granted(id, Duration.between(now, end), true);
    }

    /** Decides that a lease ends now, or, for one that was given up, that it is tried again. From here on it cannot be renewed; {@link Revocations} does the rest. */
    public void end(Storage.Writer store, String id, LeaseRow row, Instant now) {
        if (row.state() == LeaseRow.State.ACTIVE || row.state() == LeaseRow.State.IRREVOCABLE) reschedule(store, id, row, row.in(LeaseRow.State.REVOKING, now, 0, ""));
    }

    /**
     * Undoes what was announced and has no holder: its request failed. Whatever became of the lease meanwhile, its engine is asked to end
     * it once more, since an earlier end may have come before the thing itself.
     */
    public void undo(Storage.Writer store, Announced made, Instant now) {
        var ended = made.row().in(LeaseRow.State.REVOKING, now, 0, "");
        rows.get(store, made.id()).ifPresentOrElse(row -> reschedule(store, made.id(), row, ended), () -> add(store, made.id(), ended));
    }

    void reschedule(Storage.Writer store, String id, LeaseRow before, LeaseRow after) {
        ExpiryIndex.removeLease(store, before, id);
        boolean stuck = after.state() == LeaseRow.State.IRREVOCABLE;
        if (stuck) store.put(STUCK + id, NOTHING);
        else ExpiryIndex.addLease(store, after, id);
        if (!stuck && before.state() == LeaseRow.State.IRREVOCABLE) store.delete(STUCK + id);
        if (after.state() != LeaseRow.State.ACTIVE) dropAnswer(store, id, before);
        rows.put(store, id, after);
    }

    /** Nobody is told what is ending. */
    private void dropAnswer(Storage.Writer store, String id, LeaseRow row) {
        if (!row.ask().isEmpty()) kept.drop(home(store, row.tokenKey()), new KeptAnswers.Key(row.run(), row.ask()), id);
    }

    /** Ids of the leases that were given up, a page of them. */
    List<String> stuck(Storage.Reader store, String after, int limit) {
        return store.scan(STUCK, after.isEmpty() ? "" : STUCK + after, limit).stream().map(entry -> entry.key().substring(STUCK.length())).toList();
    }

    /** Ends every lease that was issued to a token, in whichever namespace, unless another token of its run was given it too; returns whether there was one. */
    public boolean endAllOf(Storage.Writer store, String tokenKey, Instant now) {
        var prefix = BY_TOKEN + tokenKey + "/";
        boolean any = false;
        for (var after = ""; ; ) {
            var page = store.scan(prefix, after, 500);
            if (page.isEmpty()) return any;
            for (var entry : page) {
                var id = entry.key().substring(prefix.length());
                var home = home(store, id);
                rows.get(home, id).filter(row -> !isPassedOn(home, tokenKey, id, row)).ifPresent(row -> end(home, id, row, now));
                any = true;
            }
            after = page.getLast().key();
        }
    }

    private boolean isPassedOn(Storage.Writer store, String tokenKey, String id, LeaseRow row) {
        if (row.run().isEmpty() || row.state() != LeaseRow.State.ACTIVE) return false;
        var home = home(store, tokenKey);
        var other = runs.unshare(home, id, tokenKey);
        other.ifPresent(key -> {
            home.delete(BY_TOKEN + tokenKey + "/" + id);
            rows.put(store, id, row.heldBy(key));
        });
        return other.isPresent();
    }

    /** Removes a lease whose work is done. */
    void forget(Storage.Writer store, String id, LeaseRow row) {
        var home = home(store, row.tokenKey());
        ExpiryIndex.removeLease(store, row, id);
        if (row.state() == LeaseRow.State.IRREVOCABLE) store.delete(STUCK + id);
        dropAnswer(store, id, row);
        home.delete(BY_TOKEN + row.tokenKey() + "/" + id);
        if (!row.run().isEmpty()) {
            runs.removeLease(home, row.run(), id);
            runs.unshareAll(home, id, holder -> home.delete(BY_TOKEN + holder + "/" + id));
        }
        quotas.removed(store, row.path(), "");
        uses.removeLease(home, row.entityId());
        rows.delete(store, id);
    }
}
