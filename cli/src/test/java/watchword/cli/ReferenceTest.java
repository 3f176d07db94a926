package watchword.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.cli.line.Command;

final class ReferenceTest {
    @Test
    void the_manual_is_what_the_declarations_say() throws Exception {
        var fresh = Path.of("target", "cli.md");
        Files.createDirectories(fresh.getParent());
        Files.writeString(fresh, Reference.markdown(Commands.all()));
        assertThat(Path.of("..", "docs", "cli.md")).as("copy cli/target/cli.md to docs/").hasSameTextualContentAs(fresh);
    }

    @Test
    void every_command_is_found_by_its_words_and_has_help_and_an_example_that_parses(@TempDir Path home) {
        var seen = new HashSet<String>();
        for (var command : Commands.all()) {
            assertThat(seen.add(command.words())).as(command.words()).isTrue();
            var words = new ArrayList<>(List.of(command.words().split(" ", -1)));
            assertThat(Commands.find(words).orElseThrow().command()).isEqualTo(command);
            assertThat(command.summary()).endsWith(".");
            assertThat(command.examples()).as(command.words()).isNotEmpty()
                    .allSatisfy(example -> assertThat(example).startsWith(command.words()));
            if (command.kind() == Command.Kind.REMOTE && !command.words().equals("status")) {
                assertThat(command.doing()).as(command.words()).isNotEmpty();
            }
            for (var flag : command.allFlags()) {
                assertThat(flag.help()).as(command.words() + " -" + flag.name()).isNotEmpty().doesNotEndWith(".");
                assertThat(command.allFlags().stream().filter(each -> each.name().equals(flag.name())))
                        .as(command.words() + " -" + flag.name()).hasSize(1);
            }
            words.add("-help");
            try (var line = new Line(home)) {
                var help = line.type(words.toArray(String[]::new));
                assertThat(help.status()).isZero();
                assertThat(help.out()).startsWith("Usage: watchword " + command.words());
            }
        }
    }
}
