package watchword.core.metric;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/** A name in its dotted form, without the leading {@code vault}, and labels. */
public record Series(String name, Map<String, String> labels) {
    static final Comparator<Series> ORDER = Comparator.comparing(Series::name).thenComparing(series -> series.labels().toString());

    public Series {
        labels = java.util.Collections.unmodifiableMap(new TreeMap<>(labels));
    }

    static Series of(String name) {
        return new Series(name, Map.of());
    }
}
