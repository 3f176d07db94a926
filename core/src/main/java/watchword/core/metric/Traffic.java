package watchword.core.metric;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import watchword.core.request.Request;
import watchword.core.request.Response;

/** Measures every request, and the process that serves them. Any thread. */
public final class Traffic {
    private static final int STATUSES = 600;

    private final Metrics metrics;
    private final Flights flights = new Flights();
    private final Timing requests;
    private final Timing logins;
    /** By status, so that counting one costs no look-up. */
    private final AtomicReferenceArray<@Nullable LongAdder> statuses = new AtomicReferenceArray<>(STATUSES);

    public Traffic(Metrics metrics) {
        this.metrics = metrics;
        this.requests = metrics.timing("core.handle_request");
        this.logins = metrics.timing("core.handle_login_request");
        metrics.gauge("core.in_flight_requests", Map.of(), flights::size);
        gaugeProcess();
    }

    private void gaugeProcess() {
        var memory = ManagementFactory.getMemoryMXBean();
        metrics.gauge("runtime.alloc_bytes", Map.of(), () -> memory.getHeapMemoryUsage().getUsed());
        metrics.gauge("runtime.sys_bytes", Map.of(), () -> memory.getHeapMemoryUsage().getCommitted() + memory.getNonHeapMemoryUsage().getCommitted());
        metrics.gauge("runtime.num_goroutines", Map.of(), () -> ManagementFactory.getThreadMXBean().getThreadCount());
        metrics.gauge("runtime.total_gc_runs", Map.of(), () -> ManagementFactory.getGarbageCollectorMXBeans().stream().mapToLong(gc -> Math.max(0, gc.getCollectionCount())).sum());
        metrics.gauge("runtime.total_gc_pause_ns", Map.of(), () -> ManagementFactory.getGarbageCollectorMXBeans().stream().mapToLong(gc -> Math.max(0, gc.getCollectionTime()) * 1_000_000).sum());
    }

    public Flights flights() {
        return flights;
    }

    public Response during(Request request, long now, Supplier<Response> serve) {
        var path = request.path().text();
        var timing = path.startsWith("auth/") && path.contains("/login") ? logins : requests;
        long begun = timing.begin();
        var response = flights.during(request, now, serve);
        timing.since(begun);
        counter(response.status()).increment();
        return response;
    }

    private LongAdder counter(int status) {
        var known = statuses.get(status);
        if (known != null) return known;
        var counter = metrics.counter("core.response_status_code", Map.of("code", Integer.toString(status), "type", status / 100 + "xx"));
        statuses.set(status, counter);
        return counter;
    }
}
