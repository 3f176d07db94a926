package watchword.cli.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import watchword.testkit.Property;

final class ParserTest {
    private static final Command COMMAND = Command.of("do", "PATH [KEY=VALUE...]", "Do it.")
            .flags(Flag.on("force", "f"), Flag.text("name", "NAME", "n"), Flag.texts("policy", "NAME", "p"), Flag.number("count", "c"),
                    Flag.duration("ttl", "t"), Flag.pairs("meta", "m"),
                    Flag.choice("type", "t", "service", "batch"));
    private static final Command CHILD = Command.of("run", "-- COMMAND [ARGUMENT...]", "Run it.").kind(Command.Kind.CHILD)
            .flags(Flag.texts("env", "NAME", "e"));

    private static Call parse(Command command, String... words) throws UsageException {
        var nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        var world = new World(Map.of(), Path.of("/"), Path.of("/"), new ByteArrayInputStream(new byte[0]), nowhere, nowhere,
                new SystemTerminal());
        return Parser.parse(command, List.of(words), world);
    }

    @Test
    void flags_stand_anywhere_with_one_dash_or_two_and_their_value_behind_a_sign_or_a_blank() throws Exception {
        var call = parse(COMMAND, "-name=n", "secret/x", "--count", "3", "a=b", "-force", "--policy=one", "-policy", "two");
        assertThat(call.arguments()).containsExactly("secret/x", "a=b");
        assertThat(call.option("name")).hasValue("n");
        assertThat(call.option("count")).hasValue("3");
        assertThat(call.isOn("force")).isTrue();
        assertThat(call.all("policy")).containsExactly("one", "two");
        assertThat(parse(COMMAND, "-force=false", "x").isOn("force")).isFalse();
    }

    @Test
    void two_dashes_end_the_flags_and_a_dash_alone_is_an_argument() throws Exception {
        assertThat(parse(COMMAND, "x", "-", "--", "-name=n", "--").arguments()).containsExactly("x", "-", "-name=n", "--");
    }

    @Test
    void the_words_of_a_child_are_its_own() throws Exception {
        var call = parse(CHILD, "-env", "A=b", "sh", "-c", "x", "--", "-env=C=d");
        assertThat(call.arguments()).containsExactly("sh", "-c", "x", "--", "-env=C=d");
        assertThat(call.all("env")).containsExactly("A=b");
        assertThat(parse(CHILD, "--", "-env").arguments()).containsExactly("-env");
    }

    @Test
    void what_a_flag_cannot_take_is_told_with_what_it_can() {
        assertThatThrownBy(() -> parse(COMMAND, "x", "-count=three")).isInstanceOf(UsageException.class)
                .hasMessageContaining("-count takes a number");
        assertThatThrownBy(() -> parse(COMMAND, "x", "-ttl=soon")).hasMessageContaining("-ttl takes a time");
        assertThatThrownBy(() -> parse(COMMAND, "x", "-meta=a")).hasMessageContaining("KEY=VALUE");
        assertThatThrownBy(() -> parse(COMMAND, "x", "-type=other")).hasMessageContaining("one of service, batch");
        assertThatThrownBy(() -> parse(COMMAND, "x", "-force=maybe")).hasMessageContaining("true or false");
        assertThatThrownBy(() -> parse(COMMAND, "x", "-name")).hasMessageContaining("-name needs a value");
        assertThatThrownBy(() -> parse(COMMAND, "x", "-name=a", "-name=b")).hasMessageContaining("given twice");
        assertThatThrownBy(() -> parse(COMMAND, "x", "-nmae=a")).hasMessageContaining("did you mean -name?");
        assertThatThrownBy(() -> parse(COMMAND)).hasMessageContaining("not enough arguments (expected at least 1, got 0)");
        assertThatThrownBy(() -> parse(Command.of("do", "[A] [B]", "s"), "1", "2", "3"))
                .hasMessageContaining("too many arguments (expected 0 to 2, got 3)");
    }

    @Test
    void help_wins_over_missing_arguments() throws Exception {
        assertThat(parse(COMMAND, "-h").has("help")).isTrue();
        assertThat(parse(COMMAND, "--help").has("help")).isTrue();
    }

    /** Whatever is written behind an equals sign comes out as it was written. */
    @Test
    void words_survive_parsing() {
        Property.holds(500, random -> {
            var words = new ArrayList<String>();
            var arguments = new ArrayList<String>();
            var policies = new ArrayList<String>();
            for (int i = random.nextInt(8); i > 0; i--) {
                var text = new StringBuilder();
                for (int j = random.nextInt(6); j > 0; j--) text.append("ab= -@ü\"".charAt(random.nextInt(8)));
                if (random.nextBoolean()) {
                    policies.add(text.toString());
                    words.add("-policy=" + text);
                } else {
                    arguments.add("k" + text);
                    words.add("k" + text);
                }
            }
            words.add("last");
            arguments.add("last");
            try {
                var call = parse(COMMAND, words.toArray(String[]::new));
                assertThat(call.arguments()).isEqualTo(arguments);
                assertThat(call.all("policy")).isEqualTo(policies);
            } catch (UsageException refused) {
                throw new AssertionError(refused);
            }
        });
    }
}
