package watchword.core.audit.sink;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import watchword.core.audit.chain.LineBatch;
import watchword.core.audit.chain.LogEnd;

/**
 * A file that only its owner can use. Anything but a plain file is refused: a symbolic or hard link, a pipe, a device, a socket, a file
 * with set-user-id or like bits. One process writes it: it is locked while open.
 */
public final class FileSink implements Sink {
    private static final int LOOKED_AT_FIRST = 256 << 10;
    private static final int LOOKED_AT_MOST = 64 << 20;
    private static final int SPECIAL_BITS = 07000;
    private static final int EXECUTE_BITS = 0111;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final Path path;
    private final Optional<Set<PosixFilePermission>> mode;
    private final boolean sync;
    private final ByteBuffer out = ByteBuffer.allocateDirect(1 << 20);
    private @Nullable FileChannel channel;
    private @Nullable Object identity;
    private long end;

    /**
     * @param mode what the file is set to; empty to leave one that exists as it is
     * @param sync whether a line counts as written only when it is on the disk
     */
    public FileSink(Path path, Optional<Set<PosixFilePermission>> mode, boolean sync) {
        this.path = path;
        this.mode = mode;
        this.sync = sync;
    }

    @Override
    public LogEnd open() throws IOException {
        close();
        requirePlainFile();
        var parent = path.getParent();
        if (parent != null && !Files.exists(parent)) Files.createDirectories(parent, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var opened = FileChannel.open(path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        try {
            lock(opened);
            requirePlainFile();
            if (mode.isPresent()) Files.setPosixFilePermissions(path, mode.get());
            identity = key();
            end = opened.size();
            var found = lookAtEnd();
            channel = opened;
            if (found.lacksLineEnd()) append(ByteBuffer.wrap(new byte[] {'\n'}), opened);
            return found;
        } catch (IOException | RuntimeException failed) {
            channel = null;
            opened.close();
            throw failed;
        }
    }

    private static void lock(FileChannel file) throws IOException {
        try {
            if (file.tryLock() == null) throw new Reasons.Refused("another process writes the file");
        } catch (OverlappingFileLockException ours) {
            throw new Reasons.Refused("another device writes the file");
        }
    }

    private void requirePlainFile() throws IOException {
        try {
            var facts = Files.readAttributes(path, "unix:mode,nlink,isRegularFile", LinkOption.NOFOLLOW_LINKS);
            if (!Boolean.TRUE.equals(facts.get("isRegularFile"))) throw new Reasons.Refused("not a plain file");
            if (number(facts, "nlink") > 1) throw new Reasons.Refused("the file has more than one name");
            if ((number(facts, "mode") & (SPECIAL_BITS | EXECUTE_BITS)) != 0) throw new Reasons.Refused("the file can be executed, or has set-user-id or like bits");
        } catch (NoSuchFileException new_) {
            // it will be made
        }
    }

    private static int number(Map<String, Object> facts, String name) {
        return facts.get(name) instanceof Integer number ? number : 0;
    }

    /** Which file stands at the path; null when there is none. */
    private @Nullable Object key() throws IOException {
        try {
            var facts = Files.readAttributes(path, "unix:dev,ino", LinkOption.NOFOLLOW_LINKS);
            return facts.get("dev") + ":" + facts.get("ino");
        } catch (NoSuchFileException gone) {
            return null;
        }
    }

    /** Looks at as much of the end as it takes to find the last checkpoint, within bounds. */
    private LogEnd lookAtEnd() throws IOException {
        if (end == 0) return LogEnd.EMPTY;
        try (var file = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            for (long length = Math.min(end, LOOKED_AT_FIRST); ; length = Math.min(end, length * 8)) {
                var bytes = ByteBuffer.allocate((int) length);
                while (bytes.hasRemaining() && file.read(bytes, end - length + bytes.position()) >= 0) {}
                var found = LogEnd.of(bytes.array(), bytes.position(), length == end);
                if (found.isCovered() || length == end || length >= LOOKED_AT_MOST) return found;
            }
        }
    }

    @Override
    public int write(LineBatch lines) throws IOException {
        var file = channel;
        if (file == null) throw new IOException("not open");
        try {
            for (int at = 0; at < lines.length(); ) {
                int count = Math.min(lines.length() - at, out.capacity());
                out.clear().put(lines.bytes(), at, count).flip();
                append(out, file);
                at += count;
            }
            if (sync) file.force(false);
            end += lines.length();
            return lines.lines();
        } catch (IOException failed) {
            takeBack(file, failed);
            throw failed;
        }
    }

    private static void append(ByteBuffer bytes, FileChannel file) throws IOException {
        while (bytes.hasRemaining()) file.write(bytes);
    }

    /** What was written of lines that failed is cut off again, so that no half line stays. */
    private void takeBack(FileChannel file, IOException failed) throws IOException {
        try {
            file.truncate(end);
            if (sync) throw new UncertainException(failed); // after a failed sync the system may have lost more: look again
        } catch (UncertainException look) {
            throw look;
        } catch (IOException stays) {
            failed.addSuppressed(stays);
            throw new UncertainException(failed);
        }
    }

    @Override
    public boolean isDisplaced() {
        try {
            var now = key();
            var file = channel;
            return now == null || !now.equals(identity) || (file != null && file.size() < end);
        } catch (IOException unreachable) {
            return false; // the next write will tell
        }
    }

    @Override
    public void close() throws IOException {
        var file = channel;
        channel = null;
        if (file != null) file.close();
    }
}
