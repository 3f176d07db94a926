package watchword.core.rotation;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Engine;
import watchword.sdk.EngineContext;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Rotating;
import watchword.sdk.Rotation;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Schedule;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** Doors with codes that are rotated: what a door takes is outside, and a test may look there. */
final class Doors implements Engine, Rotating {
    /** How often each door's code was changed. */
    final Map<String, AtomicInteger> changes = new ConcurrentHashMap<>();
    /** What happens while a door's code is being changed: a fault, a wait. */
    Consumer<String> whenChanged = _ -> {};

    private final Table<Door> doors;

    record Door(String name) {}

    record Wanted(
            @Doc("Name.") String name,
            @Doc("How often.") Duration period,
            @Doc("When.") String schedule,
            @Doc("How long.") Duration window) {

        Optional<Schedule> when() {
            if (period.isPositive()) return Optional.of(new Schedule.Every(period));
            return schedule.isEmpty() ? Optional.empty() : Optional.of(Schedule.Cron.of(schedule, window));
        }
    }

    Doors(EngineContext context) {
        this.doors = context.table("door", Door.class);
    }

    @Override
    public String type() {
        return "doors";
    }

    @Override
    public String help() {
        return "Opens doors.";
    }

    @Override
    public List<Route<?, ?>> routes() {
        return List.of(
                Route.write("doors/{name}", Wanted.class, None.class, this::write, "Keep a door."),
                Route.delete("doors/{name}", Wanted.class, None.class, this::delete, "Forget a door."),
                Route.effect(Operation.WRITE, "early/{name}", Wanted.class, None.class, this::early, "Keep a door, and its schedule before it."),
                Route.effect(Operation.WRITE, "change/{name}", Wanted.class, None.class, this::change, "Change a door's code now."));
    }

    private Reply<None> write(Call.Change<Wanted> call) {
        doors.put(call.store(), call.input().name(), new Door(call.input().name()));
        return Reply.<None>nothing().rotates(new Rotation("doors/" + call.input().name(), call.input().when(), call.now()));
    }

    private Reply<None> early(Call.Effect<Wanted> call) {
        call.rotates(new Rotation("doors/" + call.input().name(), call.input().when(), call.now()));
        whenChanged.accept(call.input().name());
        call.storage().update(store -> doors.put(store, call.input().name(), new Door(call.input().name())));
        return Reply.nothing();
    }

    private Reply<None> delete(Call.Change<Wanted> call) {
        doors.delete(call.store(), call.input().name());
        return Reply.nothing();
    }

    private Reply<None> change(Call.Effect<Wanted> call) {
        call.rotate("doors/" + call.input().name());
        return Reply.nothing();
    }

    @Override
    public Rotating.Rotated rotate(String what, Storage mountStorage) {
        var name = what.substring("doors/".length());
        if (mountStorage.<Optional<Door>>read(store -> doors.get(store, name)).isEmpty()) return Rotated.GONE;
        whenChanged.accept(name);
        changes.computeIfAbsent(name, _ -> new AtomicInteger()).incrementAndGet();
        return Rotated.DONE;
    }

    int changes(String name) {
        return changes.getOrDefault(name, new AtomicInteger()).get();
    }

    static RuntimeException stuck() {
        return new Problem.Upstream("the door is stuck").asException();
    }
}
