package watchword.engines.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import watchword.core.json.Json;
import watchword.engines.EnginePlayer;
import watchword.testkit.Property;

class JsonTreeTest {

    /** The examples of RFC 7396, appendix A, that patch an object with an object. */
    @Test
    void merge_is_rfc_7396() {
        for (var each : List.of(
                List.of("{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"),
                List.of("{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"),
                List.of("{\"a\":\"b\"}", "{\"a\":null}", "{}"),
                List.of("{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"),
                List.of("{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"),
                List.of("{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"),
                List.of("{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"),
                List.of("{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"),
                List.of("{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"),
                List.of("{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"))) {
            assertThat(text(JsonTree.merge(EnginePlayer.json(each.get(0)), EnginePlayer.json(each.get(1))))).isEqualTo(each.get(2));
        }
    }

    @Test
    void a_merge_leaves_the_tree_it_began_with_alone() {
        var before = EnginePlayer.json("{\"a\":{\"b\":{\"c\":1}}}");

        JsonTree.merge(before, EnginePlayer.json("{\"a\":{\"b\":{\"c\":2,\"d\":3}}}"));

        assertThat(text(before)).isEqualTo("{\"a\":{\"b\":{\"c\":1}}}");
    }

    @Test
    void size_is_never_less_than_the_json_and_hardly_more() {
        Property.holds(200, random -> {
            var tree = Map.of("k", random.nextBoolean() ? string(random) : List.of(string(random), Map.of(string(random), 1L), random.nextLong(), true));
            long real = Json.write(tree).length;
            assertThat(JsonTree.size(tree)).isBetween(real, 2 * real + 20);
        });
    }

    private static String string(RandomGenerator random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(40); i > 0; i--) {
            text.appendCodePoint(switch (random.nextInt(5)) {
                case 0 -> random.nextInt(0x20);
                case 1 -> "\"\\/\u007f".codePointAt(random.nextInt(4));
                case 2 -> 0x80 + random.nextInt(0x1000);
                case 3 -> 0x1f600 + random.nextInt(10);
                default -> 'a';
            });
        }
        return text.toString();
    }

    private static String text(Map<String, Object> tree) {
        return new String(Json.write(tree), StandardCharsets.UTF_8);
    }
}
