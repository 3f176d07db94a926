package watchword.core.lease;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.core.token.TokenRow;
import watchword.core.token.Tokens;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Page;
import watchword.sdk.OrNull;
import watchword.sdk.Problem;
import watchword.sdk.Reply.None;
import watchword.sdk.Reply;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** {@code sys/leases} and the older {@code sys/renew} and {@code sys/revoke}. */
public final class LeaseRoutes {
    private static final int MOST_SHOWN = 10_000;

    private final Leases leases;
    private final Revocations revocations;
    private final Tokens tokens;
    private final Mounts mounts;

    public LeaseRoutes(Leases leases, Revocations revocations, Tokens tokens, Mounts mounts) {
        this.leases = leases;
        this.revocations = revocations;
        this.tokens = tokens;
        this.mounts = mounts;
    }

    record Nothing() {}

    record ById(@Doc("Id of the lease.") String leaseId) {}

    record Below(
            @Doc("Beginning of the lease ids.") String prefix,
            @Doc("Only names after this one.") String after,
            @Doc("At most so many; all when 0 or less.") int limit) {}

    record Renew(
            @Doc("Id of the lease.") String leaseId,
            @Doc("Id of the lease, in the path.") String urlLeaseId,
            @Doc("How long it should live from now; a request, not a promise.") Duration increment) {}

    record Revoke(
            @Doc("Id of the lease.") String leaseId,
            @Doc("Id of the lease, in the path.") String urlLeaseId,
            @Doc("Wait until the engine has revoked it.") boolean sync) {}

    record Prefix(@Doc("Beginning of the lease ids.") String prefix, @Doc("Wait until the engines have revoked them.") boolean sync) {}

    record Kind(@Doc("`irrevocable`, the only kind there is.") String type, @Doc("Kept for clients; each namespace tells of its own.") boolean includeChildNamespaces,
            @Doc("Kept for clients; up to 10,000 are listed.") int limit, @Doc("Kept for clients.") boolean force) {}

    record Keys(@Doc("Names below the path, sorted; a folder ends in a slash.") List<String> keys) {}

    record Facts(
            @Doc("When it ends; null for never.") @OrNull Optional<Instant> expireTime,
            @Doc("Id of the lease.") String id,
            @Doc("When it was given.") Instant issueTime,
            @Doc("When it was last renewed; null before that.") @OrNull Optional<Instant> lastRenewal,
            @Doc("Path of the request that got it.") String path,
            @Doc("Whether it can be renewed.") boolean renewable,
            @Doc("Seconds it has left.") long ttl,
            @Doc("`making`, `revoking` or `irrevocable`; left out while it is in force.") Optional<String> state,
            @Doc("Why its engine could not revoke it; left out when nothing failed.") Optional<String> error) {}

    record Counts(
            @Doc("How many there are.") long leaseCount,
            @Doc("How many there are below each mount.") Map<String, Long> counts) {}

