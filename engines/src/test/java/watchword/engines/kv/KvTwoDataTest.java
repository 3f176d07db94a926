package watchword.engines.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import watchword.engines.EnginePlayer;
import watchword.sdk.Route.Operation;

class KvTwoDataTest {
    private final EnginePlayer kv = new EnginePlayer(KvEngines::create, Map.of("version", "2"));

    private void writes(String path, int times) {
        for (int i = 1; i <= times; i++) kv.write("data/" + path, "{\"data\":{\"v\":" + i + "}}");
    }

    private int status(String path, long version) {
        return kv.read("data/" + path, Map.of("version", Long.toString(version))).status();
    }

    // ---- writing and reading ----

    @Test
    void each_write_is_a_version() {
        writes("x", 3);

        assertThat(kv.read("data/x").at("data")).isEqualTo(Map.of("v", 3L));
        assertThat(kv.read("data/x", Map.of("version", "1")).at("data")).isEqualTo(Map.of("v", 1L));
        assertThat(kv.read("data/x", Map.of("version", "0")).at("metadata", "version")).isEqualTo(3L);
        assertThat(status("x", 4)).isEqualTo(404);
        assertThat(kv.read("data/none").status()).isEqualTo(404);
    }

    @Test
    void reading_takes_two_gets_and_writing_two_puts() {
        writes("x", 2);
        assertThat(kv.steps()).containsExactlyInAnyOrder("get metadata/x", "get config/mount", "put metadata/x", "put versions/x/2");

        kv.read("data/x");
        assertThat(kv.steps()).containsExactly("get metadata/x", "get versions/x/2");

        writes("x", 9);
        assertThat(kv.steps()).contains("delete versions/x/1").filteredOn(step -> step.startsWith("put")).hasSize(2);
    }

    @Test
    void an_empty_secret_reads_back_as_empty_and_a_deleted_one_as_null() {
        kv.write("data/x", "{\"data\":{}}");
        assertThat(kv.read("data/x").at("data")).isEqualTo(Map.of());

        kv.delete("data/x");
        var gone = kv.read("data/x");

        assertThat(gone.status()).isEqualTo(404);
        assertThat(gone.at("data")).isEqualTo("null");
        assertThat(gone.at("metadata", "deletion_time")).isEqualTo(kv.now().toString());
        assertThat(gone.at("metadata", "destroyed")).isEqualTo(false);
    }

    @Test
    void a_path_that_ends_in_a_number_is_not_a_version_of_another() {
        writes("a", 2);
        writes("a/1", 1);
        writes("a/2", 1);

        kv.delete("metadata/a");

        assertThat(kv.read("data/a/1").at("data")).isEqualTo(Map.of("v", 1L));
        assertThat(kv.read("data/a/2").at("data")).isEqualTo(Map.of("v", 1L));
        assertThat(kv.stored().keySet()).containsExactly("metadata/a/1", "metadata/a/2", "versions/a/1/1", "versions/a/2/1");
    }

    @Test
    void a_write_needs_data() {
        assertThat(kv.write("data/x", "{\"k\":\"no data\"}").error()).isEqualTo("no data provided");
        assertThat(kv.write("data/x", "{\"data\":null}").error()).isEqualTo("no data provided");
        assertThat(kv.patch("data/x", "{}").error()).isEqualTo("no data provided");
        assertThat(kv.stored()).isEmpty();
    }

    @Test
    void paths_that_can_be_no_secret_are_refused_in_words() {
        var writes = List.of("data/", "delete/", "undelete/", "destroy/", "metadata/");
        for (var path : writes) assertThat(kv.write(path, "{\"data\":{},\"versions\":[1]}").error()).as(path).isEqualTo("missing path");
        for (var path : writes) assertThat(kv.write(path + "a/", "{\"data\":{},\"versions\":[1],\"max_versions\":1}").error()).as(path).contains("names a folder");
        for (var path : List.of("data/a/", "metadata/a/", "subkeys/a/")) assertThat(kv.read(path).error()).as(path).contains("names a folder");
        for (var path : List.of("data/", "metadata/", "subkeys/")) assertThat(kv.read(path).status()).as(path).isEqualTo(404);
        assertThat(kv.stored()).isEmpty();
    }

