package watchword.engines.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import watchword.engines.EnginePlayer;
import watchword.testkit.Property;

/** Version 2 against a model of a few lines: random requests, and after each of them both must tell the same. */
class KvModelTest {
    private static final List<String> PATHS = List.of("a", "a/1", "b");

    /** One version of the model. */
    private record Kept(long value, Optional<Instant> end, boolean deleted, boolean destroyed) {
        boolean isGone(Instant now) {
            return destroyed || deleted || end.filter(e -> !e.isAfter(now)).isPresent();
        }
    }

    private static final class Model {
        long newest;
        long max;
        final TreeMap<Long, Kept> versions = new TreeMap<>();
    }

    private final Map<String, Model> model = new HashMap<>();
    private final EnginePlayer kv = new EnginePlayer(KvEngines::create, Map.of("version", "2"));
    private Duration life = Duration.ZERO;

    @Test
    void the_engine_tells_what_the_model_tells() {
        Property.holds(60, random -> {
            var run = new KvModelTest();
            for (int i = 0; i < 50; i++) {
                run.step(random);
                run.compare();
            }
        });
    }

    private void step(RandomGenerator random) {
        var path = PATHS.get(random.nextInt(PATHS.size()));
        var known = Optional.ofNullable(model.get(path));
        long number = random.nextLong(0, 6);
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> write(path, random.nextLong(), Optional.empty());
            case 3 -> write(path, random.nextLong(), Optional.of(number));
            case 4 -> patch(path, random.nextLong());
            case 5 -> {
                assertThat(kv.delete("data/" + path).status()).isEqualTo(204);
                known.ifPresent(m -> change(m, m.newest, v -> v.isGone(kv.now()) ? v : new Kept(v.value(), Optional.of(kv.now()), true, false)));
            }
            case 6 -> numbered("delete", path, number, v -> v.isGone(kv.now()) ? v : new Kept(v.value(), Optional.of(kv.now()), true, false));
            case 7 -> numbered("undelete", path, number, v -> v.destroyed() ? v : new Kept(v.value(), end(), false, false));
            case 8 -> numbered("destroy", path, number, v -> new Kept(v.value(), v.end(), v.deleted(), true));
            case 9 -> {
                long max = random.nextLong(0, 5);
                kv.write("metadata/" + path, "{\"max_versions\":" + max + "}");
                model.computeIfAbsent(path, _ -> new Model()).max = max;
            }
            case 10 -> {
                kv.delete("metadata/" + path);
                model.remove(path);
            }
            default -> {
                life = Duration.ofMinutes(random.nextInt(3));
                kv.write("config", "{\"delete_version_after\":" + life.toSeconds() + "}");
                kv.clock().advance(Duration.ofSeconds(random.nextInt(90)));
            }
        }
    }

    private Optional<Instant> end() {
        return life.isZero() ? Optional.empty() : Optional.of(kv.now().plus(life));
    }

    private void write(String path, long value, Optional<Long> cas) {
        var options = cas.map(c -> ",\"options\":{\"cas\":" + c + "}").orElse("");
        var written = kv.write("data/" + path, "{\"data\":{\"v\":" + value + "}" + options + "}");
        long newest = model.containsKey(path) ? model.get(path).newest : 0;
        boolean allowed = cas.isEmpty() || cas.get() == newest;
        assertThat(written.status()).isEqualTo(allowed ? 200 : 400);
        if (allowed) add(model.computeIfAbsent(path, _ -> new Model()), value);
    }

    private void patch(String path, long value) {
        var m = model.get(path);
        boolean allowed = m != null && m.versions.containsKey(m.newest) && !m.versions.get(m.newest).isGone(kv.now());
        assertThat(kv.patch("data/" + path, "{\"data\":{\"v\":" + value + "}}").status()).isEqualTo(allowed ? 200 : 404);
        if (m != null && allowed) add(m, value);
    }

    private void add(Model m, long value) {
        m.newest++;
        m.versions.put(m.newest, new Kept(value, end(), false, false));
        m.versions.headMap(m.newest - (m.max > 0 ? m.max : 10), true).clear();
    }

    private void numbered(String what, String path, long number, java.util.function.UnaryOperator<Kept> how) {
        assertThat(kv.write(what + "/" + path, "{\"versions\":[" + number + "]}").status()).isEqualTo(204);
        var m = model.get(path);
        if (m != null) change(m, number, how);
    }

    private static void change(Model m, long number, java.util.function.UnaryOperator<Kept> how) {
        m.versions.computeIfPresent(number, (_, kept) -> how.apply(kept));
    }

    private void compare() {
        var rows = new TreeSet<String>();
        for (var path : PATHS) {
            var m = model.get(path);
            assertThat(kv.read("metadata/" + path).status()).isEqualTo(m == null ? 404 : 200);
            if (m == null) continue;
            rows.add("metadata/" + path);
            assertThat(kv.read("metadata/" + path).at("current_version")).isEqualTo(m.newest);
            assertThat(numbers(kv.read("metadata/" + path).at("versions"))).isEqualTo(new ArrayList<>(m.versions.keySet()));
            for (long number = 1; number <= m.newest + 1; number++) {
                if (compare(path, m, number)) rows.add("versions/" + path + "/" + number);
            }
        }
        assertThat(kv.stored().keySet()).filteredOn(key -> !key.startsWith("config/")).containsExactlyElementsOf(rows);
    }

    /** @return whether the version's data must still be stored */
    private boolean compare(String path, Model m, long number) {
        var read = kv.read("data/" + path, Map.of("version", number));
        var kept = m.versions.get(number);
        if (kept == null) {
            assertThat(read.status()).isEqualTo(404);
            return false;
        }
        assertThat(read.status()).isEqualTo(kept.isGone(kv.now()) ? 404 : 200);
        assertThat(read.at("data")).isEqualTo(kept.isGone(kv.now()) ? "null" : Map.of("v", kept.value()));
        assertThat(read.at("metadata", "destroyed")).isEqualTo(kept.destroyed());
        return !kept.destroyed();
    }

    private static List<Long> numbers(Object versions) {
        return ((Map<?, ?>) versions).keySet().stream().map(number -> Long.parseLong(number.toString())).toList();
    }
}
