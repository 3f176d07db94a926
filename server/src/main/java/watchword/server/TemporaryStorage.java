package watchword.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Storage;
import watchword.storage.SqliteStorage;

/** A store that is gone when it is closed: sqlite in a folder of its own, which is removed. Any thread. */
final class TemporaryStorage implements Storage {
    private final Path folder;
    private final Storage inner;

    private TemporaryStorage(Path folder, Storage inner) {
        this.folder = folder;
        this.inner = inner;
    }

    static Storage create() throws IOException {
        var folder = Files.createTempDirectory("watchword-");
        return new TemporaryStorage(folder, SqliteStorage.open(folder.resolve("memory.db"), SqliteStorage.Durability.LOST_ON_CRASH));
    }

    @Override
    public <T extends @Nullable Object> T read(Function<Reader, T> work) {
        return inner.read(work);
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Writer, T> work) {
        return inner.write(work);
    }

    @Override
    public void close() {
        inner.close();
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) Files.delete(file);
            Files.delete(folder);
        } catch (IOException stays) {
            System.getLogger(TemporaryStorage.class.getName()).log(System.Logger.Level.WARNING, "cannot remove {0}", folder);
        }
    }
}
