package watchword.engines.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import watchword.core.json.Json;
import watchword.engines.database.Statements.Dialect;
import watchword.engines.database.Statements.Value;
import watchword.sdk.Problem.ProblemException;
import watchword.testkit.Property;

/** Number 122 of the vulnerability list, in the text of statements; {@link PostgreSqlTest} and {@link MySqlTest} see it on real servers. */
class StatementsTest {
    private static List<String> filled(Dialect dialect, String text, String name, String password) {
        var values = Map.of("name", Value.name(name), "username", Value.name(name), "password", Value.text(password), "expiration", Value.text("2030-01-01"));
        return Statements.parse(dialect, List.of(text), Json.CODEC).stream().map(statement -> statement.with(values).strip()).toList();
    }

    private static List<String> postgresql(String text) {
        return filled(Dialect.POSTGRESQL, text, "n\"'\\", "p'\"\\");
    }

    private static List<String> mysql(String text) {
        return filled(Dialect.MYSQL, text, "n\"'\\`", "p'\"\\");
    }

    @Test
    void semicolons_end_statements_but_for_those_in_quotes_and_comments() {
        assertThat(postgresql("a; b ;; ; c")).containsExactly("a", "b", "c");
        assertThat(postgresql("a ';' \";\" -- ;\n b; /* ; /* ; */ ; */ c; $$ ; $$ $x$ ; $$ ; $x$ d")).containsExactly("a ';' \";\" -- ;\n b", "/* ; /* ; */ ; */ c", "$$ ; $$ $x$ ; $$ ; $x$ d");
        assertThat(postgresql("a 'it''s;' ; b E'it\\'s;' ; c '\\'; d")).containsExactly("a 'it''s;'", "b E'it\\'s;'", "c '\\'", "d");
        assertThat(postgresql("a 'unclosed; b")).containsExactly("a 'unclosed; b");
        assertThat(mysql("a 'it\\'s;' ; b `;` # ;\n; c -- ;\n; d--;e /*! {{name}} */")).containsExactly("a 'it\\'s;'", "b `;` # ;", "c -- ;", "d--", "e /*! `n\"'\\``` */");
    }

    @Test
    void values_are_quoted_as_their_place_asks_for() {
        assertThat(postgresql("'{{name}}' '{{password}}'")).containsExactly("'n\"''\\' 'p''\"\\'");
        assertThat(postgresql("\"{{name}}\" E'{{password}}'")).containsExactly("\"n\"\"'\\\" E'p''\"\\\\'");
        assertThat(postgresql("{{name}} {{username}} {{password}} {{expiration}}")).containsExactly("\"n\"\"'\\\" \"n\"\"'\\\" 'p''\"\\' '2030-01-01'");
        assertThat(postgresql("$$ '{{password}}' \"{{name}}\" {{name}} $$")).containsExactly("$$ 'p''\"\\' \"n\"\"'\\\" \"n\"\"'\\\" $$");
        assertThat(mysql("'{{name}}'@'%' \"{{password}}\" `{{name}}` {{name}} {{password}}")).containsExactly("'n\"''\\\\`'@'%' \"p'\"\"\\\\\" `n\"'\\``` `n\"'\\``` 'p''\"\\\\'");
    }

    @Test
    void what_is_no_place_stays_as_it_is() {
        assertThat(postgresql("a {{other}} {{ name }} {name} -- {{name}}\n/* {{password}} */")).containsExactly("a {{other}} {{ name }} {name} -- {{name}}\n/* {{password}} */");
    }

    @Test
    void what_could_end_a_text_between_dollars_is_refused_there() {
        assertThatThrownBy(() -> filled(Dialect.POSTGRESQL, "DO $$ '{{password}}' $$", "n", "a$$; DROP TABLE t; $$")).isInstanceOf(ProblemException.class);
        assertThat(filled(Dialect.POSTGRESQL, "'{{password}}'", "n", "a$$")).containsExactly("'a$$'");
        assertThatThrownBy(() -> filled(Dialect.POSTGRESQL, "'{{password}}'", "n", "a\nb")).isInstanceOf(ProblemException.class).hasMessageNotContaining("a\nb");
    }

    @Test
    void whatever_a_value_is_the_statement_around_it_stays_the_same() {
        Property.holds(500, random -> {
            var value = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) value.append("ab'\"\\`;-$/*#{} ".charAt(random.nextInt(14)));
            for (var dialect : List.of(Dialect.POSTGRESQL, Dialect.MYSQL)) {
                var before = "x '{{name}}' ; y \"{{name}}\" ; z {{name}} ; w '{{password}}' ; v {{password}}";
                var filled = filled(dialect, before, value.toString(), value.toString());
                assertThat(filled).hasSize(5);
                // Read again, each is one statement: no value ended its quotes.
                for (var each : filled) assertThat(Statements.parse(dialect, List.of("'' " + each + " ''"), Json.CODEC)).as(each).hasSize(1);
            }
        });
    }

    @Test
    void statements_come_as_text_array_or_base64() {
        assertThat(Statements.texts("[\"a\", \"b;c\"]", Json.CODEC)).containsExactly("a", "b;c");
        assertThat(Statements.texts("WyJhIiwiYiJd", Json.CODEC)).containsExactly("a", "b");
        assertThat(Statements.texts("YTsgYg==", Json.CODEC)).containsExactly("a; b");
        assertThat(Statements.texts("[not json", Json.CODEC)).containsExactly("[not json");
        assertThat(Statements.texts("SELECT 1", Json.CODEC)).containsExactly("SELECT 1");
        assertThat(Statements.list("WyJhIiwiYiJd", Json.CODEC)).contains(List.of("a", "b"));
        for (var rule : List.of("+get", "allkeys", "nopass", "[not json")) assertThat(Statements.list(rule, Json.CODEC)).as(rule).isEmpty();
    }
}
