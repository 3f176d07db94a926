package watchword.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import watchword.cli.line.UsageException;
import watchword.testkit.Property;

final class PolicyFormatTest {
    private static String text(RandomGenerator random) {
        var text = new StringBuilder();
        for (int rules = random.nextInt(4); rules > 0; rules--) {
            text.append(" ".repeat(random.nextInt(3))).append("path \"a/{{x}}=#").append(random.nextInt(10)).append("/*\" {")
                    .append("\n".repeat(1 + random.nextInt(3)));
            for (int lines = random.nextInt(4); lines > 0; lines--) {
                var line = switch (random.nextInt(4)) {
                    case 0 -> "capabilities" + " ".repeat(random.nextInt(3)) + "=" + " ".repeat(random.nextInt(3)) + "[\"read\", \"list\"]";
                    case 1 -> "# a remark = { with \" everything";
                    case 2 -> "allowed_parameters = {\n\"a\"=[\"x = y\"]\n\"longer\" = []\n}";
                    default -> "max_wrapping_ttl=\"1h\" // why";
                };
                text.append(" ".repeat(random.nextInt(5))).append(line).append("\n".repeat(1 + random.nextInt(2)));
            }
            text.append("}\n").append("\n".repeat(random.nextInt(3)));
        }
        return text.toString();
    }

    private static String format(String text) {
        try {
            return PolicyFormat.format(text);
        } catch (UsageException refused) {
            throw new AssertionError(text, refused);
        }
    }

    @Test
    void formatting_changes_nothing_but_blanks_and_once_is_enough() {
        Property.holds(1000, random -> {
            var text = text(random);
            var once = format(text);
            assertThat(once.replaceAll("\\s", "")).isEqualTo(text.replaceAll("\\s", ""));
            assertThat(format(once)).isEqualTo(once);
        });
    }

    /** Whatever is thrown at it, it formats or says which line it does not understand. */
    @Test
    void no_text_brings_it_down() {
        Property.holds(2000, random -> {
            var text = new StringBuilder();
            for (int i = random.nextInt(40); i > 0; i--) text.append("{}[]=\"\\#/*<\n a,".charAt(random.nextInt(15)));
            try {
                assertThat(PolicyFormat.format(text.toString()).replaceAll("\\s", "")).isEqualTo(text.toString().replaceAll("\\s", ""));
            } catch (UsageException refused) {
                assertThat(refused).hasMessageMatching("(?s).*(line|closed|JSON).*");
            }
        });
    }

    @Test
    void what_is_open_at_the_end_is_told() {
        assertThatThrownBy(() -> PolicyFormat.format("path \"a\" {\n")).isInstanceOf(UsageException.class);
        assertThatThrownBy(() -> PolicyFormat.format("}\n")).hasMessageContaining("line 1");
        assertThatThrownBy(() -> PolicyFormat.format("x = \"a\n")).hasMessageContaining("line 1");
    }
}
