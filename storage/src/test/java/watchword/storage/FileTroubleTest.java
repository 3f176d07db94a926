package watchword.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.sdk.FileTrouble;
import watchword.sdk.Storage.StorageException;

/** What the platform says by a name alone is said in words. */
final class FileTroubleTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void each_failure_is_told_with_the_file_and_the_reason() throws IOException {
        var plain = Files.writeString(folder.resolve("plain"), "x");
        var none = folder.resolve("none");
        assertThat(FileTrouble.words(assertThrows(IOException.class, () -> Files.readString(none)))).isEqualTo(none + ": no such file or folder");
        assertThat(FileTrouble.words(assertThrows(IOException.class, () -> Files.newDirectoryStream(plain).close()))).isEqualTo(plain + ": is no folder");
        assertThat(FileTrouble.words(assertThrows(IOException.class, () -> Files.createDirectory(plain)))).isEqualTo(plain + ": is in the way");
        assertThat(FileTrouble.words(assertThrows(IOException.class, () -> Files.readString(plain.resolve("below"))))).isEqualTo(plain.resolve("below") + ": Not a directory");
        assertThat(FileTrouble.words(new AccessDeniedException("/x"))).isEqualTo("/x: permission denied");
        assertThat(FileTrouble.words(new IOException("cut off"))).isEqualTo("cut off");
    }

    @Test
    void a_store_that_cannot_be_opened_says_why() throws IOException {
        var plain = Files.writeString(folder.resolve("plain"), "x");
        assertThatThrownBy(() -> SqliteStorage.open(plain.resolve("w.db"))).isInstanceOf(StorageException.class)
                .hasMessage("cannot open the store " + plain.resolve("w.db") + ": " + plain + ": is in the way");
    }
}