    @Test
    void who_asks_as_if_it_were_version_1_is_told() {
        for (var operation : List.of(Operation.READ, Operation.LIST, Operation.WRITE, Operation.PATCH, Operation.DELETE)) {
            var told = kv.ask(operation, "train/db", Map.of());
            assertThat(told.status()).as(operation.toString()).isEqualTo(404);
            assertThat(told.warnings()).singleElement().asString().startsWith("Invalid path for a versioned K/V secrets engine");
        }
    }

    @Test
    void a_secret_may_be_as_large_as_the_mount_says_and_no_patch_makes_it_larger() {
        var small = new EnginePlayer(KvEngines::create, Map.of("version", "2", "max_value_bytes", "100"));
        assertThat(small.write("data/x", "{\"data\":{\"a\":\"" + "x".repeat(101) + "\"}}").status()).isEqualTo(413);
        assertThat(small.write("data/x", "{\"data\":{\"a\":\"" + "x".repeat(60) + "\"}}").status()).isEqualTo(200);

        assertThat(small.patch("data/x", "{\"data\":{\"b\":\"" + "x".repeat(60) + "\"}}").status()).isEqualTo(413);
        assertThat(small.patch("data/x", "{\"data\":{\"a\":null,\"b\":\"" + "x".repeat(60) + "\"}}").status()).isEqualTo(200);
    }

    // ---- check-and-set ----

    @Test
    void cas_is_the_version_that_is_replaced() {
        assertThat(kv.write("data/x", "{\"data\":{},\"options\":{\"cas\":1}}").error()).isEqualTo("check-and-set parameter did not match the current version");
        assertThat(kv.write("data/x", "{\"data\":{},\"options\":{\"cas\":0}}").status()).isEqualTo(200);
        assertThat(kv.write("data/x", "{\"data\":{},\"options\":{\"cas\":0}}").status()).isEqualTo(400);
        assertThat(kv.write("data/x", "{\"data\":{},\"options\":{\"cas\":\"1\"}}").status()).isEqualTo(200);
        assertThat(kv.write("data/x", "{\"data\":{},\"options\":{\"cas\":-2}}").status()).isEqualTo(400);
        assertThat(kv.write("data/x", "{\"data\":{},\"options\":{\"cas\":null}}").status()).isEqualTo(400);
        for (var wrong : List.of("\"two\"", "[2]", "2.5", "1e99")) {
            assertThat(kv.write("data/x", "{\"data\":{},\"options\":{\"cas\":" + wrong + "}}").error()).isEqualTo("error parsing check-and-set parameter");
        }
        assertThat(kv.read("metadata/x").at("current_version")).isEqualTo(2L);
    }

    @Test
    void cas_may_be_required_by_the_mount_or_by_the_secret() {
        kv.write("metadata/own", "{\"cas_required\":true}");
        assertThat(kv.write("data/own", "{\"data\":{}}").error()).isEqualTo("check-and-set parameter required for this call");
        assertThat(kv.write("data/own", "{\"data\":{},\"options\":{\"cas\":0}}").status()).isEqualTo(200);
        assertThat(kv.patch("data/own", "{\"data\":{}}").status()).isEqualTo(400);

        kv.write("config", "{\"cas_required\":true}");
        assertThat(kv.write("data/other", "{\"data\":{}}").status()).isEqualTo(400);
        assertThat(kv.write("data/other", "{\"data\":{},\"options\":{\"cas\":0}}").status()).isEqualTo(200);
    }

    // ---- patching ----

    @Test
    void a_patch_makes_a_new_version_of_the_newest() {
        kv.write("data/x", "{\"data\":{\"a\":1,\"b\":{\"c\":2,\"d\":3},\"e\":[1,2]}}");

        var patched = kv.patch("data/x", "{\"data\":{\"a\":null,\"b\":{\"c\":null,\"new\":{\"x\":null,\"y\":1}},\"e\":[3]},\"options\":{\"cas\":1}}");

        assertThat(patched.status()).isEqualTo(200);
        assertThat(patched.at("version")).isEqualTo(2L);
        assertThat(kv.read("data/x").at("data")).isEqualTo(Map.of("b", Map.of("d", 3L, "new", Map.of("y", 1L)), "e", List.of(3L)));
        assertThat(kv.read("data/x", Map.of("version", "1")).at("data", "b", "c")).isEqualTo(2L);
    }

