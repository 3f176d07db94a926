package watchword.core.audit.line;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import watchword.core.json.Json;
import watchword.sdk.Secret;

/** Hashes of values that another implementation of {@code spec/audit-line.md} worked out. */
class HashVectorsTest {
    @Test
    void a_value_has_the_hash_that_the_vector_says() throws IOException {
        var vectors = Files.readAllLines(Path.of("..", "spec", "audit-line", "vectors", "hashes.tsv")).stream().filter(line -> !line.startsWith("#")).toList();
        assertThat(vectors).hasSize(12);
        for (var vector : vectors) {
            var columns = vector.split("\t");
            var value = String.valueOf(Json.parseTrusted(columns[1].getBytes(StandardCharsets.UTF_8)));
            var hasher = new Hasher(Secret.owning(HexFormat.of().parseHex(columns[0])));
            assertThat(hasher.hash(value)).as(columns[1]).isEqualTo(columns[2]);
            assertThat(hasher.hash(value)).as("again").isEqualTo(columns[2]);
            var line = new JsonLine();
            hasher.write(line, Secret.copyOf(value));
            assertThat(new String(line.copy(), StandardCharsets.US_ASCII)).isEqualTo("\"" + columns[2] + "\"");
        }
    }
}
