package watchword.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.cli.Line;

/** What becomes of files when an answer is not what it should be; {@code interop/cli} saves and restores with a real server. */
final class SnapshotCommandTest {
    private static final String TAKE = "GET /v1/sys/storage/raft/snapshot";
    private static final String RESTORE = "PUT /v1/sys/storage/raft/snapshot";

    @TempDir
    private Path home = Path.of("");

    @Test
    void what_is_no_snapshot_is_not_saved_and_what_was_there_stays() throws IOException {
        try (var line = new Line(home)) {
            line.server.on(TAKE, 200, "a page of something in between");
            var there = line.file("store.snap", "yesterday's");
            var ended = line.type("operator", "raft", "snapshot", "save", there);
            assertThat(ended.status()).isNotZero();
            assertThat(ended.err()).contains("not a whole snapshot");
            assertThat(Files.readString(Path.of(there))).isEqualTo("yesterday's");
            try (var files = Files.list(home)) {
                assertThat(files).hasSize(1);
            }
        }
    }

    @Test
    void a_refusal_is_told_and_leaves_no_file() {
        try (var line = new Line(home)) {
            line.server.on(TAKE, 403, "{\"errors\":[\"permission denied\"]}");
            var ended = line.type("operator", "raft", "snapshot", "save", "store.snap");
            assertThat(ended.status()).isEqualTo(2);
            assertThat(ended.err()).contains("permission denied").contains("403");
            assertThat(home.resolve("store.snap")).doesNotExist();
        }
    }

    @Test
    void a_file_is_sent_as_it_is_and_once() {
        try (var line = new Line(home)) {
            line.server.on(RESTORE, 503, "{\"errors\":[\"busy\"]}");
            line.with("VAULT_MAX_RETRIES", "3");
            var ended = line.type("operator", "raft", "snapshot", "restore", line.file("store.snap", "bytes"));
            assertThat(ended.status()).isEqualTo(2);
            assertThat(line.server.asked()).singleElement().satisfies(asked -> {
                assertThat(asked.line()).isEqualTo(RESTORE);
                assertThat(asked.body()).isEqualTo("bytes");
                assertThat(asked.headers()).containsEntry("content-length", "5");
            });
            assertThat(line.type("operator", "raft", "snapshot", "restore", "-force", "store.snap").err()).contains("404");
            assertThat(line.server.asked().getLast().line()).isEqualTo(RESTORE + "-force");
        }
    }
}