    @Test
    void a_patch_needs_something_to_patch() {
        assertThat(kv.patch("data/x", "{\"data\":{\"a\":1}}").status()).isEqualTo(404);

        kv.write("metadata/x", "{\"max_versions\":5}");
        assertThat(kv.patch("data/x", "{\"data\":{\"a\":1}}").status()).isEqualTo(404);

        writes("x", 1);
        kv.delete("data/x");
        var deleted = kv.patch("data/x", "{\"data\":{\"a\":1}}");
        assertThat(deleted.status()).isEqualTo(404);
        assertThat(deleted.at("version")).isEqualTo(1L);
        assertThat(deleted.at("deletion_time").toString()).isNotEmpty();
        assertThat(kv.read("metadata/x").at("current_version")).isEqualTo(1L);
    }

    // ---- names without values ----

    @Test
    void subkeys_tell_names_and_no_values() {
        kv.write("data/x", "{\"data\":{\"a\":\"canary\",\"b\":{\"c\":[\"canary\"],\"d\":{\"e\":\"canary\"},\"empty\":{}}}}");

        var all = kv.read("subkeys/x");
        assertThat(all.data().toString()).doesNotContain("canary");
        assertThat(all.at("subkeys", "b", "d", "e")).isEqualTo("null");
        assertThat(all.at("subkeys", "b", "empty")).isEqualTo("null");
        assertThat(kv.read("subkeys/x", Map.of("depth", "1")).at("subkeys", "b")).isEqualTo("null");
        assertThat(kv.read("subkeys/x", Map.of("depth", "2")).at("subkeys", "b", "d")).isEqualTo("null");
        assertThat(kv.read("subkeys/x", Map.of("version", "9")).status()).isEqualTo(404);

        kv.delete("data/x");
        assertThat(kv.read("subkeys/x").status()).isEqualTo(404);
        assertThat(kv.read("subkeys/x").at("subkeys")).isEqualTo("null");
    }

    // ---- deleting, undeleting, destroying ----

    @Test
    void what_is_deleted_can_come_back_and_what_is_destroyed_cannot() {
        writes("x", 3);

        kv.write("delete/x", "{\"versions\":[1,\"3\",99]}");
        assertThat(List.of(status("x", 1), status("x", 2), status("x", 3))).containsExactly(404, 200, 404);

        kv.write("undelete/x", "{\"versions\":\"1,3\"}");
        assertThat(List.of(status("x", 1), status("x", 2), status("x", 3))).containsExactly(200, 200, 200);

        kv.write("destroy/x", "{\"versions\":[1,3]}");
        kv.write("undelete/x", "{\"versions\":[1,3]}");
        assertThat(List.of(status("x", 1), status("x", 2), status("x", 3))).containsExactly(404, 200, 404);
        assertThat(kv.read("data/x").at("metadata", "destroyed")).isEqualTo(true);
        assertThat(kv.stored().keySet()).containsExactly("metadata/x", "versions/x/2");
        assertThat(kv.delete("data/x").status()).isEqualTo(204);
        assertThat(kv.read("data/x").at("metadata", "deletion_time")).isEqualTo("");
    }

    @Test
    void versions_must_be_named() {
        assertThat(kv.write("delete/x", "{}").error()).isEqualTo("No version number provided");
        assertThat(kv.write("undelete/x", "{\"versions\":[]}").error()).isEqualTo("No version number provided");
        assertThat(kv.write("destroy/x", "{}").error()).isEqualTo("no version number provided");
        assertThat(kv.write("destroy/x", "{\"versions\":[\"one\"]}").status()).isEqualTo(400);
    }

    @Test
    void what_was_deleted_stays_so_when_the_clock_is_set_back() {
        writes("x", 1);
        kv.clock().advance(Duration.ofHours(1));
        kv.delete("data/x");

        kv.clock().advance(Duration.ofHours(-2));

        assertThat(kv.read("data/x").status()).isEqualTo(404);
    }

