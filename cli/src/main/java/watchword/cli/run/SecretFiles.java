package watchword.cli.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Files for this user alone, which are gone when it is closed. Where the machine has one, their folder is in memory. One thread. */
final class SecretFiles implements AutoCloseable {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Map<String, String> environment;
    private final PrintStream err;
    private final Deque<Path> made = new ArrayDeque<>();
    private @Nullable Path folder;

    SecretFiles(Map<String, String> environment, PrintStream err) {
        this.environment = environment;
        this.err = err;
    }

    /** A file of this name in the private folder. */
    Path write(String name, String value) throws IOException {
        var known = folder;
        if (known == null) {
            known = Files.createTempDirectory(memory(), "watchword-run-", OWNER_FOLDER);
            made.push(known);
            folder = known;
        }
        return writeAt(known.resolve(name), value);
    }

    /** Somebody else's file is neither read nor replaced, and above all not deleted in the end. */
    Path writeAt(Path path, String value) throws IOException {
        try {
            Files.createFile(path, OWNER_ONLY);
        } catch (FileAlreadyExistsException taken) {
            throw new IOException(path + " is there already, and a run neither replaces nor deletes what it did not make", taken);
        } catch (IOException cannot) {
            throw new IOException("cannot make " + path + " (" + cannot.getClass().getSimpleName() + ")", cannot);
        }
        made.push(path);
        Files.writeString(path, value, StandardCharsets.UTF_8, StandardOpenOption.WRITE);
        return path;
    }

    private Path memory() {
        for (var candidate : new String[] {environment.getOrDefault("XDG_RUNTIME_DIR", ""), "/dev/shm"}) {
            if (!candidate.isEmpty() && Files.isDirectory(Path.of(candidate)) && Files.isWritable(Path.of(candidate))) {
                return Path.of(candidate);
            }
        }
        return Path.of(environment.getOrDefault("TMPDIR", "/tmp"));
    }

    @Override
    public void close() {
        while (!made.isEmpty()) {
            var path = made.pop();
            try {
                Files.deleteIfExists(path);
            } catch (IOException left) {
                err.println("watchword run: could not delete " + path + "; delete it by hand (" + left.getClass().getSimpleName() + ")");
            }
        }
    }
}
