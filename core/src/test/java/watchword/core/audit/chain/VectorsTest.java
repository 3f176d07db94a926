package watchword.core.audit.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Logs that another implementation of {@code spec/audit-line.md} wrote, and what is to be said of each. */
class VectorsTest {
    private static final Path VECTORS = Path.of("..", "spec", "audit-line", "vectors");

    @TempDir
    private Path folder = Path.of("");

    @TestFactory
    Stream<DynamicTest> each_log_is_judged_as_the_vector_says() throws IOException {
        try (var files = Files.list(VECTORS)) {
            var logs = files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
            assertThat(logs).hasSizeGreaterThan(15);
            return logs.stream().map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> judge(file)));
        }
    }

    private void judge(Path vector) throws IOException {
        var bytes = Files.readAllBytes(vector);
        int body = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\n\n") + 2;
        var header = header(new String(bytes, 0, body, StandardCharsets.UTF_8));
        var log = Files.write(folder.resolve("log"), Arrays.copyOfRange(bytes, body, bytes.length));
        var keys = List.of(CheckpointKey.publicKey(String.valueOf(header.get("key"))));
        var report = new AuditVerify(Optional.ofNullable(header.get("known")).map(ChainHead::parse), keys).verify(List.of(log));
        assertThat(report.isIntact() ? "intact" : "broken").as(report.toString()).isEqualTo(header.get("expect"));
    }

    private static Map<String, String> header(String text) {
        var header = new HashMap<String, String>();
        text.lines().filter(line -> line.contains(": ")).forEach(line -> header.put(line.substring(0, line.indexOf(": ")), line.substring(line.indexOf(": ") + 2)));
        return header;
    }
}