    record Stuck(
            @Doc("How many there are.") long leaseCount,
            @Doc("The first 10,000 of them.") List<One> leases) {

        record One(
                @Doc("Id of the lease.") String leaseId,
                @Doc("Why its engine could not revoke it.") String error,
                @Doc("How often it was tried.") long attempts) {}
    }

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.ask("leases/lookup", ById.class, Facts.class, this::lookup, "Tell about a lease."),
                Route.list("leases/lookup/{prefix*}", Below.class, Keys.class, this::list, "List lease ids below a path.").with(Trait.SUDO),
                Route.effect(Operation.WRITE, "leases/renew", Renew.class, None.class, this::renew, "Prolong a lease.").with(Trait.GIVES_LEASE),
                Route.effect(Operation.WRITE, "leases/renew/{url_lease_id*}", Renew.class, None.class, this::renew, "Prolong a lease.").with(Trait.GIVES_LEASE),
                Route.effect(Operation.WRITE, "renew", Renew.class, None.class, this::renew, "Prolong a lease; older path.").with(Trait.GIVES_LEASE),
                Route.effect(Operation.WRITE, "renew/{url_lease_id*}", Renew.class, None.class, this::renew, "Prolong a lease; older path.").with(Trait.GIVES_LEASE),
                Route.effect(Operation.WRITE, "leases/revoke", Revoke.class, None.class, this::revoke, "End a lease now."),
                Route.effect(Operation.WRITE, "leases/revoke/{url_lease_id*}", Revoke.class, None.class, this::revoke, "End a lease now."),
                Route.effect(Operation.WRITE, "revoke", Revoke.class, None.class, this::revoke, "End a lease now; older path."),
                Route.effect(Operation.WRITE, "revoke/{url_lease_id*}", Revoke.class, None.class, this::revoke, "End a lease now; older path."),
                Route.effect(Operation.WRITE, "leases/revoke-prefix/{prefix*}", Prefix.class, None.class, this::revokePrefix, "End every lease and token below a path.")
                        .with(Trait.SUDO),
                Route.effect(Operation.WRITE, "revoke-prefix/{prefix*}", Prefix.class, None.class, this::revokePrefix, "End every lease and token below a path; older path.")
                        .with(Trait.SUDO),
                Route.effect(Operation.WRITE, "leases/revoke-force/{prefix*}", Prefix.class, None.class, this::revokeForce,
                        "Drop every lease below a path, even when its engine cannot revoke it.").with(Trait.SUDO),
                Route.effect(Operation.WRITE, "revoke-force/{prefix*}", Prefix.class, None.class, this::revokeForce,
                        "Drop every lease below a path, even when its engine cannot revoke it; older path.").with(Trait.SUDO),
                Route.read("leases/count", Kind.class, Counts.class, this::count, "Count the irrevocable leases.").with(Trait.SUDO),
                Route.read("leases", Kind.class, Stuck.class, this::irrevocable, "List the irrevocable leases, with why.").with(Trait.SUDO),
                Route.list("leases", Kind.class, Stuck.class, this::irrevocable, "List the irrevocable leases, with why.").with(Trait.SUDO),
                Route.effect(Operation.WRITE, "leases/tidy", Nothing.class, None.class, this::tidy, "Carry out what is due now.").with(Trait.SUDO));
    }

    // ---- looking ----

    private Reply<Facts> lookup(Call.Read<ById> call) {
        var id = call.input().leaseId();
        if (id.isEmpty()) throw new Problem.Invalid("lease_id must be specified").asException();
        var row = leases.get(call.store(), id).orElseThrow(() -> new Problem.Invalid("invalid lease").asException());
        return Reply.of(row.ofToken() ? tokenFacts(call.store(), id, row, call.now()) : facts(id, row, call.now()));
    }

    private static Facts facts(String id, LeaseRow row, Instant now) {
        boolean active = row.state() == LeaseRow.State.ACTIVE;
        return new Facts(Optional.of(row.expires()), id, row.issued(), row.lastRenewal(), row.path(), row.renewable() && active, secondsLeft(row.expires(), now),
                switch (row.state()) {
                    case ACTIVE -> Optional.empty();
                    case ANNOUNCED -> Optional.of("making");
                    case REVOKING, ENDING -> Optional.of("revoking");
                    case IRREVOCABLE -> Optional.of("irrevocable");
                },
                Optional.of(row.lastError()).filter(e -> !e.isEmpty()));
    }

    private Facts tokenFacts(Storage.Reader store, String id, LeaseRow row, Instant now) {
        TokenRow token = tokens.row(store, row.tokenKey()).orElseThrow(() -> new Problem.Invalid("invalid lease").asException());
        return new Facts(token.expires(), id, token.issued(), token.lastRenewal(), row.path(), token.renewable(),
                token.expires().map(end -> secondsLeft(end, now)).orElse(0L), Optional.empty(), Optional.empty());
    }

    private static long secondsLeft(Instant end, Instant now) {
        return Math.max(0, Duration.between(now, end).plusMillis(999).toSeconds());
    }

    private Reply<Keys> list(Call.Read<Below> call) {
        var prefix = call.input().prefix();
        var folder = prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/";
        int asked = call.input().limit();
        var names = Page.whole(leases.names(call.store(), folder, call.input().after(), Page.limit(asked)), asked);
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Keys(names));
    }

    // ---- renewing ----

    /** First the engine, which may have an end of its own upstream; then the lease. When the first fails, the second is as it was. */
    private Reply<None> renew(Call.Effect<Renew> call) {
        var id = call.input().leaseId().isEmpty() ? call.input().urlLeaseId() : call.input().leaseId();
        if (id.isEmpty()) throw new Problem.Invalid("lease_id must be specified").asException();
        var found = call.storage().read(store -> find(store, id));
        var end = leases.renewedEnd(found.row(), call.input().increment(), mounts.defaultTtl(found.mount()), call.now());
        revocations.renewUpstream(id, found.row(), found.mount(), Duration.between(call.now(), end));
        var renewed = call.storage().write(store -> leases.renew(store, id, find(store, id).row(), end, call.now()));
        return Reply.<None>nothing().until(new Reply.Term.Renewed(renewed.id(), renewed.ttl(), renewed.renewable()));
    }

    private record Found(LeaseRow row, MountEntry mount) {}

    private Found find(Storage.Reader store, String id) {
        var row = leases.get(store, id).orElseThrow(() -> new Problem.Invalid("lease not found").asException());
        if (row.ofToken()) throw new Problem.Invalid("tokens cannot be renewed through this endpoint").asException();
        return new Found(row, mounts.byUuid(store, row.mountUuid()).orElseThrow(() -> new Problem.Invalid("lease not found").asException()));
    }

    // ---- ending ----

    private Reply<None> revoke(Call.Effect<Revoke> call) {
        var id = call.input().leaseId().isEmpty() ? call.input().urlLeaseId() : call.input().leaseId();
        if (id.isEmpty()) throw new Problem.Invalid("lease_id must be specified").asException();
        var row = call.storage().read(store -> leases.get(store, id));
        if (row.isEmpty()) return Reply.nothing();
        if (row.get().ofToken()) call.storage().update(store -> tokens.revoke(store, row.get().tokenKey(), call.now()));
        else if (call.input().sync()) revocations.revokeNow(id);
        else call.storage().update(store -> leases.get(store, id).ifPresent(still -> leases.end(store, id, still, call.now())));
        return Reply.nothing();
    }

    private Reply<None> revokePrefix(Call.Effect<Prefix> call) {
        if (call.input().sync()) revokeBelow(call.storage(), call.input().prefix(), call.now());
        else endBelow(call.storage(), call.input().prefix(), call.now());
        return Reply.nothing();
    }

    private Reply<None> revokeForce(Call.Effect<Prefix> call) {
        endBelow(call.storage(), call.input().prefix(), call.now());
        eachBelow(call.storage(), call.input().prefix(), (id, row) -> {
            try {
                revocations.revokeNow(id);
            } catch (Problem.ProblemException stuck) {
                revocations.forget(id); // that is what force is for
            }
        });
        return Reply.nothing();
    }

    /** Ends every lease and token below a path and waits until the engines have done it; what one cannot do it will try again. */
    public void revokeBelow(Storage storage, String prefix, Instant now) {
        endBelow(storage, prefix, now);
        eachBelow(storage, prefix, (id, row) -> revocations.revokeNow(id));
    }

    /** Records the end of everything below a path, a page in each transaction; tokens are gone when this returns. */
    private void endBelow(Storage storage, String prefix, Instant now) {
        for (var after = ""; ; ) {
            var from = after;
            var page = storage.read(store -> leases.page(store, folder(prefix), from, 500));
            if (page.isEmpty()) return;
            storage.update(store -> {
                for (var entry : page) {
                    leases.get(store, entry.getKey()).ifPresent(row -> {
                        if (row.ofToken()) tokens.revoke(store, row.tokenKey(), now);
                        else leases.end(store, entry.getKey(), row, now);
                    });
                }
            });
            after = page.getLast().getKey();
        }
    }

    private void eachBelow(Storage storage, String prefix, BiConsumer<String, LeaseRow> action) {
        for (var after = ""; ; ) {
            var from = after;
            var page = storage.read(store -> leases.page(store, folder(prefix), from, 500));
            if (page.isEmpty()) return;
            for (var entry : page) {
                if (!entry.getValue().ofToken()) action.accept(entry.getKey(), entry.getValue());
            }
            after = page.getLast().getKey();
        }
    }

    private static String folder(String prefix) {
        return prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/";
    }

    private Reply<None> tidy(Call.Effect<Nothing> call) {
        revocations.runDue();
        return Reply.<None>nothing().status(202)
                .warn("Tidy operation successfully started. Any information from the operation will be printed to Vault's server logs.");
    }

    // ---- what is stuck ----

    private void requireKind(Kind kind) {
        if (!kind.type().equals("irrevocable")) throw new Problem.NotFound().asException();
    }

    private Reply<Counts> count(Call.Read<Kind> call) {
        requireKind(call.input());
        var perMount = new TreeMap<String, Long>();
        long total = eachStuck(call.store(), (_, row) -> mounts.byUuid(call.store(), row.mountUuid()).ifPresent(m -> perMount.merge(m.path(), 1L, Long::sum)));
        return Reply.of(new Counts(total, perMount));
    }

    private Reply<Stuck> irrevocable(Call.Read<Kind> call) {
        requireKind(call.input());
        var shown = new ArrayList<Stuck.One>();
        long total = eachStuck(call.store(), (id, row) -> {
            if (shown.size() < MOST_SHOWN) shown.add(new Stuck.One(id, row.lastError(), row.attempts()));
        });
        return Reply.of(new Stuck(total, shown));
    }

    /** Keeps none of them. @return how many there are */
    private long eachStuck(Storage.Reader store, BiConsumer<String, LeaseRow> action) {
        long found = 0;
        for (var after = ""; ; ) {
            var page = leases.page(store, "", after, 1000);
            if (page.isEmpty()) return found;
            for (var entry : page) {
                if (entry.getValue().state() != LeaseRow.State.IRREVOCABLE) continue;
                found++;
                action.accept(entry.getKey(), entry.getValue());
            }
            after = page.getLast().getKey();
        }
    }
}