    @Test
    void deleting_again_keeps_the_first_time() {
        writes("x", 1);
        kv.delete("data/x");
        var first = kv.read("data/x").at("metadata", "deletion_time");

        kv.clock().advance(Duration.ofHours(1));
        kv.delete("data/x");

        assertThat(kv.read("data/x").at("metadata", "deletion_time")).isEqualTo(first);
    }

    @Test
    void deleting_the_metadata_leaves_nothing_and_numbers_begin_anew() {
        writes("x", 3);
        kv.write("destroy/x", "{\"versions\":[2]}");

        kv.delete("metadata/x");

        assertThat(kv.stored()).isEmpty();
        writes("x", 1);
        assertThat(kv.read("data/x").at("metadata", "version")).isEqualTo(1L);
    }

    // ---- how many versions, and how long ----

    @Test
    void ten_versions_are_kept_when_nobody_says() {
        writes("x", 9);
        assertThat(kv.read("metadata/x").at("oldest_version")).isEqualTo(0L);
        writes("x", 3);

        assertThat(kv.read("metadata/x").at("oldest_version")).isEqualTo(3L);
        assertThat(status("x", 2)).isEqualTo(404);
        assertThat(status("x", 3)).isEqualTo(200);
        assertThat(kv.stored().keySet()).hasSize(11).contains("versions/x/3").doesNotContain("versions/x/2");
    }

    @Test
    void the_larger_number_of_the_mount_and_the_secret_counts() {
        kv.write("config", "{\"max_versions\":2}");
        kv.write("metadata/x", "{\"max_versions\":3}");
        writes("x", 5);
        writes("y", 5);

        assertThat(kv.read("metadata/x").at("oldest_version")).isEqualTo(3L);
        assertThat(kv.read("metadata/y").at("oldest_version")).isEqualTo(4L);

        kv.write("metadata/x", "{\"max_versions\":1}");
        writes("x", 1);
        assertThat(kv.read("metadata/x").at("oldest_version")).isEqualTo(5L);
    }

    @Test
    void a_version_disappears_when_its_time_is_over() {
        kv.write("config", "{\"delete_version_after\":\"1h\"}");
        writes("x", 1);
        var written = kv.now();
        assertThat(kv.read("data/x").at("metadata", "deletion_time")).isEqualTo(written.plusSeconds(3600).toString());

        kv.clock().advance(Duration.ofMinutes(59));
        assertThat(kv.read("data/x").status()).isEqualTo(200);
        kv.clock().advance(Duration.ofMinutes(1));
        assertThat(kv.read("data/x").status()).isEqualTo(404);
        assertThat(kv.read("data/x").at("metadata", "deletion_time")).isEqualTo(written.plusSeconds(3600).toString());

        kv.write("undelete/x", "{\"versions\":[1]}");
        assertThat(kv.read("data/x").at("metadata", "deletion_time")).isEqualTo(kv.now().plusSeconds(3600).toString());
    }

    @Test
    void the_shorter_life_counts_and_a_mount_may_say_never() {
        kv.write("config", "{\"delete_version_after\":\"1h\"}");
        kv.write("metadata/x", "{\"delete_version_after\":\"30s\"}");
        kv.write("metadata/y", "{\"delete_version_after\":\"2h\"}");
        writes("x", 1);
        writes("y", 1);
        assertThat(kv.read("data/x").at("metadata", "deletion_time")).isEqualTo(kv.now().plusSeconds(30).toString());
        assertThat(kv.read("data/y").at("metadata", "deletion_time")).isEqualTo(kv.now().plusSeconds(3600).toString());

        kv.write("config", "{\"delete_version_after\":\"-1h\"}");
        writes("x", 1);
        assertThat(kv.read("data/x").at("metadata", "deletion_time")).isEqualTo("");

        kv.write("config", "{\"delete_version_after\":0}");
        writes("x", 1);
        assertThat(kv.read("data/x").at("metadata", "deletion_time")).isEqualTo(kv.now().plusSeconds(30).toString());
    }

    @Test
    void creating_differs_from_updating() {
        assertThat(kv.exists("data/x")).isFalse();
        assertThat(kv.exists("metadata/x")).isFalse();
        writes("x", 1);
        assertThat(kv.exists("data/x")).isTrue();
        kv.delete("data/x");
        assertThat(kv.exists("data/x")).isTrue();
        assertThat(kv.exists("metadata/x")).isTrue();
    }
}
