package watchword.core.snapshot;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import watchword.core.json.Json;
import watchword.sdk.Storage.Entry;
import watchword.sdk.Storage.Reader;

/** Writes what a transaction of the store below the barrier sees. One chunk is in memory at a time. */
public final class SnapshotWriter {
    static final String META = "meta.json";
    static final String SUMS = "SHA256SUMS";
    static final String SEALED = "SHA256SUMS.sealed";
    static final int VERSION = 1;
    static final String FORMAT = "watchword-snapshot";
    /** A chunk is closed when it has this much, so it has at most one entry more. */
    private static final int CHUNK_BYTES = 1 << 20;

    private final OutputStream out;
    private final long seconds;
    private final StringBuilder sums = new StringBuilder();
    private final Chunk chunk = new Chunk();
    private int chunks;

    private SnapshotWriter(OutputStream out, long seconds) {
        this.out = out;
        this.seconds = seconds;
    }

    /** Bytes that can be looked at without a copy of them. */
    private static final class Chunk extends ByteArrayOutputStream {
        private Chunk() {
            super(CHUNK_BYTES + (64 << 10));
        }

        private byte[] bytes() {
            return buf;
        }
    }

    /**
     * Writes a snapshot; {@code to} stays open.
     *
     * @param seal makes of the sums what proves that a server with the store's keys wrote them; without it, nobody can tell
     */
    public static void write(Reader store, OutputStream to, Instant taken, Optional<UnaryOperator<byte[]>> seal) throws IOException {
        var gzip = new GZIPOutputStream(to, 64 << 10) {
            {
                def.setLevel(Deflater.BEST_SPEED); // sealed values do not compress; keys do
            }
        };
        var out = new BufferedOutputStream(gzip, 64 << 10);
        new SnapshotWriter(out, taken.getEpochSecond()).writeAll(store, taken, seal);
        out.flush();
        gzip.finish();
    }

    private void writeAll(Reader store, Instant taken, Optional<UnaryOperator<byte[]>> seal) throws IOException {
        var meta = Json.write(Map.of("format", FORMAT, "version", VERSION, "taken", taken.toString()));
        file(META, meta, meta.length, true);
        var entries = new EntryWalk(store);
        for (var entry = entries.next(); entry.isPresent(); entry = entries.next()) add(entry.get());
        finishChunk();
        var all = sums.toString().getBytes(StandardCharsets.US_ASCII);
        file(SUMS, all, all.length, false);
        if (seal.isPresent()) {
            var sealed = seal.get().apply(all);
            file(SEALED, sealed, sealed.length, false);
        }
        Tar.end(out);
    }

    private void add(Entry entry) throws IOException {
        var data = new DataOutputStream(chunk);
        var key = entry.key().getBytes(StandardCharsets.UTF_8);
        data.writeInt(key.length);
        data.write(key);
        data.writeInt(entry.value().length);
        data.write(entry.value());
        data.flush();
        if (chunk.size() >= CHUNK_BYTES) finishChunk();
    }

    static String chunkName(int number) {
        return String.format(Locale.ROOT, "entries/%08d", number);
    }

    private void finishChunk() throws IOException {
        if (chunk.size() == 0) return;
        file(chunkName(chunks++), chunk.bytes(), chunk.size(), true);
        chunk.reset();
    }

    private void file(String name, byte[] content, int length, boolean summed) throws IOException {
        Tar.write(out, name, content, length, seconds);
        if (!summed) return;
        MessageDigest digest = Digests.sha256();
        digest.update(content, 0, length);
        sums.append(Digests.line(digest, name));
    }
}
