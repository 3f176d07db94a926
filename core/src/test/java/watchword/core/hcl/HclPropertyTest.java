package watchword.core.hcl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import watchword.core.hcl.Hcl.Item;
import watchword.core.hcl.Hcl.SyntaxException;
import watchword.core.hcl.Hcl.Value;
import watchword.testkit.Property;

/** Laws of the parser, for texts that nobody would write. */
class HclPropertyTest {
    private static final String POLICY = """
            # all of it
            path "secret/data/+/*" {
              capabilities = ["create", "read"] /* two */
              allowed_parameters = { "a" = ["1", "2*"] "b" = [] }
              max_wrapping_ttl = "90s"
            }
            listener "tcp" { address = <<-END
              one
                two
              END
              n = -1.5e3
            }
            """;
    private static final String JSON = "{\"path\": {\"x/*\": {\"capabilities\": [\"read\", \"\\u00e9\"], \"n\": [-1.5e3, true, {}]}}}";
    private static final String LETTERS = "ab\"\\\n\t{}$=#é☃/*";
    private static final String[] WORDS = {"{", "}", "[", "]", "=", ",", "\"", "\\", "\n", "#", "//", "/*", "*/", "<<EOF\n", "<<-X\n", "EOF\n", "${", "true", "null", "0x", "1e", ":",
            "path", " ", "\uFEFF", "é", "\ud83d", "\0", "-", ".", "{{", "}}"};

    /** Returns what was read, or nothing when it was refused; anything else fails the test. */
    private static boolean reads(String text) {
        try {
            Hcl.parse(text);
            return true;
        } catch (SyntaxException refused) {
            assertThat(refused.at().line()).isPositive();
            assertThat(refused.at().column()).isPositive();
            assertThat(refused.getMessage()).startsWith("At " + refused.at() + ": ").hasSizeLessThan(400);
            return false;
        }
    }

    @Test
    void random_bytes_are_read_or_refused() {
        Property.holds(20_000, random -> {
            var bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            reads(new String(bytes, random.nextBoolean() ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1));
        });
    }

    @Test
    void random_words_are_read_or_refused() {
        Property.holds(30_000, random -> {
            var text = new StringBuilder(random.nextInt(4) == 0 ? "{" : "");
            for (int i = random.nextInt(30); i > 0; i--) text.append(WORDS[random.nextInt(WORDS.length)]);
            reads(text.toString());
        });
    }

    @Test
    void a_changed_document_is_read_or_refused() {
        Property.holds(30_000, random -> {
            var text = new StringBuilder(random.nextBoolean() ? POLICY : JSON);
            for (int i = random.nextInt(4); i >= 0; i--) change(text, random);
            reads(text.toString());
        });
    }

    private static void change(StringBuilder text, RandomGenerator random) {
        if (text.isEmpty()) return;
        int at = random.nextInt(text.length());
        switch (random.nextInt(4)) {
            case 0 -> text.deleteCharAt(at);
            case 1 -> text.insert(at, WORDS[random.nextInt(WORDS.length)]);
            case 2 -> text.setLength(at);
            default -> text.setCharAt(at, (char) random.nextInt(0x250));
        }
    }

    @Test
    void every_start_of_a_document_is_read_or_refused() {
        for (int i = 0; i <= POLICY.length(); i++) reads(POLICY.substring(0, i));
        for (int i = 0; i < JSON.length(); i++) assertThat(reads(JSON.substring(0, i))).isEqualTo(i == 0);
        assertThat(reads(POLICY)).isTrue();
        assertThat(reads(JSON)).isTrue();
    }

    @Test
    void what_is_written_is_read_back() {
        Property.holds(5_000, random -> {
            var tree = body(random, 0);
            try {
                assertThat(document(Hcl.parse(document(tree, true)), true)).isEqualTo(document(tree, true));
                assertThat(document(Hcl.parse(document(tree, false)), true)).isEqualTo(document(tree, true));
            } catch (SyntaxException refused) {
                throw new AssertionError(document(tree, true), refused);
            }
        });
    }

    private static final Hcl.Position HERE = new Hcl.Position(1, 1);

    private static Value.Body body(RandomGenerator random, int depth) {
        var items = new ArrayList<Item>();
        for (int i = random.nextInt(4); i > 0; i--) items.add(new Item("k" + i, List.of(), value(random, depth), HERE));
        return new Value.Body(items, HERE);
    }

    private static Value value(RandomGenerator random, int depth) {
        return switch (random.nextInt(depth > 4 ? 3 : 5)) {
            case 0 -> new Value.Text(anyText(random), HERE);
            case 1 -> new Value.Number(String.valueOf(random.nextInt()), HERE);
            case 2 -> new Value.Bool(random.nextBoolean(), HERE);
            case 3 -> body(random, depth + 1);
            default -> {
                var values = new ArrayList<Value>();
                for (int i = random.nextInt(4); i > 0; i--) values.add(value(random, depth + 1));
                yield new Value.Items(values, HERE);
            }
        };
    }

    private static String anyText(RandomGenerator random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        return text.toString().replaceAll("\\$\\{+", "\\$");
    }

    /** A document as HCL, or as JSON. */
    private static String document(Value.Body body, boolean json) {
        return json ? written(body, true) : members(body, false);
    }

    private static String members(Value.Body body, boolean json) {
        return String.join(json ? ", " : "\n", body.items().stream().map(i -> (json ? '"' + i.key() + "\": " : i.key() + " = ") + written(i.value(), json)).toList());
    }

    private static String written(Value value, boolean json) {
        return switch (value) {
            case Value.Text text -> '"' + text.text().replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\t", "\\t") + '"';
            case Value.Number number -> number.text();
            case Value.Bool bool -> String.valueOf(bool.value());
            case Value.Items items -> "[" + String.join(", ", items.values().stream().map(v -> written(v, json)).toList()) + "]";
            case Value.Body body -> "{" + members(body, json) + "}";
        };
    }
}
