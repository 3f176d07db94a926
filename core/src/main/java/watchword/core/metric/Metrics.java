package watchword.core.metric;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * The server's metrics. Names are Vault's; neither they nor labels hold what a client sent, and there are never more than
 * {@value #MAX_SERIES} of a kind. Any thread.
 */
public final class Metrics {
    static final int MAX_SERIES = 5_000;

    private final Map<Series, LongAdder> counters = new ConcurrentHashMap<>();
    private final Map<String, Timing> timings = new ConcurrentHashMap<>();
    private final Map<Series, DoubleSupplier> gauges = new ConcurrentHashMap<>();
    private final LongSupplier nanos;

    /** @param nanos a clock that only runs forward */
    public Metrics(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** What counts something; hold on to it where it counts often. */
    public LongAdder counter(String name, Map<String, String> labels) {
        var series = new Series(name, labels);
        var there = counters.get(series);
        if (there != null) return there;
        return counters.size() >= MAX_SERIES ? new LongAdder() : counters.computeIfAbsent(series, _ -> new LongAdder());
    }

    public Timing timing(String name) {
        return timings.computeIfAbsent(name, _ -> new Timing(nanos));
    }

    /** A value that is looked up when it is asked for. */
    public void gauge(String name, Map<String, String> labels, DoubleSupplier value) {
        var series = new Series(name, labels);
        if (gauges.containsKey(series) || gauges.size() < MAX_SERIES) gauges.put(series, value);
    }

    /** A gauge's value at this moment. */
    public record Level(Series series, double value) {}

    List<Map.Entry<Series, LongAdder>> counters() {
        return counters.entrySet().stream().sorted(Map.Entry.comparingByKey(Series.ORDER)).toList();
    }

    List<Map.Entry<String, Timing>> timings() {
        return timings.entrySet().stream().sorted(Map.Entry.comparingByKey()).toList();
    }

    List<Level> levels() {
        return gauges.entrySet().stream().map(gauge -> new Level(gauge.getKey(), gauge.getValue().getAsDouble())).toList();
    }
}
