package watchword.core.hcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import watchword.core.hcl.Hcl.Item;
import watchword.core.hcl.Hcl.Position;
import watchword.core.hcl.Hcl.SyntaxException;
import watchword.core.hcl.Hcl.Value;

class HclTest {

    private static String text(Value.Body body, String key) {
        return switch (body.find(key).orElseThrow()) {
            case Value.Text text -> text.text();
            case Value.Number number -> number.text();
            case Value.Bool bool -> String.valueOf(bool.value());
            case Value.Items _, Value.Body _ -> throw new AssertionError(key + " is not plain");
        };
    }

    private static void refuses(String text, String message) {
        assertThatThrownBy(() -> Hcl.parse(text)).as(text).isInstanceOf(SyntaxException.class).hasMessage(message);
    }

    @Test
    void a_configuration_file_is_blocks_with_labels_and_settings() throws SyntaxException {
        var body = Hcl.parse("""
                # where it listens
                listener "tcp" {
                  address     = "127.0.0.1:8200"   // loopback
                  tls_disable = true
                }
                storage "sqlite" { path = "/var/lib/ww.db" }
                default_lease_ttl = "768h" /* 32
                                              days */
                max_request_size = 33554
                """);

        var listener = body.all("listener").getFirst();
        assertThat(listener.labels()).containsExactly("tcp");
        assertThat(listener.at()).isEqualTo(new Position(2, 1));
        assertThat(text((Value.Body) listener.value(), "address")).isEqualTo("127.0.0.1:8200");
        assertThat(((Value.Body) listener.value()).find("tls_disable").orElseThrow()).isEqualTo(new Value.Bool(true, new Position(4, 17)));
        assertThat(body.all("storage")).hasSize(1);
        assertThat(text(body, "default_lease_ttl")).isEqualTo("768h");
        assertThat(text(body, "max_request_size")).isEqualTo("33554");
    }

    @Test
    void objects_may_be_assigned_or_follow_at_once_and_commas_between_items_are_optional() throws SyntaxException {
        var body = Hcl.parse("a = { \"x\" = [\"1\", \"2*\"] \"y\" = [] }\nb { c = 1, d = -2.5e3 }");

        var assigned = (Value.Body) body.find("a").orElseThrow();
        assertThat(assigned.items()).extracting(Item::key).containsExactly("x", "y");
        assertThat(((Value.Items) assigned.items().getFirst().value()).values()).hasSize(2);
        assertThat(text((Value.Body) body.find("b").orElseThrow(), "d")).isEqualTo("-2.5e3");
    }

    @Test
    void text_has_escapes_and_templates_keep_their_quotes() throws SyntaxException {
        var body = Hcl.parse("""
                a = "tab\\t quote\\" back\\\\ e-acute\\u00e9 \\x41 smile\\U0001F600"
                b = "x${file("a")}y"
                c = "secret/{{identity.entity.id}}/*"
                """);

        assertThat(text(body, "a")).isEqualTo("tab\t quote\" back\\ e-acuteé A smile😀");
        assertThat(text(body, "b")).isEqualTo("x${file(\"a\")}y");
        assertThat(text(body, "c")).isEqualTo("secret/{{identity.entity.id}}/*");
    }

    @Test
    void a_heredoc_is_its_lines_and_an_indented_one_loses_its_common_indent() throws SyntaxException {
        var body = Hcl.parse("a = <<EOF\n  one\ntwo\nEOF\nb = <<-END\n    one\n      two\n    END\nc = 1\n");

        assertThat(text(body, "a")).isEqualTo("  one\ntwo\n");
        assertThat(text(body, "b")).isEqualTo("one\n  two\n");
        assertThat(text(body, "c")).isEqualTo("1");
    }

    @Test
    void json_gives_the_same_tree_with_places() throws SyntaxException {
        var hcl = Hcl.parse("path \"secret/*\" {\n  capabilities = [\"read\"]\n}\n");
        var json = Hcl.parse("\n {\"path\":\n  {\"secret/*\": {\"capabilities\": [\"read\"], \"comment\": null}}}");

        var fromHcl = Hcl.labeled(hcl, "path").getFirst();
        var fromJson = Hcl.labeled(json, "path").getFirst();
        assertThat(fromJson.labels()).isEqualTo(fromHcl.labels()).containsExactly("secret/*");
        assertThat(fromJson.at()).isEqualTo(new Position(3, 4));
        assertThat(((Value.Body) fromJson.value()).items()).extracting(Item::key).containsExactly("capabilities");
    }

