package watchword.core.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import watchword.sdk.Secret;

/** {@code spec/token.md}: what other implementations worked out. */
final class TokenVectorsTest {

    private static List<String[]> vectors() throws IOException {
        return Files.readAllLines(Path.of("..", "spec", "token", "vectors", "texts.tsv")).stream()
                .filter(line -> !line.startsWith("#")).map(line -> line.split("\t", -1)).toList();
    }

    @Test
    void a_token_has_the_key_and_the_accessor_that_the_vector_says() throws IOException {
        assertThat(vectors()).hasSize(10);
        for (var vector : vectors()) {
            try (var texts = new TokenText(Secret.owning(HexFormat.of().parseHex(vector[0])), new SecureRandom())) {
                assertThat(texts.keyOf(Secret.copyOf(vector[1]))).as(vector[1]).isEqualTo(vector[2]);
                assertThat(texts.accessorOf(vector[2])).as(vector[1]).isEqualTo(vector[3]);
                assertThat(texts.keyOfAccessor(vector[3])).as(vector[1]).contains(vector[2]);
            }
        }
    }
}
