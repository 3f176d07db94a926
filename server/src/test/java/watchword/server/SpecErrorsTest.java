package watchword.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import watchword.sdk.Problem;

/** {@code spec/errors.md} says what the sources say. */
final class SpecErrorsTest {
    private static final Pattern TEXT = Pattern.compile("\\| (\\d{3}) \\| `([^`]+)` \\|");
    private static final Pattern PROBLEM = Pattern.compile("\\| (\\d{3}) \\| `([A-Z][A-Za-z]+)` \\| [a-z]");

    private static String spec() throws IOException {
        return Files.readString(Path.of("..", "spec", "errors.md"));
    }

    private static String sources() throws IOException {
        var all = new StringBuilder();
        for (var module : List.of("sdk", "core", "engines", "server")) {
            try (var files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
                for (var file : files.filter(each -> each.toString().endsWith(".java")).toList()) all.append(Files.readString(file));
            }
        }
        return all.toString();
    }

    @Test
    void every_text_is_in_the_sources() throws IOException {
        var sources = sources();
        var texts = TEXT.matcher(spec().substring(spec().indexOf("## Texts"))).results().map(found -> found.group(2)).toList();
        assertThat(texts).hasSizeGreaterThan(20).allSatisfy(text -> assertThat(sources).contains("\"" + text));
    }

    @Test
    void every_problem_is_there_with_its_status() throws IOException {
        var javadoc = Files.readString(Path.of("..", "sdk", "src", "main", "java", "watchword", "sdk", "Problem.java"));
        var told = PROBLEM.matcher(spec()).results().collect(Collectors.toMap(found -> found.group(2), found -> found.group(1)));
        var kinds = Arrays.stream(Problem.class.getPermittedSubclasses()).map(Class::getSimpleName).toList();
        assertThat(told.keySet()).containsExactlyInAnyOrderElementsOf(kinds);
        told.forEach((kind, status) -> assertThat(javadoc).containsPattern(Pattern.compile("/\\*\\* " + status + ": [^/]*\\*/\\s+record " + kind + "\\(")));
    }
}
