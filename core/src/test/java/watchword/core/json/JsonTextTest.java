package watchword.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Number 146: a document is one text, to us and to whoever looked at it before us. */
class JsonTextTest {
    private static void isRefused(byte[] text) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(Json.MalformedException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE", "UTF-16"})
    void another_encoding_than_utf_8_is_refused(String charset) {
        isRefused("{\"a\":1}".getBytes(Charset.forName(charset)));
        isRefused("7".getBytes(Charset.forName(charset)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\\ud800\"", "\"a\\udc00b\"", "\"\\udc00\\ud800\"", "{\"a\":[\"\\ud83d\"]}", "{\"\\ud800\":1}"})
    void half_a_character_is_refused(String text) {
        isRefused(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whole_characters_are_taken_escaped_or_not() throws Json.MalformedException {
        assertThat(Json.parse("{\"a\":\"\\ud83d\\ude00\uD83D\uDE00\"}".getBytes(StandardCharsets.UTF_8))).isEqualTo(Map.of("a", "\uD83D\uDE00\uD83D\uDE00"));
    }
}
