package watchword.engines.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import watchword.engines.EnginePlayer;
import watchword.sdk.Route.Operation;

class KvTwoMetadataTest {
    private final EnginePlayer kv = new EnginePlayer(KvEngines::create, Map.of("version", "2"));

    @Test
    void metadata_tells_every_field() {
        kv.write("data/x", "{\"data\":{}}");

        assertThat(kv.read("metadata/x").data().keySet()).containsExactlyInAnyOrder("cas_required", "created_time", "current_metadata_version", "current_version",
                "custom_metadata", "delete_version_after", "max_versions", "metadata_cas_required", "oldest_version", "updated_time", "versions");
        assertThat(kv.read("metadata/x").at("custom_metadata")).isEqualTo("null");
        assertThat(kv.read("metadata/x").at("versions", "1")).isEqualTo(Map.of("created_time", kv.now().toString(), "deletion_time", "", "destroyed", false));
    }

    @Test
    void metadata_may_come_before_the_secret() {
        kv.write("metadata/x", "{\"custom_metadata\":{\"managed-by\":\"external-secrets\"}}");

        assertThat(kv.read("metadata/x").at("current_version")).isEqualTo(0L);
        assertThat(kv.read("metadata/x").at("versions")).isEqualTo(Map.of());
        assertThat(kv.read("data/x").status()).isEqualTo(404);

        var written = kv.write("data/x", "{\"data\":{\"v\":1},\"options\":{\"cas\":0}}");
        assertThat(written.at("custom_metadata", "managed-by")).isEqualTo("external-secrets");
        assertThat(kv.read("data/x").at("metadata", "custom_metadata", "managed-by")).isEqualTo("external-secrets");
    }

    @Test
    void a_write_changes_only_the_fields_it_names() {
        kv.write("metadata/x", "{\"max_versions\":3,\"cas_required\":true,\"delete_version_after\":\"3h12m10s\",\"custom_metadata\":{\"a\":1,\"b\":true}}");
        kv.write("metadata/x", "{\"max_versions\":4}");

        var metadata = kv.read("metadata/x");
        assertThat(metadata.at("max_versions")).isEqualTo(4L);
        assertThat(metadata.at("cas_required")).isEqualTo(true);
        assertThat(metadata.at("delete_version_after")).isEqualTo("3h12m10s");
        assertThat(metadata.at("custom_metadata")).isEqualTo(Map.of("a", "1", "b", "1"));

        kv.write("metadata/x", "{\"custom_metadata\":{\"c\":\"d\"},\"max_versions\":null,\"delete_version_after\":0}");
        assertThat(kv.read("metadata/x").at("custom_metadata")).isEqualTo(Map.of("c", "d"));
        assertThat(kv.read("metadata/x").at("max_versions")).isEqualTo(0L);
        assertThat(kv.read("metadata/x").at("delete_version_after")).isEqualTo("0s");
    }

    @Test
    void a_patch_merges_pairs_and_sets_back_what_is_null() {
        kv.write("metadata/x", "{\"max_versions\":3,\"cas_required\":true,\"custom_metadata\":{\"a\":\"1\",\"b\":\"2\"}}");

        kv.patch("metadata/x", "{\"custom_metadata\":{\"a\":null,\"c\":\"3\"},\"max_versions\":null}");

        assertThat(kv.read("metadata/x").at("custom_metadata")).isEqualTo(Map.of("b", "2", "c", "3"));
        assertThat(kv.read("metadata/x").at("max_versions")).isEqualTo(0L);
        assertThat(kv.read("metadata/x").at("cas_required")).isEqualTo(true);

        kv.patch("metadata/x", "{\"custom_metadata\":null}");
        assertThat(kv.read("metadata/x").at("custom_metadata")).isEqualTo("null");
        assertThat(kv.patch("metadata/none", "{\"max_versions\":1}").status()).isEqualTo(404);
    }

