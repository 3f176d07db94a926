package watchword.core.sys;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import watchword.core.json.Json;
import watchword.core.metric.Census;
import watchword.core.metric.Flights;
import watchword.core.metric.Metrics;
import watchword.core.metric.MetricsFormat;
import watchword.core.metric.Series;
import watchword.core.mount.Mounts;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Storage;

/** {@code sys/metrics}, {@code sys/in-flight-req} and {@code sys/internal/counters}. */
public final class MetricsRoutes {
    private final Metrics metrics;
    private final Flights flights;
    private final Census census;
    private final Mounts mounts;
    private final ServerInfo info;
    private final ToLongFunction<Storage.Reader> entities;
    private final LongSupplier lateRotations;

    /**
     * @param entities counts the entities of the identity store
     * @param lateRotations counts what should have been rotated and is not
     */
    public MetricsRoutes(Metrics metrics, Flights flights, Census census, Mounts mounts, ServerInfo info, ToLongFunction<Storage.Reader> entities,
            LongSupplier lateRotations) {
        this.metrics = metrics;
        this.flights = flights;
        this.census = census;
        this.mounts = mounts;
        this.info = info;
        this.entities = entities;
        this.lateRotations = lateRotations;
    }

    record Nothing() {}

    record Format(@Doc("prometheus, or nothing for JSON.") String format) {}

    record Total(@Doc("How many there are.") long total) {}

    record TokenCounters(@Doc("The counters.") Counters counters) {
        record Counters(@Doc("Service tokens.") Total serviceTokens) {}
    }

    record EntityCounters(@Doc("The counters.") Counters counters) {
        record Counters(@Doc("Entities of the identity store.") Total entities) {}
    }

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.effect(Operation.READ, "metrics", Format.class, None.class, this::metrics, "Tell counters, timings and gauges, as JSON or for Prometheus.").with(Trait.OWN_FORM),
                Route.read("in-flight-req", Nothing.class, None.class, this::inFlight, "List the requests that are being served.").with(Trait.OWN_FORM),
                Route.effect(Operation.READ, "internal/counters/tokens", Nothing.class, TokenCounters.class, this::tokens, "Count the tokens."),
                Route.read("internal/counters/entities", Nothing.class, EntityCounters.class, this::entities, "Count the entities."));
    }

    private Reply<None> metrics(Call.Effect<Format> call) {
        var more = levels(call.storage());
        return call.input().format().equals("prometheus")
                ? Reply.raw(200, "text/plain; version=0.0.4", MetricsFormat.prometheus(metrics, more).getBytes(StandardCharsets.UTF_8))
                : Reply.raw(200, "application/json", Json.write(MetricsFormat.json(metrics, more, call.now())));
    }

    /** What stands in the store. */
    private List<Metrics.Level> levels(Storage storage) {
        var levels = new ArrayList<Metrics.Level>();
        var counted = census.recent();
        var cluster = Map.of("cluster", info.clusterName());
        counted.tokens().forEach((namespace, count) ->
                levels.add(new Metrics.Level(new Series("token.count", Map.of("cluster", info.clusterName(), "namespace", namespace.label())), count)));
        levels.add(new Metrics.Level(new Series("expire.num_leases", Map.of()), counted.leases()));
        levels.add(new Metrics.Level(new Series("rotation.overdue", Map.of()), lateRotations.getAsLong()));
        levels.add(new Metrics.Level(new Series("core.active", cluster), 1));
        levels.add(new Metrics.Level(new Series("core.unsealed", cluster), 1));
        storage.<Boolean>read(store -> {
            for (boolean auth : new boolean[] {false, true}) {
                var all = mounts.all(store, auth);
                for (boolean local : new boolean[] {false, true}) {
                    long entries = all.stream().filter(mount -> mount.local() == local).count();
                    levels.add(new Metrics.Level(new Series("core.mount_table.num_entries", Map.of("type", auth ? "auth" : "logical", "local", Boolean.toString(local))), entries));
                }
            }
            return true;
        });
        return levels;
    }

    private Reply<None> inFlight(Call.Read<Nothing> call) {
        var all = new LinkedHashMap<String, Object>();
        flights.now().forEach((id, flight) -> {
            var request = flight.request();
            all.put(id, Map.of("start_time", Instant.ofEpochMilli(flight.since()).toString(), "client_remote_address", request.peer().address() + ":" + request.peer().port(),
                    "request_path", "/v1/" + request.path().text(), "request_method", method(request.operation()), "client_id", ""));
        });
        return Reply.raw(200, "application/json", Json.write(all));
    }

    private static String method(Operation operation) {
        return switch (operation) {
            case READ -> "GET";
            case WRITE -> "PUT";
            case LIST, SCAN, PATCH, DELETE -> operation.name();
        };
    }

    private Reply<TokenCounters> tokens(Call.Effect<Nothing> call) {
        return Reply.of(new TokenCounters(new TokenCounters.Counters(new Total(census.tokens()))));
    }

    private Reply<EntityCounters> entities(Call.Read<Nothing> call) {
        return Reply.of(new EntityCounters(new EntityCounters.Counters(new Total(entities.applyAsLong(call.store())))));
    }
}
