package watchword.core.run;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import watchword.core.lease.Revocations;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.core.token.Tokens;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Page;
import watchword.sdk.OrNull;
import watchword.sdk.Problem;
import watchword.sdk.Reply.None;
import watchword.sdk.Reply;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** {@code sys/runs}: what runs of pipelines hold, and their end. */
public final class RunRoutes {
    private static final int MOST_SHOWN = 1_000;

    private final Runs runs;
    private final RunEnd runEnd;
    private final Tokens tokens;
    private final Revocations revocations;
    private final Mounts mounts;

    public RunRoutes(Runs runs, RunEnd runEnd, Tokens tokens, Revocations revocations, Mounts mounts) {
        this.runs = runs;
        this.runEnd = runEnd;
        this.tokens = tokens;
        this.revocations = revocations;
        this.mounts = mounts;
    }

    record Below(
            @Doc("Beginning of the names, a folder of them.") String prefix,
            @Doc("Only names after this one.") String after,
            @Doc("At most so many; all when 0 or less.") int limit) {}

    record ByName(@Doc("Name of the run, as its logins tell it.") String run) {}

    record End(@Doc("Name of the run, as its logins tell it.") String run, @Doc("Wait until the engines have revoked what it holds.") boolean sync) {}

    record Keys(@Doc("Names below the path, sorted; a folder ends in a slash.") List<String> keys) {}

    record Facts(
            @Doc("Accessors of its live tokens, the first 1,000.") List<String> accessors,
            @Doc("Auth mount whose logins are for it; left out when that is gone.") Optional<String> authPath,
            @Doc("When it ended; null while it goes on.") @OrNull Optional<Instant> endTime,
            @Doc("Entity of its first login; empty for none.") String entityId,
            @Doc("When somebody last logged in for it.") Instant lastLogin,
            @Doc("Ids of the leases it holds, those that are being revoked included, the first 1,000.") List<String> leases,
            @Doc("Name of the run.") String run,
            @Doc("When somebody first logged in for it.") Instant startTime) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.list("runs", Below.class, Keys.class, this::list, "List the runs that have something, or have ended of late."),
                Route.list("runs/{prefix*}", Below.class, Keys.class, this::list, "List the runs below a path."),
                Route.read("runs/{run*}", ByName.class, Facts.class, this::read, "Tell what a run holds."),
                Route.ask("runs/lookup", ByName.class, Facts.class, this::read, "Tell what a run holds, whatever is in its name."),
                Route.effect(Operation.WRITE, "runs/revoke", End.class, None.class, this::end, "End a run, whatever is in its name."),
                Route.effect(Operation.WRITE, "runs/{run*}/revoke", End.class, None.class, this::end, "End a run: its tokens and leases, and whatever would log in for it again."),
                Route.effect(Operation.DELETE, "runs/{run*}", End.class, None.class, this::end, "End a run: its tokens and leases, and whatever would log in for it again."));
    }

    private Reply<Keys> list(Call.Read<Below> call) {
        var prefix = call.input().prefix();
        var folder = prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/";
        int asked = call.input().limit();
        var names = Page.whole(runs.rows.names(call.store(), folder, call.input().after(), Page.limit(asked)), asked);
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Keys(names));
    }

    private Reply<Facts> read(Call.Read<ByName> call) {
        var run = call.input().run();
        var store = call.store();
        var row = runs.rows.get(store, run).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new Facts(Runs.tokens(store, run, "", MOST_SHOWN).stream().map(tokens::accessor).toList(), mounts.byUuid(store, row.mountUuid()).map(MountEntry::path), row.ended(),
                row.entityId(), row.lastLogin(), Runs.leases(store, run, "", MOST_SHOWN), run, row.since()));
    }

    private Reply<None> end(Call.Effect<End> call) {
        var run = call.input().run();
        boolean known = call.storage().<Boolean>write(store -> {
            boolean there = runs.rows.get(store, run).isPresent();
            runEnd.end(store, run, call.now());
            return there;
        });
        if (!known) throw new Problem.NotFound().asException();
        if (call.input().sync()) call.storage().<List<String>>read(store -> held(store, run)).forEach(revocations::revokeNow);
        return Reply.nothing();
    }

    private static List<String> held(Storage.Reader store, String run) {
        var ids = new ArrayList<String>();
        RunEnd.eachLease(store, run, ids::add);
        return ids;
    }
}
