package watchword.core.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import watchword.core.json.Json;
import watchword.sdk.Route.Operation;

/** Exchanges recorded with a compatible peer, replayed: every status, key, type and stable value of what the identity store answers. */
class RecordedIdentityTest {
    private final Map<String, String> bound = new HashMap<>();
    private final List<String> differences = new ArrayList<>();

    @Test
    void the_identity_store_answers_as_it_was_recorded() throws Exception {
        int steps = 0;
        try (var it = new Directory()) {
            for (var line : Files.readAllLines(Path.of("..", "interop", "wire", "identity.jsonl"))) {
                for (var step : list(map(Json.parse(line.getBytes(java.nio.charset.StandardCharsets.UTF_8))).get("steps"))) {
                    play(it, map(step));
                    steps++;
                }
            }
        }
        assertThat(steps).isEqualTo(16);
        assertThat(differences).isEmpty();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(@Nullable Object tree) {
        return tree instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    private static List<?> list(@Nullable Object tree) {
        return tree instanceof List<?> list ? list : List.of();
    }

    private void play(Directory it, Map<String, Object> step) {
        var path = filled(String.valueOf(step.get("path"))).substring("/v1/".length());
        var operation = switch (String.valueOf(step.get("method"))) {
            case "GET" -> Operation.READ;
            case "LIST" -> Operation.LIST;
            case "DELETE" -> Operation.DELETE;
            default -> Operation.WRITE;
        };
        var body = new HashMap<String, Object>();
        map(step.get("body")).forEach((name, value) -> body.put(name, value instanceof String text ? filled(text) : value));
        var token = step.get("token") instanceof String given ? given : it.root;
        var answered = it.server.ask(token, operation, path, body, "127.0.0.1", Optional.empty());
        var want = map(step.get("answer"));
        var where = step.get("method") + " " + step.get("path");
        if (!Long.valueOf(answered.status()).equals(want.get("status"))) differences.add(where + ": " + answered.status() + " " + answered.body());
        if (!path.startsWith("sys/")) compare(where, "", want.get("body") == null ? Map.of() : want.get("body"), answered.body(), map(step.get("volatile")));
        map(step.get("bind")).forEach((name, at) -> bound.put(name, String.valueOf(at(answered.body(), String.valueOf(at)))));
    }

    private String filled(String text) {
        var all = text;
        for (var each : bound.entrySet()) all = all.replace("{{" + each.getKey() + "}}", each.getValue());
        return all;
    }

    private static Object at(Object tree, String dotted) {
        @Nullable Object at = tree;
        for (var part : dotted.split("\\.")) at = map(at).get(part);
        return at == null ? "" : at;
    }

    private void compare(String where, String pointer, @Nullable Object want, @Nullable Object got, Map<String, Object> vague) {
        if ("any".equals(vague.get(pointer))) return;
        if (want instanceof Map<?, ?> && got instanceof Map<?, ?> && !vague.containsKey(pointer)) {
            var keys = new java.util.TreeSet<>(map(want).keySet());
            keys.addAll(map(got).keySet());
            for (var key : keys) {
                if (map(want).containsKey(key) != map(got).containsKey(key)) differences.add(where + " " + pointer + "/" + key + ": wanted " + map(want).get(key) + ", got " + map(got).get(key));
                else compare(where, pointer + "/" + key, map(want).get(key), map(got).get(key), vague);
            }
        } else if (want instanceof List<?> wanted && got instanceof List<?> given && !vague.containsKey(pointer) && wanted.size() == given.size()) {
            for (int i = 0; i < wanted.size(); i++) compare(where, pointer + "/" + i, wanted.get(i), given.get(i), vague);
        } else if ("type".equals(vague.get(pointer))) {
            if (kind(want) != kind(got)) differences.add(where + " " + pointer + ": another type");
        } else if (!java.util.Objects.equals(want, got)) {
            differences.add(where + " " + pointer + ": wanted " + want + ", got " + got);
        }
    }

    private static Class<?> kind(@Nullable Object tree) {
        return switch (tree) {
            case null -> void.class;
            case Map<?, ?> _ -> Map.class;
            case List<?> _ -> List.class;
            case Number _ -> Number.class;
            default -> tree.getClass();
        };
    }
}
