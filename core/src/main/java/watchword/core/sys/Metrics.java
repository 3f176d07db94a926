package watchword.core.sys;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counters of the server. Names and labels never hold what a client sent. Any thread. */
public final class Metrics {
    private final Map<String, LongAdder> counters = new ConcurrentHashMap<>();

    /** Adds one to {@code watchword_<name>_total}, with a label already in Prometheus form, or none. */
    public void count(String name, String label) {
        counters.computeIfAbsent(label.isEmpty() ? name : name + '{' + label + '}', _ -> new LongAdder()).increment();
    }

    String prometheus() {
        var text = new StringBuilder();
        for (var each : counters.entrySet().stream().sorted(Map.Entry.comparingByKey()).toList()) {
            int brace = each.getKey().indexOf('{');
            var name = "watchword_" + (brace < 0 ? each.getKey() : each.getKey().substring(0, brace)) + "_total";
            if (text.indexOf("# TYPE " + name + " ") < 0) text.append("# TYPE ").append(name).append(" counter\n");
            text.append(name).append(brace < 0 ? "" : each.getKey().substring(brace)).append(' ').append(each.getValue().sum()).append('\n');
        }
        var runtime = Runtime.getRuntime();
        text.append("# TYPE watchword_heap_used_bytes gauge\nwatchword_heap_used_bytes ").append(runtime.totalMemory() - runtime.freeMemory()).append('\n');
        return text.toString();
    }

    Map<String, Object> json(Instant now) {
        var list = new ArrayList<Map<String, Object>>();
        counters.forEach((name, value) -> list.add(Map.of("Name", "watchword." + name, "Count", value.sum())));
        return Map.of("Timestamp", now.toString(), "Gauges", List.of(), "Points", List.of(), "Counters", list, "Samples", List.of());
    }
}
