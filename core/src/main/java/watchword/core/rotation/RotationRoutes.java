package watchword.core.rotation;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.core.rotation.Rotations.Id;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Page;
import watchword.sdk.OrNull;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Storage;

/** {@code sys/rotations}: what is rotated, when it was and will be, and how that goes. */
public final class RotationRoutes {
    private static final int FORETOLD = 5;

    private final Rotations rotations;
    private final Rotator rotator;
    private final Mounts mounts;

    public RotationRoutes(Rotations rotations, Rotator rotator, Mounts mounts) {
        this.rotations = rotations;
        this.rotator = rotator;
        this.mounts = mounts;
    }

    record One(@Doc("Path of the mount and name of the thing in it, such as `database/static-roles/app`.") String path) {}

    record Rotate(
            @Doc("Path of the mount and name of the thing in it, such as `database/static-roles/app`.") String path,
            @Doc("Rotate nothing; tell what would be.") boolean dryRun) {}

    record Below(
            @Doc("Path of a mount; all mounts when empty.") String path,
            @Doc("Only those after this one.") String after,
            @Doc("At most so many; all when 0 or less.") int limit) {}

    record Listed(
            @Doc("Paths of the things, each the mount's and the thing's name in it; by mount, sorted.") List<String> keys,
            @Doc("How each is, by its path.") Map<String, Brief> keyInfo) {}

    record Brief(
            @Doc("When it was last rotated; null for never.") @OrNull Optional<Instant> lastRotated,
            @Doc("When it is to be rotated next; null for when somebody asks for it.") @OrNull Optional<Instant> nextRotation,
            @Doc("`scheduled`, `manual`, `due`, `rotating`, `failed`, `missed` or `paused`.") String rotationState) {}

    record Facts(
            @Doc("Name of the thing in its mount.") String what,
            @Doc("Path of the mount.") String mount,
            @Doc("Type of the mount.") String mountType,
            @Doc("Seconds from one rotation to the next; left out without a period.") Optional<Duration> rotationPeriod,
            @Doc("Cron expression of five fields; left out without one.") Optional<String> rotationSchedule,
            @Doc("Zone of the schedule; left out without one.") Optional<String> rotationTimeZone,
            @Doc("Seconds after a time of the schedule in which it may still be rotated, 0 for any time; left out without one.") Optional<Duration> rotationWindow,
            @Doc("When it was last rotated; null for never.") @OrNull Optional<Instant> lastRotated,
            @Doc("When it is to be rotated next by its schedule; null for when somebody asks for it.") @OrNull Optional<Instant> nextRotation,
            @Doc("Seconds since it was last rotated; null for never.") @OrNull Optional<Duration> age,
            @Doc("`scheduled`; `manual`, without a schedule; `due`; `rotating`; `failed`, to be tried again; `missed`, waiting for the next window; or `paused`.")
                    String rotationState,
            @Doc("Attempts since it was last rotated.") int attempts,
            @Doc("When it is tried again; null when it is not waiting for that.") @OrNull Optional<Instant> nextAttempt,
            @Doc("When another server may take over, if the one that is at it falls silent; null when none is.") @OrNull Optional<Instant> turnEnds,
            @Doc("Why the last attempt failed; empty when it did not.") String lastError,
            @Doc("What became of the last twenty attempts, the newest first.") List<Attempt> history) {}

    record Attempt(
            @Doc("When it ended.") Instant time,
            @Doc("`succeeded`; `failed`; `interrupted`, by the end of the server that was at it; or `missed`, for a window in which there was none.") String result,
            @Doc("Why it failed; empty when it did not.") String error,
            @Doc("Which attempt it was since the last success.") int attempt,
            @Doc("Whether somebody asked for it.") boolean manual) {}

