package watchword.core.snapshot;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import watchword.core.json.Json;
import watchword.sdk.Storage;
import watchword.sdk.Storage.Entry;

/**
 * Reads a snapshot, one entry in memory at a time. What it gave may be believed only when it came to the end without an exception, since
 * the sums are there. One thread at a time.
 */
public final class SnapshotReader {
    private static final int MOST_META_BYTES = 64 << 10;

    private final DataInputStream in;
    private final StringBuilder sums = new StringBuilder();
    private MessageDigest digest = Digests.sha256();
    private String chunk = "";
    private long chunkSize;
    private long left;
    private int chunks;
    private byte[] lastKey = new byte[0];
    private boolean ended;
    private Optional<byte[]> sealed = Optional.empty();

    private SnapshotReader(DataInputStream in) {
        this.in = in;
    }

    /** @throws BrokenSnapshotException when it is none, here and from {@link #next} */
    public static SnapshotReader open(InputStream from) throws IOException {
        return guarded(() -> {
            var reader = new SnapshotReader(new DataInputStream(new BufferedInputStream(new GZIPInputStream(from, 64 << 10), 64 << 10)));
            reader.readMeta();
            return reader;
        });
    }

    @FunctionalInterface
    private interface Reading<T> {
        T now() throws IOException;
    }

    private static <T> T guarded(Reading<T> reading) throws IOException {
        try {
            return reading.now();
        } catch (ZipException broken) {
            throw new BrokenSnapshotException("it cannot be decompressed", broken);
        } catch (java.io.EOFException torn) {
            throw new BrokenSnapshotException("it ends in the middle", torn);
        }
    }

    private void readMeta() throws IOException {
        var header = Tar.next(in).filter(first -> first.name().equals(SnapshotWriter.META) && first.size() <= MOST_META_BYTES).orElseThrow(SnapshotReader::noSnapshot);
        var meta = content(header);
        digest.update(meta);
        sums.append(Digests.line(digest, SnapshotWriter.META));
        try {
            if (!(Json.parse(meta) instanceof Map<?, ?> map) || !SnapshotWriter.FORMAT.equals(map.get("format"))) throw noSnapshot();
            if (!String.valueOf(map.get("version")).equals(String.valueOf(SnapshotWriter.VERSION))) {
                throw new BrokenSnapshotException("it was written by a newer server");
            }
        } catch (Json.MalformedException broken) {
            throw new BrokenSnapshotException("it is no snapshot of this kind of server", broken);
        }
    }

    private static BrokenSnapshotException noSnapshot() {
        return new BrokenSnapshotException("it is no snapshot of this kind of server");
    }

    private byte[] content(Tar.Header header) throws IOException {
        var bytes = new byte[(int) header.size()];
        Tar.readFully(in, bytes);
        Tar.skipPadding(in, header.size());
        return bytes;
    }

    /** The next entry, in byte order; nothing when all were read and their sums are right. */
    public Optional<Entry> next() throws IOException {
        return guarded(() -> {
            while (!ended && left == 0) nextFile();
            return ended ? Optional.<Entry>empty() : Optional.of(entry());
        });
    }

    private void nextFile() throws IOException {
        finishChunk();
        var header = Tar.next(in).orElseThrow(() -> new BrokenSnapshotException("it ends without its sums"));
        if (header.name().equals(SnapshotWriter.chunkName(chunks))) {
            chunks++;
            chunk = header.name();
            chunkSize = header.size();
            left = header.size();
            digest = Digests.sha256();
        } else if (header.name().equals(SnapshotWriter.SUMS)) {
            finish(header);
        } else {
            throw new BrokenSnapshotException("it has a file that does not belong there");
        }
    }

    private void finishChunk() throws IOException {
        if (chunk.isEmpty()) return;
        sums.append(Digests.line(digest, chunk));
        Tar.skipPadding(in, chunkSize);
        chunk = "";
    }

    private void finish(Tar.Header header) throws IOException {
        if (header.size() != sums.length() || !MessageDigest.isEqual(content(header), sums())) throw new BrokenSnapshotException("its sums are wrong: it was damaged or edited");
        var last = Tar.next(in);
        if (last.isPresent()) {
            if (!last.get().name().equals(SnapshotWriter.SEALED) || last.get().size() > MOST_META_BYTES) throw new BrokenSnapshotException("it has a file that does not belong there");
            sealed = Optional.of(content(last.get()));
            if (Tar.next(in).isPresent()) throw new BrokenSnapshotException("it has something after its end");
        }
        ended = true;
    }

    private Entry entry() throws IOException {
        var key = part(1, Storage.MAX_KEY_BYTES);
        var value = part(0, Storage.MAX_VALUE_BYTES);
        if (Arrays.compareUnsigned(lastKey, key) >= 0) throw new BrokenSnapshotException("its entries are out of order");
        lastKey = key;
        try {
            return new Entry(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString(), value);
        } catch (CharacterCodingException broken) {
            throw new BrokenSnapshotException("it has a key that is no text", broken);
        }
    }

    private byte[] part(int least, int most) throws IOException {
        var length = new byte[Integer.BYTES];
        take(length);
        int size = ByteBuffer.wrap(length).getInt();
        if (size < least || size > most || size > left) throw new BrokenSnapshotException("it has an entry of an impossible size");
        var bytes = new byte[size];
        take(bytes);
        return bytes;
    }

    private void take(byte[] bytes) throws IOException {
        if (bytes.length > left) throw new BrokenSnapshotException("it has an entry of an impossible size");
        Tar.readFully(in, bytes);
        digest.update(bytes);
        left -= bytes.length;
    }

    /** The sums, when all is read. */
    public byte[] sums() {
        return sums.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** What a server with the store's keys made of the sums, when all is read; nothing if the snapshot was taken without keys. */
    public Optional<byte[]> sealed() {
        return sealed;
    }
}
