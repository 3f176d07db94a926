package watchword.server.http;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/** The file of a unix socket: it gets its owner and mode under another name, so that nobody can connect before. */
record SocketFile(Listener.Unix listener) {
    private static final String DEFAULT_MODE = "600";

    /** Where to bind. */
    Path bindAt() {
        return listener.path().resolveSibling("." + listener.path().getFileName() + ".new");
    }

    /** @throws IOException when something other than a left-over socket is in the way */
    void makeRoom() throws IOException {
        Files.deleteIfExists(bindAt());
        var path = listener.path();
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) return;
        if (!Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).isOther()) {
            throw new IOException(path + " is there and is not a socket");
        }
        if (isServed(path)) throw new IOException("another server listens on " + path);
    }

    private static boolean isServed(Path path) {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException nobody) {
            return false;
        }
    }

    /** Makes the bound socket reachable. */
    void publish() throws IOException {
        var bound = bindAt();
        Files.setPosixFilePermissions(bound, mode(listener.mode().orElse(DEFAULT_MODE)));
        var lookup = bound.getFileSystem().getUserPrincipalLookupService();
        if (listener.user().isPresent()) Files.setOwner(bound, lookup.lookupPrincipalByName(listener.user().get()));
        if (listener.group().isPresent()) {
            GroupPrincipal group = lookup.lookupPrincipalByGroupName(listener.group().get());
            Files.getFileAttributeView(bound, PosixFileAttributeView.class).setGroup(group);
        }
        Files.move(bound, listener.path(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    void remove() throws IOException {
        Files.deleteIfExists(listener.path());
    }

    private static Set<PosixFilePermission> mode(String octal) {
        int bits = Integer.parseInt(octal, 8);
        var mode = EnumSet.noneOf(PosixFilePermission.class);
        var all = PosixFilePermission.values(); // in the order of rwxrwxrwx
        for (int i = 0; i < 9; i++) {
            if ((bits & 1 << (8 - i)) != 0) mode.add(all[i]);
        }
        return mode;
    }
}