    @Test
    void an_empty_patch_of_pairs_keeps_them() {
        kv.write("metadata/x", "{\"custom_metadata\":{\"a\":\"1\"}}");

        kv.patch("metadata/x", "{\"custom_metadata\":{}}");

        assertThat(kv.read("metadata/x").at("custom_metadata")).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void a_write_without_a_field_that_matters_changes_nothing() {
        kv.write("metadata/x", "{\"max_versions\":3}");
        var before = kv.stored();

        for (var body : List.of("{}", "{\"metadata_cas\":99}", "{\"other\":1}")) {
            assertThat(kv.write("metadata/x", body).status()).isEqualTo(204);
            assertThat(kv.patch("metadata/x", body).status()).isEqualTo(204);
        }
        assertThat(kv.write("config", "{}").status()).isEqualTo(204);

        assertThat(kv.stored()).isEqualTo(before);
    }

    @Test
    void writing_metadata_moves_its_own_time_and_version_and_not_the_secrets() {
        kv.write("data/x", "{\"data\":{}}");
        var created = kv.now().toString();
        assertThat(kv.read("metadata/x").at("current_metadata_version")).isEqualTo(0L);

        kv.clock().advance(Duration.ofHours(1));
        kv.write("metadata/x", "{\"max_versions\":3}");

        var metadata = kv.read("metadata/x");
        assertThat(metadata.at("current_metadata_version")).isEqualTo(1L);
        assertThat(metadata.at("current_version")).isEqualTo(1L);
        assertThat(metadata.at("created_time")).isEqualTo(created);
        assertThat(metadata.at("updated_time")).isEqualTo(kv.now().toString());
    }

    // ---- check-and-set of metadata ----

    @Test
    void metadata_cas_is_the_version_of_the_metadata() {
        assertThat(kv.write("metadata/x", "{\"metadata_cas\":1,\"max_versions\":2}").error()).isEqualTo("metadata_cas must be 0 when creating new metadata");
        assertThat(kv.read("metadata/x").status()).isEqualTo(404);
        assertThat(kv.write("metadata/x", "{\"metadata_cas\":0,\"max_versions\":2}").status()).isEqualTo(204);
        for (int stale : new int[] {0, 2}) {
            var body = "{\"metadata_cas\":" + stale + ",\"max_versions\":3}";
            assertThat(kv.write("metadata/x", body).error()).isEqualTo("metadata check-and-set parameter does not match the current version");
            assertThat(kv.patch("metadata/x", body).error()).isEqualTo("metadata check-and-set parameter does not match the current version");
        }
        assertThat(kv.patch("metadata/x", "{\"metadata_cas\":1,\"max_versions\":4}").status()).isEqualTo(204);
        assertThat(kv.write("metadata/x", "{\"metadata_cas\":2,\"max_versions\":5}").status()).isEqualTo(204);
        assertThat(kv.read("metadata/x").at("max_versions")).isEqualTo(5L);
    }

    @Test
    void metadata_cas_may_be_required_by_the_secret_or_by_the_mount() {
        kv.write("metadata/x", "{\"metadata_cas_required\":true}");
        assertThat(kv.write("metadata/x", "{\"max_versions\":1}").error()).isEqualTo("metadata check-and-set parameter required for this call");
        assertThat(kv.patch("metadata/x", "{\"max_versions\":1}").status()).isEqualTo(400);
        assertThat(kv.write("metadata/x", "{\"metadata_cas\":1,\"metadata_cas_required\":false}").status()).isEqualTo(204);
        assertThat(kv.write("metadata/x", "{\"max_versions\":1}").status()).isEqualTo(204);

        kv.write("config", "{\"metadata_cas_required\":true}");
        assertThat(kv.write("metadata/y", "{\"max_versions\":1}").status()).isEqualTo(400);
        assertThat(kv.write("metadata/y", "{\"metadata_cas\":0,\"max_versions\":1}").status()).isEqualTo(204);
        assertThat(kv.write("data/y", "{\"data\":{}}").status()).isEqualTo(200);
    }

    @Test
    void what_the_mount_requires_a_secret_cannot_waive_and_is_told_so() {
        kv.write("config", "{\"cas_required\":true,\"metadata_cas_required\":true}");

        var written = kv.write("metadata/x", "{\"metadata_cas\":0,\"cas_required\":false,\"metadata_cas_required\":false}");

        assertThat(written.status()).isEqualTo(200);
        assertThat(written.warnings()).containsExactly(
                "\"cas_required\" set to false, but is mandated by backend config. This value will be ignored.",
                "\"metadata_cas_required\" set to false, but is mandated by backend config. This value will be ignored.");
    }

    // ---- limits ----

    @Test
    void pairs_have_limits() {
        var longName = "n".repeat(129);
        var cases = Map.of(
                "{\"\":\"v\"}", "length of key \"\" is 0 but must be 0 < len(key) <= 128",
                "{\"" + longName + "\":\"v\"}", "is 129 but must be 0 < len(key) <= 128",
                "{\"k\":\"" + "v".repeat(513) + "\"}", "length of value for key \"k\" is 513 but must be 0 < len(value) <= 512",
                "{\"k\":\"" + "é".repeat(257) + "\"}", "is 514 but",
                "{\"k\":\"\"}", "length of value for key \"k\" is 0",
                "{\"k\\u0007\":\"v\"}", "key \"k\\u0007\" contains unprintable characters",
                "{\"k\":\"v\\u200b\"}", "value for key \"k\" contains unprintable characters",
                "{\"k\":{\"inner\":\"canary\"}}", "value for key \"k\" must be a string");
        cases.forEach((pairs, message) -> {
            var refused = kv.write("metadata/x", "{\"custom_metadata\":" + pairs + "}");
            assertThat(refused.status()).as(pairs).isEqualTo(400);
            assertThat(refused.error()).as(pairs).contains("custom_metadata validation failed: ").contains(message).doesNotContain("canary");
        });
        assertThat(kv.write("metadata/x", "{\"custom_metadata\":{\"" + "n".repeat(128) + "\":\"" + "v".repeat(512) + "\"}}").status()).isEqualTo(204);
    }

    @Test
    void all_that_is_wrong_is_told_at_once() {
        assertThat(kv.write("metadata/x", "{\"custom_metadata\":{\"\":\"v\",\"k\":\"\"}}").error()).startsWith("2 errors occurred:\n\t* ").endsWith("\n\n");
        assertThat(kv.write("metadata/x", "{\"custom_metadata\":{\"k\":\"\"}}").error()).startsWith("1 error occurred:\n\t* ");
    }

    @Test
    void sixty_four_pairs_are_the_most_and_no_patch_makes_more() {
        assertThat(kv.write("metadata/x", "{\"custom_metadata\":" + pairs(0, 65) + "}").error()).contains("at most 64 keys, provided 65");
        assertThat(kv.write("metadata/x", "{\"custom_metadata\":" + pairs(0, 64) + "}").status()).isEqualTo(204);

        assertThat(kv.patch("metadata/x", "{\"custom_metadata\":{\"one-more\":\"v\"}}").status()).isEqualTo(400);
        assertThat(kv.patch("metadata/x", "{\"custom_metadata\":{\"one-more\":\"v\",\"k1\":null}}").status()).isEqualTo(204);
    }

    private static String pairs(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "\"k" + i + "\":\"v\"").collect(Collectors.joining(",", "{", "}"));
    }

