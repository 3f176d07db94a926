package watchword.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import watchword.testkit.Property;

final class JsonTest {

    @Test
    void what_is_read_is_written_back_unchanged() throws Exception {
        var text = "{\"b\":1.0,\"a\":1e400,\"big\":123456789012345678901234567890,\"n\":null,\"l\":[true,false,{}],\"s\":\"ü\\n\\\"\\u0001\"}";
        assertThat(JsonWriter.compact(JsonReader.read(text))).isEqualTo(text);
    }

    @Test
    void any_tree_comes_back_from_either_form() {
        Property.holds(300, random -> {
            var tree = tree(random, 4);
            try {
                assertThat(JsonReader.read(JsonWriter.compact(tree))).isEqualTo(tree);
                assertThat(JsonReader.read(JsonWriter.pretty(tree))).isEqualTo(tree);
            } catch (JsonReader.MalformedException wrong) {
                throw new AssertionError(JsonWriter.compact(tree), wrong);
            }
        });
    }

    private static Json tree(RandomGenerator random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> Json.of(text(random));
            case 1 -> new Json.Num(String.valueOf(random.nextLong()));
            case 2 -> Json.of(random.nextBoolean());
            case 3 -> Json.Null.NULL;
            case 4 -> {
                var items = new ArrayList<Json>();
                for (int i = random.nextInt(4); i > 0; i--) items.add(tree(random, depth - 1));
                yield new Json.Arr(items);
            }
            default -> {
                var fields = Json.fields();
                for (int i = random.nextInt(4); i > 0; i--) fields.put(text(random), tree(random, depth - 1));
                yield fields.build();
            }
        };
    }

    private static String text(RandomGenerator random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            text.appendCodePoint(random.nextBoolean() ? random.nextInt(0x80) : 0x1F000 + random.nextInt(0x200));
        }
        return text.toString();
    }

    @Test
    void pretty_is_indented_by_two() throws Exception {
        assertThat(JsonWriter.pretty(JsonReader.read("{\"a\":[1,{\"b\":{}}],\"c\":[]}"))).isEqualTo("""
                {
                  "a": [
                    1,
                    {
                      "b": {}
                    }
                  ],
                  "c": []
                }""");
    }

    @Test
    void an_error_tells_where_and_never_what() {
        assertThatThrownBy(() -> JsonReader.read("{\"a\":\n canary-secret}")).isInstanceOf(JsonReader.MalformedException.class)
                .hasMessageContaining("line 2").hasMessageNotContaining("canary");
        assertThatThrownBy(() -> JsonReader.read("{} canary")).isInstanceOf(JsonReader.MalformedException.class)
                .hasMessageNotContaining("canary");
        assertThatThrownBy(() -> JsonReader.read("")).isInstanceOf(JsonReader.MalformedException.class);
    }

    @Test
    void too_deep_is_an_error_and_not_an_overflow() {
        assertThatThrownBy(() -> JsonReader.read("[".repeat(100_000))).isInstanceOf(JsonReader.MalformedException.class);
    }

    @Test
    void members_are_read_leniently() throws Exception {
        var object = (Json.Obj) JsonReader.read("{\"n\":\"7\",\"t\":true,\"nil\":null,\"l\":[1,\"a\"],\"o\":{\"x\":1}}");
        assertThat(object.whole("n")).isEqualTo(7);
        assertThat(object.isTrue("t")).isTrue();
        assertThat(object.get("nil")).isEmpty();
        assertThat(object.has("nil")).isTrue();
        assertThat(object.texts("l")).containsExactly("1", "a");
        assertThat(object.object("o").text("x")).isEqualTo("1");
        assertThat(object.text("none") + object.whole("t") + object.object("l").isEmpty()).isEqualTo("0true");
    }

    @Test
    void a_text_does_not_show_itself() {
        assertThat(Json.of("canary").toString()).doesNotContain("canary");
        assertThat(Json.of("k", "canary").toString()).doesNotContain("canary");
    }
}
