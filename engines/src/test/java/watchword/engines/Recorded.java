package watchword.engines;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Plays recorded exchanges, as {@code interop/wire} has them, and compares status and body, field by field. What changes from run to run is
 * marked in the recording.
 */
public final class Recorded {
    private Recorded() {}

    /** @param file below {@code wire/} in the test resources: a scenario a line */
    public static void plays(String file, ServerPlayer server) {
        for (var scenario : lines(file)) {
            for (var step : (List<?>) field(scenario, "steps")) play(server, object(step), scenario.get("name") + ": ");
        }
    }

    private static List<Map<String, Object>> lines(String file) {
        try (var in = Recorded.class.getResourceAsStream("/wire/" + file)) {
            var text = new String(Objects.requireNonNull(in, file).readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            return text.lines().map(EnginePlayer::json).toList();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void play(ServerPlayer server, Map<String, Object> step, String scenario) {
        server.clock().advance(Duration.ofSeconds(1));
        var body = step.get("body") == null ? Map.<String, Object>of() : object(step.get("body"));
        var received = server.asRoot(field(step, "method").toString(), field(step, "path").toString(), body);
        var call = scenario + step.get("method") + " " + step.get("path");
        var answer = object(field(step, "answer"));

        assertThat((long) received.status()).as(call).isEqualTo(answer.get("status"));
        compare(call + " ", answer.get("body"), received.body(), object(field(step, "volatile")), "");
    }

    private static void compare(String call, @Nullable Object expected, @Nullable Object got, Map<String, Object> changing, String at) {
        if (changing.containsKey(at)) {
            assertThat(kind(got)).as(call + at).isEqualTo(kind(expected));
        } else if (expected instanceof Map<?, ?> wanted && got instanceof Map<?, ?> found) {
            assertThat(new LinkedHashSet<Object>(found.keySet())).as(call + at).isEqualTo(wanted.keySet());
            wanted.forEach((name, value) -> compare(call, value, found.get(name), changing, at + "/" + name));
        } else {
            assertThat(got).as(call + at).isEqualTo(expected);
        }
    }

    private static String kind(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String _ -> "string";
            case Number _ -> "number";
            case Boolean _ -> "boolean";
            case List<?> _ -> "list";
            default -> "object";
        };
    }

    private static Object field(Map<String, Object> object, String name) {
        return Objects.requireNonNull(object.get(name), name);
    }

    @SuppressWarnings("unchecked") // names in JSON are strings
    private static Map<String, Object> object(@Nullable Object value) {
        return (Map<String, Object>) Objects.requireNonNull(value);
    }
}
