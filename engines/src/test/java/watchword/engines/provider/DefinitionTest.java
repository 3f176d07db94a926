package watchword.engines.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** The language of definitions: small, closed, and plain about what is wrong where. */
class DefinitionTest {
    static final List<String> NAMES = Definitions.NAMES;
    private static final String WHOLE = """
            provider: own
            base_url: https://own.test
            parameters:
              team: The team.
            create:
              method: POST
              path: /teams/{{team}}/keys
              body: {name: "{{name}}", days: 7, on: true}
              key: /key
              id: /id
            list:
              method: GET
              path: /teams/{{team}}/keys
              items: /keys
              id: /id
              name: /name
            test:
              method: GET
              path: /me
            delete:
              method: DELETE
              path: /keys/{{id}}
            """;

    @ParameterizedTest
    @FieldSource("NAMES")
    void those_that_come_along_can_be_read(String name) {
        assertThat(Definitions.builtin(name).provider()).isEqualTo(name);
    }

    @Test
    void one_of_one_s_own_can_be_read() {
        assertThat(DefinitionReader.read(WHOLE).parameters()).containsEntry("team", "The team.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            path: /me               | path: me                     | line 19: test.path must be segments
            path: /me               | path: /../me                 | line 19: test.path must not have a segment of dots
            method: DELETE          | method: TRACE                | line 21: delete.method must be GET, POST
            key: /key               | key: key                     | line 9: create.key must be a JSON pointer
            /keys/{{id}}            | /keys/{{key}}                | line 22: delete.path has {{key}}, which is no parameter
            /keys/{{id}}            | /keys/{{it em}}              | line 22: delete.path must be segments
            {{name}}                | a {{name:number}}            | create.body can have a :number only
            "  id: /id\\n"          | ""                           | create needs id
            provider: own           | "provider: own\\nrun: rm"    | line 2: run is not known here
            provider: own           | "provider: own\\nprovider: b"| line 2
            base_url: https://own.test | base_url: file:///etc     | line 2: base_url must be a URL
            "  team: The team."     | "  admin_key: Mine."         | line 4: parameters.admin_key is no name
            "  team: The team."     | "  team: &a The team."       | line 4: parameters.team must not have an anchor
            provider: own           | "provider: [own"             | is no YAML
            """)
    void what_is_wrong_is_told_with_its_line_and_field(String part, String wrong, String told) {
        var text = WHOLE.replaceFirst(Pattern.quote(part.replace("\\n", "\n")), Matcher.quoteReplacement(wrong.replace("\\n", "\n")));
        assertThat(text).isNotEqualTo(WHOLE);
        assertThatThrownBy(() -> DefinitionReader.read(text)).hasMessageContaining(told);
    }

    @Test
    void what_creates_must_list_and_delete() {
        assertThatThrownBy(() -> DefinitionReader.read(WHOLE.substring(0, WHOLE.indexOf("delete:")))).hasMessageContaining("line 6: create needs list and delete");
    }

    @Test
    void headers_that_frame_a_request_are_not_written() {
        assertThatThrownBy(() -> DefinitionReader.read(WHOLE.replace("path: /me", "path: /me\n  headers: {Host: other}"))).hasMessageContaining("line 20: test.headers.Host is no header");
    }

    @Test
    void a_text_without_an_end_is_not_read() {
        assertThatThrownBy(() -> DefinitionReader.read("a: " + "b".repeat(70_000))).hasMessageContaining("at most");
        assertThatThrownBy(() -> DefinitionReader.read("[".repeat(60_000))).hasMessageContaining("too deep");
    }

    @Test
    void a_value_is_never_part_of_the_template() {
        var values = Map.of("name", "{{admin_key}}\"/?#", "admin_key", "secret");
        assertThat(new Template("x {{name}}").plain(values)).isEqualTo("x {{admin_key}}\"/?#");
        assertThat(new Template("/a/{{name}}").inAddress(values)).isEqualTo("/a/%7B%7Badmin_key%7D%7D%22%2F%3F%23");
        assertThat(new Template("{{name}}").inJson(values)).isEqualTo(Optional.of("{{admin_key}}\"/?#"));
        assertThat(new Template("{{gone}}").inJson(values)).isEmpty();
        assertThat(new Template("{{n:number}}").inJson(Map.of("n", "12"))).isEqualTo(Optional.of(12L));
    }

    @Test
    void a_pointer_finds_what_is_there_and_nothing_else() {
        var tree = Map.of("a/b", List.of(Map.of("id", 7L)), "n", true);
        assertThat(Pointer.parse("/a~1b/0/id").orElseThrow().text(tree)).isEqualTo("7");
        assertThat(Pointer.parse("/n").orElseThrow().text(tree)).isEmpty();
        assertThat(Pointer.parse("/a~1b/1").orElseThrow().in(tree)).isEmpty();
        assertThat(Pointer.parse("/a~2b")).isEmpty();
    }
}