    @Test
    void json_may_list_blocks_of_one_name() throws SyntaxException {
        var body = Hcl.parse("{\"listener\": [{\"tcp\": {\"address\": \"a\"}}, {\"tcp\": [{\"address\": \"b\"}, {\"address\": \"c\"}]}]}");

        assertThat(Hcl.labeled(body, "listener")).extracting(Item::labels).containsExactly(List.of("tcp"), List.of("tcp"), List.of("tcp"));
    }

    @Test
    void json_text_has_both_halves_of_a_character_or_neither() throws SyntaxException {
        assertThat(text(Hcl.parse("{\"a\": \"\\ud83d\\ude00\\/\"}"), "a")).isEqualTo("😀/");
        refuses("{\"a\": \"\\ud83d\"}", "At 1:7: illegal char escape");
    }

    @Test
    void what_is_wrong_is_told_in_the_words_that_are_known_and_where() {
        refuses("path {", "At 1:8: object expected closing RBRACE got: EOF");
        refuses("path \"x\" {\n  capabilities = [\"read\"]\n", "At 3:2: object expected closing RBRACE got: EOF");
        refuses("path", "At 1:5: key 'path' expected start of object ('{') or assignment ('=')");
        refuses("a = nope", "At 1:5: Unknown token: 1:5 IDENT nope");
        refuses("a = [\"x\" \"y\"]", "At 1:10: error parsing list, expected comma or list end, got: STRING");
        refuses("a = [nope]", "At 1:6: unexpected token while parsing list: IDENT");
        refuses("a b = 1", "At 1:5: nested object expected: LBRACE got: ASSIGN");
        refuses("a = \"open\nb = 1", "At 1:5: literal not terminated");
        refuses("/* open", "At 1:1: comment not terminated");
        refuses("a = \"\\q\"", "At 1:7: illegal char escape");
        refuses("a = 12x4", "At 1:5: illegal number");
        refuses("a = <<EOF\nx\n", "At 1:5: heredoc not terminated");
        refuses("@", "At 1:1: illegal character");
        refuses("}", "At 1:1: unexpected token while parsing: RBRACE");
        refuses("a\n\0", "At 2:1: unexpected null character (0x00)");
        refuses("{\"a\": 1", "At 1:8: object expected closing RBRACE got: EOF");
        refuses("{} x", "At 1:4: unexpected text after the object");
    }

    @Test
    void a_setting_counts_once_since_tools_differ_in_which_of_two_wins() {
        refuses("a = 1\na = 2", "At 2:1: The argument \"a\" at 2:1 was already set. Each argument can only be set once");
        refuses("{\"path\": {}, \"path\": {}}", "At 1:14: The argument \"path\" at 1:14 was already set. Each argument can only be set once");
    }

    @Test
    void blocks_may_repeat() throws SyntaxException {
        assertThat(Hcl.labeled(Hcl.parse("path \"a\" {}\npath \"a\" {}"), "path")).hasSize(2);
    }

    @Test
    void a_block_that_needs_a_label_is_refused_without_one() throws SyntaxException {
        var body = Hcl.parse("path = \"a\"");
        assertThatThrownBy(() -> Hcl.labeled(body, "path")).hasMessage("At 1:8: path must be a block with a label");
    }

    @Test
    void a_document_that_is_too_deep_too_long_or_too_full_is_refused() {
        assertThatThrownBy(() -> Hcl.parse("a = " + "[".repeat(100_000))).hasMessageContaining("nested deeper");
        assertThatThrownBy(() -> Hcl.parse("a {".repeat(100_000))).hasMessageContaining("nested deeper");
        assertThatThrownBy(() -> Hcl.parse("{\"a\":".repeat(100_000))).hasMessageContaining("nested deeper");
        assertThatThrownBy(() -> Hcl.parse("#".repeat(5 << 20))).hasMessageContaining("longer than");
        assertThatThrownBy(() -> Hcl.parse("a = [" + "1,".repeat(300_000) + "]")).hasMessageContaining("200000 values");
    }

    @Test
    void includes_anchors_and_tags_mean_nothing() throws SyntaxException {
        assertThatThrownBy(() -> Hcl.parse("!include \"/etc/passwd\"")).isInstanceOf(SyntaxException.class);
        assertThatThrownBy(() -> Hcl.parse("a = &x \"y\"")).isInstanceOf(SyntaxException.class);
        assertThat(text(Hcl.parse("include = \"/etc/passwd\""), "include")).isEqualTo("/etc/passwd");
    }
}
