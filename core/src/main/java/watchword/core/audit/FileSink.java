package watchword.core.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import watchword.core.json.Json;

/** A file that only its owner can read. Symbolic links and anything but a plain file are refused. */
final class FileSink implements Sink {
    private static final int MAX_LINE = 64 << 20;

    private final Path path;
    private final Set<PosixFilePermission> mode;
    private final boolean sync;
    private @Nullable FileChannel channel;
    private @Nullable Object identity;

    FileSink(Path path, Set<PosixFilePermission> mode, boolean sync) {
        this.path = path;
        this.mode = mode;
        this.sync = sync;
    }

    @Override
    public Chain.Head open() throws IOException {
        close();
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("not a plain file");
        }
        var opened = FileChannel.open(path,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(mode));
        Files.setPosixFilePermissions(path, mode);
        opened.position(opened.size());
        channel = opened;
        identity = fileKey();
        return last(opened);
    }

    private @Nullable Object fileKey() throws IOException {
        try {
            return Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
        } catch (NoSuchFileException gone) {
            return null;
        }
    }

    /** The last line's number and hash; a line without an end was torn by a crash, is closed, and stays in the chain as it is. */
    private static Chain.Head last(FileChannel file) throws IOException {
        long size = file.size();
        if (size == 0) return new Chain.Head(0, Chain.START);
        var tail = tail(file, size);
        boolean torn = tail[tail.length - 1] != '\n';
        if (torn) file.write(ByteBuffer.wrap(new byte[] {'\n'}), size);
        file.position(file.size());
        int end = torn ? tail.length : tail.length - 1;
        int start = end;
        while (start > 0 && tail[start - 1] != '\n') start--;
        var line = Arrays.copyOfRange(tail, start, end);
        return new Chain.Head(torn ? seqBefore(tail, start) + 1 : seqOf(line), Chain.hash(line));
    }

    /** Enough of the end of the file to hold its last two lines. */
    private static byte[] tail(FileChannel file, long size) throws IOException {
        for (long length = Math.min(size, 64 << 10); ; length = Math.min(size, length * 8)) {
            var bytes = ByteBuffer.allocate((int) length);
            while (bytes.hasRemaining() && file.read(bytes, size - length + bytes.position()) >= 0) {}
            long ends = 0;
            for (byte b : bytes.array()) if (b == '\n') ends++;
            if (ends > 2 || length == size || length > MAX_LINE) return bytes.array();
        }
    }

    private static long seqBefore(byte[] tail, int end) {
        if (end == 0) return 0;
        int start = end - 1;
        while (start > 0 && tail[start - 1] != '\n') start--;
        return seqOf(Arrays.copyOfRange(tail, start, end - 1));
    }

    static long seqOf(byte[] line) {
        try {
            return Json.parseTrusted(line) instanceof Map<?, ?> map && map.get("seq") instanceof Long seq ? seq : 0;
        } catch (IllegalStateException notJson) {
            return 0;
        }
    }

    @Override
    public void write(byte[] lines) throws IOException {
        var file = channel;
        if (file == null) throw new IOException("not open");
        long before = file.position();
        try {
            var bytes = ByteBuffer.wrap(lines);
            while (bytes.hasRemaining()) file.write(bytes);
            if (sync) file.force(false);
        } catch (IOException failed) {
            try {
                file.truncate(before);
                file.position(before);
            } catch (IOException stays) {
                throw new TornException(failed);
            }
            throw failed;
        }
    }

    @Override
    public boolean wasReplaced() throws IOException {
        var now = fileKey();
        return now == null || !now.equals(identity);
    }

    @Override
    public void reopen() throws IOException {
        open();
    }

    @Override
    public void close() throws IOException {
        var file = channel;
        channel = null;
        if (file != null) file.close();
    }
}