    @Test
    void the_number_of_versions_has_an_end() {
        assertThat(kv.write("metadata/x", "{\"max_versions\":10001}").error()).isEqualTo("max_versions: at most 10000");
        assertThat(kv.write("config", "{\"max_versions\":10001}").status()).isEqualTo(400);
        assertThat(kv.write("metadata/x", "{\"max_versions\":-1}").status()).isEqualTo(204);
        assertThat(kv.read("metadata/x").at("max_versions")).isEqualTo(10_000L);
    }

    @Test
    void a_negative_life_is_for_mounts_only() {
        assertThat(kv.write("metadata/x", "{\"delete_version_after\":\"-5s\"}").error())
                .isEqualTo("error converting input for field \"delete_version_after\": cannot provide negative value '-5'");
        assertThat(kv.write("config", "{\"delete_version_after\":\"-5s\"}").status()).isEqualTo(204);
        assertThat(kv.read("config").at("delete_version_after")).isEqualTo("-1s");
    }

    @Test
    void the_mounts_settings_read_back() {
        assertThat(kv.read("config").data()).isEqualTo(Map.of("cas_required", false, "delete_version_after", "0s", "max_versions", 0L, "metadata_cas_required", false));

        kv.write("config", "{\"max_versions\":\"5\",\"cas_required\":\"true\",\"delete_version_after\":90061}");
        kv.write("config", "{\"metadata_cas_required\":true}");

        assertThat(kv.read("config").data()).isEqualTo(Map.of("cas_required", true, "delete_version_after", "25h1m1s", "max_versions", 5L, "metadata_cas_required", true));
    }

