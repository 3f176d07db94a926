package watchword.core.metric;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import watchword.sdk.JsonNumber;

/** The two forms in which metrics are told: Prometheus' text, and the JSON of the field's servers. */
public final class MetricsFormat {
    private static final double[] QUANTILES = {0.5, 0.9, 0.99};
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss Z 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private MetricsFormat() {}

    private static List<Metrics.Level> levels(Metrics metrics, List<Metrics.Level> more) {
        return Stream.concat(metrics.levels().stream(), more.stream()).sorted((a, b) -> Series.ORDER.compare(a.series(), b.series())).toList();
    }

    /** @param more gauges that only the asker can read */
    public static String prometheus(Metrics metrics, List<Metrics.Level> more) {
        var text = new StringBuilder();
        var last = "";
        for (var counter : metrics.counters()) {
            last = head(text, last, counter.getKey().name(), "counter");
            line(text, counter.getKey(), Long.toString(counter.getValue().sum()));
        }
        for (var level : levels(metrics, more)) {
            last = head(text, last, level.series().name(), "gauge");
            line(text, level.series(), plain(level.value()));
        }
        for (var timing : metrics.timings()) {
            last = head(text, last, timing.getKey(), "summary");
            for (var quantile : QUANTILES) line(text, new Series(timing.getKey(), Map.of("quantile", plain(quantile))), plain(timing.getValue().quantile(quantile)));
            line(text, Series.of(timing.getKey() + "_sum"), plain(timing.getValue().sumMillis()));
            line(text, Series.of(timing.getKey() + "_count"), Long.toString(timing.getValue().count()));
        }
        return text.toString();
    }

    private static String head(StringBuilder text, String last, String dotted, String type) {
        var name = name(dotted);
        if (!name.equals(last)) text.append("# HELP ").append(name).append(' ').append(name).append("\n# TYPE ").append(name).append(' ').append(type).append('\n');
        return name;
    }

    private static String name(String dotted) {
        return "vault_" + dotted.replace('.', '_').replace('-', '_');
    }

    private static void line(StringBuilder text, Series series, String value) {
        text.append(name(series.name()));
        if (!series.labels().isEmpty()) {
            text.append(series.labels().entrySet().stream().map(label -> label.getKey() + "=\"" + escaped(label.getValue()) + '"').collect(Collectors.joining(",", "{", "}")));
        }
        text.append(' ').append(value).append('\n');
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    /** Without a needless fraction. */
    private static String plain(double value) {
        return value == (long) value ? Long.toString((long) value) : Double.toString(value);
    }

    public static Map<String, Object> json(Metrics metrics, List<Metrics.Level> more, Instant now) {
        var gauges = new ArrayList<Map<String, Object>>();
        for (var level : levels(metrics, more)) gauges.add(Map.of("Name", "vault." + level.series().name(), "Value", number(level.value()), "Labels", level.series().labels()));
        var counters = new ArrayList<Map<String, Object>>();
        for (var counter : metrics.counters()) {
            long count = counter.getValue().sum();
            counters.add(Map.of("Name", "vault." + counter.getKey().name(), "Count", count, "Sum", count, "Labels", counter.getKey().labels()));
        }
        var samples = new ArrayList<Map<String, Object>>();
        for (var timing : metrics.timings()) samples.add(sample(timing.getKey(), timing.getValue()));
        return Map.of("Timestamp", TIME.format(now), "Gauges", gauges, "Points", List.of(), "Counters", counters, "Samples", samples);
    }

    private static Map<String, Object> sample(String name, Timing timing) {
        long count = timing.count();
        var sample = new LinkedHashMap<String, Object>();
        sample.put("Name", "vault." + name);
        sample.put("Count", count);
        sample.put("Sum", number(timing.sumMillis()));
        sample.put("Mean", number(count == 0 ? 0 : timing.sumMillis() / count));
        sample.put("Labels", Map.of());
        return sample;
    }

    private static Number number(double value) {
        return value == (long) value ? (long) value : new JsonNumber(Double.toString(value));
    }
}
