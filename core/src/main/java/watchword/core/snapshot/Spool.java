package watchword.core.snapshot;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import watchword.sdk.Reply;

/** A file for what does not fit into memory. It has no name, so nobody else opens it, and it is gone with the process at the latest. One thread at a time. */
final class Spool implements Reply.Download {
    private final FileChannel file;
    private String sha256 = "";

    private Spool(FileChannel file) {
        this.file = file;
    }

    static Spool in(Path folder) throws IOException {
        var path = Files.createTempFile(folder, ".watchword-", ".snapshot"); // for its owner alone
        try {
            return new Spool(FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
        } finally {
            Files.delete(path);
        }
    }

    /** Something that writes a file. */
    @FunctionalInterface
    interface Filling {
        void into(OutputStream out) throws IOException;
    }

    /** Writes it anew, from the beginning. */
    void fill(Filling filling) throws IOException {
        file.truncate(0);
        file.position(0);
        MessageDigest digest = Digests.sha256();
        var out = new BufferedOutputStream(new DigestOutputStream(Channels.newOutputStream(file), digest), 64 << 10);
        filling.into(out);
        out.flush();
        sha256 = HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public long length() {
        try {
            return file.size();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public String sha256() {
        return sha256;
    }

    /** From the beginning. */
    @Override
    public InputStream bytes() {
        return new InputStream() {
            private long at;

            @Override
            public int read() throws IOException {
                var one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                if (length == 0) return 0;
                int read = file.read(ByteBuffer.wrap(into, offset, length), at);
                if (read > 0) at += read;
                return read;
            }
        };
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException ignored) {
            System.getLogger(Spool.class.getName()).log(System.Logger.Level.DEBUG, "closing a temporary file", ignored);
        }
    }
}