    // ---- folders ----

    private void secrets(String... paths) {
        for (var path : paths) kv.write("data/" + path, "{\"data\":{}}");
    }

    private Object keys(Operation operation, String path, String after, int limit) {
        return kv.ask(operation, path, Map.of("after", after, "limit", Integer.toString(limit))).at("keys");
    }

    @Test
    void a_folder_lists_in_pages() {
        secrets("a", "a/b", "a/c/d", "a.b", "z");

        assertThat(kv.list("metadata/").at("keys")).isEqualTo(List.of("a", "a.b", "a/", "z"));
        assertThat(kv.list("metadata/a").at("keys")).isEqualTo(List.of("b", "c/"));
        assertThat(keys(Operation.LIST, "metadata", "a", 2)).isEqualTo(List.of("a.b", "a/"));
        assertThat(keys(Operation.LIST, "metadata", "a/", 2)).isEqualTo(List.of("z"));
        assertThat(kv.list("metadata/none").status()).isEqualTo(404);
        assertThat(kv.list("metadata/z").status()).isEqualTo(404);
    }

    @Test
    void a_scan_tells_whole_names_from_wherever_it_is_told_to_begin() {
        secrets("a", "a/b", "a/c/d", "a/c/e/f", "a.b", "z");
        var all = List.of("a", "a.b", "a/b", "a/c/d", "a/c/e/f", "z");

        assertThat(keys(Operation.SCAN, "metadata/", "", 0)).isEqualTo(all);
        assertThat(keys(Operation.SCAN, "metadata/a", "", 0)).isEqualTo(List.of("b", "c/d", "c/e/f"));
        for (int from = 0; from < all.size() - 1; from++) {
            assertThat(keys(Operation.SCAN, "metadata", all.get(from), 0)).as(all.get(from)).isEqualTo(all.subList(from + 1, all.size()));
            assertThat(keys(Operation.SCAN, "metadata", all.get(from), 1)).isEqualTo(all.subList(from + 1, from + 2));
        }
        assertThat(keys(Operation.SCAN, "metadata", "a/c/", 0)).isEqualTo(List.of("a/c/d", "a/c/e/f", "z"));
        assertThat(keys(Operation.SCAN, "metadata", "a/c/e", 0)).isEqualTo(List.of("a/c/e/f", "z"));
        assertThat(kv.ask(Operation.SCAN, "metadata/none", Map.of()).status()).isEqualTo(404);
    }

    @Test
    void a_folder_larger_than_a_page_is_scanned_whole() {
        var paths = IntStream.range(0, 1_100).mapToObj(i -> String.format("f/%04d", i)).toArray(String[]::new);
        secrets(paths);
        secrets("f/0499/deep", "g");

        assertThat((List<?>) keys(Operation.SCAN, "metadata", "", 0)).hasSize(1_102).doesNotHaveDuplicates();
        assertThat(keys(Operation.SCAN, "metadata", "f/1098", 0)).isEqualTo(List.of("f/1099", "g"));
    }

    @Test
    void a_folder_lists_with_the_metadata_of_each_secret() {
        secrets("a", "a/b");

        var detailed = kv.list("detailed-metadata/");
        assertThat(detailed.at("keys")).isEqualTo(List.of("a", "a/"));
        assertThat(detailed.at("key_info", "a")).isEqualTo(kv.read("metadata/a").data());
        assertThat(((Map<?, ?>) detailed.at("key_info")).keySet()).isEqualTo(java.util.Set.of("a"));
        assertThat(kv.ask(Operation.SCAN, "detailed-metadata/a", Map.of()).at("key_info", "b")).isEqualTo(kv.read("metadata/a/b").data());
        assertThat(kv.list("detailed-metadata/none").status()).isEqualTo(404);
    }
}
