package watchword.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.server.config.ConfigException;
import watchword.server.config.ConfigReader;

/** What {@code -check} finds before a start would. */
final class PreflightTest {
    @TempDir
    private Path folder = Path.of("");

    private List<String> troubles(String text) throws IOException, ConfigException {
        var file = folder.resolve("c.hcl");
        Files.writeString(file, text.replace("FOLDER", folder.toString()));
        return Preflight.troubles(ConfigReader.read(List.of(file), Map.of()));
    }

    @Test
    void nothing_is_in_the_way_of_folders_that_can_be_made() throws IOException, ConfigException {
        assertThat(troubles("""
                listener "tcp" { tls_disable = true }
                listener "unix" { address = "FOLDER/w.sock" }
                storage "sqlite" { path = "FOLDER/new/deeper/w.db" }
                audit "file" "main" { file_path = "FOLDER/log/a" }
                audit "file" "out" { file_path = "stdout" }
                audit_file_folder = "FOLDER"
                """)).isEmpty();
        assertThat(folder.resolve("new")).doesNotExist();
        assertThat(folder.resolve("log")).doesNotExist();
    }

    @Test
    void each_thing_that_cannot_be_used_is_named_with_its_setting() throws IOException, ConfigException {
        Files.writeString(folder.resolve("plain"), "");
        assertThat(troubles("""
                listener "tcp" {
                  address = "127.0.0.1:1"
                  tls_cert_file = "FOLDER/none.crt"
                  tls_key_file = "FOLDER/none.key"
                }
                listener "unix" { address = "FOLDER/none/w.sock" }
                storage "sqlite" { path = "FOLDER/plain/w.db" }
                audit "file" "main" { file_path = "FOLDER" }
                audit_file_folder = "FOLDER/plain"
                epoch_file = "FOLDER/plain/epoch"
                """)).containsExactly("listener 127.0.0.1:1: tls_cert_file: " + folder + "/none.crt: no such file or folder",
                "listener " + folder + "/none/w.sock: address: no socket can be made in " + folder + "/none",
                "storage: path: " + folder + "/plain/w.db: its folder " + folder + "/plain is no folder",
                "epoch_file: " + folder + "/plain/epoch: its folder " + folder + "/plain is no folder",
                "audit_file_folder: " + folder + "/plain: is no folder",
                "audit \"file\" main/: file_path: " + folder + ": is a folder");
    }
}
