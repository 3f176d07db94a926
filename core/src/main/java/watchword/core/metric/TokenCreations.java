package watchword.core.metric;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import watchword.core.mount.MountEntry;
import watchword.core.namespace.Namespace;
import watchword.sdk.Reply;

/** Counts tokens as they are made, by what made them and how long they live at first. Any thread. */
public final class TokenCreations {
    private static final Map<String, Duration> SPANS = spans();

    private final Metrics metrics;

    public TokenCreations(Metrics metrics) {
        this.metrics = metrics;
    }

    /** The steps that the field counts lifetimes in. */
    private static Map<String, Duration> spans() {
        var spans = new LinkedHashMap<String, Duration>();
        for (var minutes : new int[] {1, 10, 20}) spans.put(minutes + "m", Duration.ofMinutes(minutes));
        for (var hours : new int[] {1, 2}) spans.put(hours + "h", Duration.ofHours(hours));
        for (var days : new int[] {1, 2, 7, 30}) spans.put(days + "d", Duration.ofDays(days));
        return spans;
    }

    private static String span(Duration ttl) {
        if (ttl.isZero()) return "+Inf";
        for (var step : SPANS.entrySet()) {
            if (ttl.compareTo(step.getValue()) <= 0) return step.getKey();
        }
        return "+Inf";
    }

    public void count(Namespace namespace, MountEntry mount, Reply.Issued token) {
        metrics.counter("token.creation", Map.of("auth_method", mount.type(), "mount_point", mount.path(), "namespace", namespace.label(), "creation_ttl", span(token.ttl()), "token_type", token.tokenType()))
                .increment();
    }
}
