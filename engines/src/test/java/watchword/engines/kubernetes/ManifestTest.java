package watchword.engines.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import watchword.core.json.Json;

class ManifestTest {
    @Test
    void what_nests_without_end_is_no_manifest_and_costs_no_stack() {
        assertThat(Manifest.read("rules: " + "[".repeat(100_000), Json.CODEC)).isEmpty();
        assertThat(Manifest.read("a: " + "[".repeat(40) + "]".repeat(40), Json.CODEC)).isEmpty();
        assertThat(Manifest.read("rules:\n- verbs: [get]\n", Json.CODEC)).isPresent();
    }
}