    record Rotated(
            @Doc("Whether nothing was done, since that was asked for.") boolean dryRun,
            @Doc("What was done, or would be.") String effect,
            @Doc("When it was last rotated; null for never.") @OrNull Optional<Instant> lastRotated,
            @Doc("The next five times by its schedule, if nothing fails.") List<Instant> nextRotations) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.list("rotations/{path*}", Below.class, Listed.class, this::list, "List what is rotated, of all mounts or of one."),
                Route.read("rotations/{path*}", One.class, Facts.class, this::read, "Tell when a thing was rotated, when it will be, and how that goes."),
                Route.effect(Operation.WRITE, "rotations/{path*}/rotate", Rotate.class, Rotated.class, this::rotate, "Rotate a thing now, or tell what that would do."),
                Route.write("rotations/{path*}/pause", One.class, None.class, this::pause, "Do not rotate a thing by itself until it is resumed."),
                Route.write("rotations/{path*}/resume", One.class, None.class, this::resume, "Rotate a thing by its schedule again; what was missed is caught up once."));
    }

    // ---- looking ----

    private Reply<Listed> list(Call.Read<Below> call) {
        var in = call.input();
        int left = Page.limit(in.limit());
        var found = new LinkedHashMap<String, Brief>();
        for (var mount : mounts(call.store(), in.path())) {
            var end = mount.path() + "\uFFFF";
            if (in.after().compareTo(end) >= 0) continue;
            var after = in.after().startsWith(mount.path()) ? in.after().substring(mount.path().length()) : "";
            for (var row : rotations.page(call.store(), mount, after, left - found.size())) found.put(mount.path() + row.getKey(), brief(row.getValue(), call.now()));
            if (found.size() == left) break;
        }
        if (found.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Listed(Page.whole(List.copyOf(found.keySet()), in.limit()), found));
    }

    private List<MountEntry> mounts(Storage.Reader store, String path) {
        var folder = path.isEmpty() || path.endsWith("/") ? path : path + "/";
        return Stream.of(false, true).flatMap(auth -> mounts.all(store, auth).stream()).filter(mount -> folder.isEmpty() || mount.path().equals(folder))
                .sorted(Comparator.comparing(MountEntry::path)).toList();
    }

    private record Found(MountEntry mount, Id id, RotationRow row) {}

    /** What a path names. Who may ask about it may know that it is not there. */
    private Found find(Storage.Reader store, String path) {
        var mount = mounts.covering(store, path).filter(each -> path.length() > each.path().length()).orElseThrow(() -> new Problem.NotFound().asException());
        var id = Rotations.id(store, mount, path.substring(mount.path().length()));
        return new Found(mount, id, rotations.get(store, id).orElseThrow(() -> new Problem.NotFound().asException()));
    }

    private static Optional<Instant> last(RotationRow row) {
        return Optional.of(row.last()).filter(at -> !at.equals(Instant.EPOCH));
    }

    private static String state(RotationRow row, Instant now) {
        if (row.state() == RotationRow.State.ROTATING) return "rotating";
        if (row.paused()) return "paused";
        return switch (row.state()) {
            case FAILED -> "failed";
            case MISSED -> "missed";
            case ROTATING, SCHEDULED -> row.next().isEmpty() ? "manual" : row.isDue(now) ? "due" : "scheduled";
        };
    }

    private static Brief brief(RotationRow row, Instant now) {
        return new Brief(last(row), row.next(), state(row, now));
    }

    private Reply<Facts> read(Call.Read<One> call) {
        var found = find(call.store(), call.input().path());
        var row = found.row();
        var planned = row.planned();
        boolean cron = !planned.cron().isEmpty();
        boolean waits = row.state() == RotationRow.State.FAILED || row.state() == RotationRow.State.MISSED;
        return Reply.of(new Facts(found.id().what(), found.mount().path(), found.mount().type(), Optional.of(planned.every()).filter(Duration::isPositive),
                Optional.of(planned.cron()).filter(_ -> cron), Optional.of(planned.zone()).filter(_ -> cron), cron ? Optional.of(planned.window()) : Optional.empty(),
                last(row), row.next(), last(row).map(at -> age(at, call.now())), state(row, call.now()), row.attempts(), waits ? row.due() : Optional.empty(),
                row.state() == RotationRow.State.ROTATING ? row.due() : Optional.empty(), row.lastError(),
                row.history().stream().map(RotationRoutes::attempt).toList()));
    }

    private static Duration age(Instant last, Instant now) {
        return last.isAfter(now) ? Duration.ZERO : Duration.between(last, now);
    }

    private static Attempt attempt(RotationRow.Outcome outcome) {
        return new Attempt(outcome.time(), outcome.result().name().toLowerCase(Locale.ROOT), outcome.error(), outcome.attempt(), outcome.byHand());
    }

    // ---- acting ----

    private Reply<Rotated> rotate(Call.Effect<Rotate> call) {
        var path = call.input().path();
        var found = call.storage().<Found>read(store -> find(store, path));
        if (call.input().dryRun()) return Reply.of(told(true, effect(found.row(), call.now()), found.row(), call.now()));
        rotator.rotateNow(call.storage(), found.mount(), found.id().what());
        var after = call.storage().<Found>read(store -> find(store, path)).row();
        return Reply.of(told(false, "rotated", after, after.last()));
    }

    private static String effect(RotationRow row, Instant now) {
        if (row.isTaken(now)) return "it is being rotated; once that is over it would be rotated again, and its schedule would count from then";
        return row.next().isPresent() ? "it would be rotated now, and its schedule would count from now" : "it would be rotated now; it has no schedule";
    }

    private static Rotated told(boolean dry, String effect, RotationRow row, Instant from) {
        var schedule = row.planned().schedule();
        var times = schedule.map(each -> Stream.iterate(each.next(from), each::next).limit(FORETOLD).toList()).orElse(List.of());
        return new Rotated(dry, effect, last(row), times);
    }

    private Reply<None> pause(Call.Change<One> call) {
        return change(call, RotationRow::pausing);
    }

    private Reply<None> resume(Call.Change<One> call) {
        return change(call, RotationRow::resuming);
    }

    private Reply<None> change(Call.Change<One> call, UnaryOperator<RotationRow> change) {
        var found = find(call.store(), call.input().path());
        rotations.save(call.store(), found.id(), change.apply(found.row()));
        return Reply.nothing();
    }
}
