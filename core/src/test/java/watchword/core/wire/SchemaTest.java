package watchword.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import watchword.sdk.OrNull;
import watchword.sdk.Unsplit;

class SchemaTest {

    record Answer(@OrNull Optional<Map<String, Object>> given, @OrNull Map<String, String> plain, @OrNull List<String> list) {}

    private static final Schema<Answer> SCHEMA = Schema.of(Answer.class);

    @Test
    void an_empty_collection_is_null_where_clients_expect_null() {
        var tree = SCHEMA.encodeAnswer(new Answer(Optional.empty(), Map.of(), List.of()));

        assertThat(tree).containsEntry("given", null).containsEntry("plain", null).containsEntry("list", null);
    }

    @Test
    void an_empty_collection_that_was_given_is_itself() {
        var tree = SCHEMA.encodeAnswer(new Answer(Optional.of(Map.of()), Map.of("a", "1"), List.of("x")));

        assertThat(tree).isEqualTo(Map.of("given", Map.of(), "plain", Map.of("a", "1"), "list", List.of("x")));
    }

    record Texts(@Unsplit Optional<List<String>> statements, List<String> names) {}

    @Test
    void a_list_of_texts_is_split_at_commas_unless_it_says_otherwise() throws Schema.FieldException {
        var schema = Schema.of(Texts.class);
        assertThat(schema.decodeRequest(Map.of("statements", "GRANT a, b ", "names", "a, b "), Map.of())).isEqualTo(new Texts(Optional.of(List.of("GRANT a, b ")), List.of("a", "b")));
        assertThat(schema.decodeRequest(Map.of("statements", List.of(" a,b", 1L)), Map.of())).isEqualTo(new Texts(Optional.of(List.of(" a,b", "1")), List.of()));
        assertThat(schema.decodeRequest(Map.of("statements", ""), Map.of())).isEqualTo(new Texts(Optional.of(List.of()), List.of()));
        assertThat(schema.decodeRequest(Map.of(), Map.of())).isEqualTo(new Texts(Optional.empty(), List.of()));
    }
}
