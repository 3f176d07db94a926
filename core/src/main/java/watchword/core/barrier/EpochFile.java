package watchword.core.barrier;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;
import watchword.crypto.KeyedHash;
import watchword.sdk.Secret;

/** The epoch of a store as remembered outside of it, authenticated. One thread at a time. */
final class EpochFile {
    private static final Pattern LINE = Pattern.compile("(watchword-epoch 1 ([0-9a-f]{32}) ([0-9]{1,18})) ([0-9a-f]{64})\n");

    private static final FileAttribute<?> OWNER_ONLY = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path path;

    EpochFile(Path path) {
        this.path = path;
    }

    /** What the file says. */
    sealed interface Content {}

    record Missing() implements Content {}

    /** It is not one of this store, or was changed. */
    record Unreadable() implements Content {}

    record At(long epoch) implements Content {}

    boolean exists() {
        return Files.exists(path);
    }

    Content read(String storeId, KeyedHash key) {
        try {
            if (Files.size(path) > 1000) return new Unreadable();
            var line = LINE.matcher(Files.readString(path, StandardCharsets.ISO_8859_1));
            if (!line.matches() || !line.group(2).equals(storeId)) return new Unreadable();
            boolean ours = key.matches(Secret.copyOf(line.group(1)), HexFormat.of().parseHex(line.group(4)));
            return ours ? new At(Long.parseLong(line.group(3))) : new Unreadable();
        } catch (NoSuchFileException none) {
            return new Missing();
        } catch (IOException unreadable) {
            return new Unreadable();
        }
    }

    void remove() throws IOException {
        Files.deleteIfExists(path);
    }

    /** Replaces the file; after a crash there is the old one or the new one, whole. */
    void write(String storeId, long epoch, KeyedHash key) throws IOException {
        var text = "watchword-epoch 1 " + storeId + " " + epoch;
        var line = text + " " + HexFormat.of().formatHex(key.of(text)) + "\n";
        var next = path.resolveSibling(path.getFileName() + ".next");
        Files.deleteIfExists(next);
        try (var file = FileChannel.open(next, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY)) {
            var bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) file.write(bytes);
            file.force(true);
        }
        Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        var folder = path.toAbsolutePath().getParent();
        if (folder == null) return;
        try (var entries = FileChannel.open(folder, StandardOpenOption.READ)) {
            entries.force(true);
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
