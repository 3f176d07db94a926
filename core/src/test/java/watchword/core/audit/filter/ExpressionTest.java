package watchword.core.audit.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.testkit.Property;

class ExpressionTest {
    private static final Map<String, Object> VALUES = Map.of("type", "kv", "path", "secret/data/db", "port", 5432L, "policies", List.of("default", "trainer"), "none", "");

    private static boolean matches(String text) {
        return Expression.parse(text, name -> VALUES.containsKey(name) || name.equals("absent")).matches(VALUES::get);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', value = {
        "type == \"kv\" | true",
        "type == kv | true",
        "type==\"kv\" | true",
        "type == `kv` | true",
        "type == \" kv\" | false",
        "type != \"kv\" | false",
        "port == 5432 | true",
        "port == \"5432\" | true",
        "absent == \"\" | true",
        "absent != \"x\" | true",
        "none is empty | true",
        "absent is empty | true",
        "type is not empty | true",
        "policies is empty | false",
        "path contains \"data\" | true",
        "path not contains \"data\" | false",
        "policies contains trainer | true",
        "policies contains train | false",
        "\"trainer\" in policies | true",
        "trainer not in policies | false",
        "absent contains x | false",
        "path matches \"^secret/.*db$\" | true",
        "path matches `d.t` | true",
        "path not matches `^data` | true",
        "not type == kv | false",
        "not not type == kv | true",
        "type == kv and port == 1 or path contains db | true",
        "type == kv and (port == 1 or path contains db) | true",
        "type == no and (port == 1 or path contains db) | false",
        "type == no or not port == 1 and path contains db | true",
        "\"path\" == \"secret/data/db\" | true",
        "type == \"k\\\"v\" | false",
    })
    void is_true_or_false(String text, boolean expected) {
        assertThat(matches(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "type", "type ==", "== kv", "type == kv and", "type == kv port == 1", "(type == kv", "type == kv)", "unknown == 1", "type is kv", "type matches \"[\"",
        "type == \"kv", "type = kv", "type not == kv", "{}", "type == (kv)", "and == and and"})
    void what_cannot_be_read_is_refused(String text) {
        assertThatThrownBy(() -> matches(text)).isInstanceOf(IllegalArgumentException.class).hasMessageNotContaining("Exception");
    }

    @Test
    void depth_and_length_are_bounded() {
        assertThatThrownBy(() -> matches("(".repeat(1000) + "type == kv" + ")".repeat(1000))).hasMessage("nested too deeply");
        assertThatThrownBy(() -> matches("not ".repeat(1000) + "type == kv")).hasMessage("nested too deeply");
        assertThatThrownBy(() -> matches("type == \"" + "x".repeat(10_000) + "\"")).hasMessageContaining("longer than");
    }

    @Test
    void a_pattern_that_takes_for_ever_counts_as_a_match() {
        var slow = Expression.parse("path matches `^(a+)+\\1b$`", _ -> true);
        assertThat(slow.matches(_ -> "a".repeat(60))).isTrue();
        assertThat(slow.matches(_ -> "c")).isFalse();
    }

    @Test
    void random_text_is_read_or_refused_and_never_a_bug() {
        var pieces = List.of("type", "path", " ", " ", "and", "or", "not", "in", "is", "empty", "==", "!=", "(", ")", "\"", "`", "contains", "matches", "\\", "x", "*", "=", "é");
        Property.holds(3000, random -> {
            var text = new StringBuilder();
            for (int i = random.nextInt(15); i >= 0; i--) text.append(pieces.get(random.nextInt(pieces.size())));
            try {
                matches(text.toString());
            } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageNotContaining("null");
            }
        });
    }
}
