package watchword.cli.line;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import watchword.client.Json;

final class YamlTest {
    @Test
    void what_yaml_could_take_for_something_else_is_quoted() {
        for (var text : List.of("true", "No", "null", "~", "1", "1e3", "", " a", "a b", "a: b", "- a", "#", "on", "y", "2026-01-01", "é",
                "a\nb", "0x1f", ".inf", "a\"b")) {
            assertThat(Yaml.write(Json.of(text))).as(text).startsWith("\"").endsWith("\"\n");
        }
        for (var text : List.of("abc", "eu-west-1", "secret/train", "_x", "v1.2")) {
            assertThat(Yaml.write(Json.of(text))).isEqualTo(text + "\n");
        }
    }

    @Test
    void lists_and_objects_are_blocks_and_empty_ones_are_written_out() {
        var inner = Json.fields().put("n", 1).put("list", Json.texts(List.of("x", "y"))).put("none", Json.Null.NULL).build();
        var all = Json.fields().put("a", inner).put("empty", Json.Obj.EMPTY)
                .put("items", new Json.Arr(List.of(inner, Json.of(true), new Json.Arr(List.of())))).build();
        assertThat(Yaml.write(all)).isEqualTo("""
                a:
                  "n": 1
                  list:
                    - x
                    - "y"
                  none: null
                empty: {}
                items:
                  -
                    "n": 1
                    list:
                      - x
                      - "y"
                    none: null
                  - true
                  - []
                """);
    }
}
