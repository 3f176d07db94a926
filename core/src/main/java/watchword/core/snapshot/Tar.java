package watchword.core.snapshot;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The part of POSIX ustar that a snapshot is made of: plain files with short names, one after the other. */
final class Tar {
    private static final int BLOCK = 512;
    private static final int SIZE_AT = 124;
    private static final int SUM_AT = 148;
    private static final int TYPE_AT = 156;
    private static final int MAGIC_AT = 257;
    private static final byte[] MAGIC = "ustar\00000".getBytes(StandardCharsets.US_ASCII);

    private Tar() {}

    /** Of one file. */
    record Header(String name, long size) {}

    static void write(OutputStream out, String name, byte[] content, int length, long seconds) throws IOException {
        var header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, "0000600\0" + "0000000\0" + "0000000\0");
        put(header, SIZE_AT, String.format(Locale.ROOT, "%011o ", length));
        put(header, 136, String.format(Locale.ROOT, "%011o ", seconds));
        header[TYPE_AT] = '0';
        System.arraycopy(MAGIC, 0, header, MAGIC_AT, MAGIC.length);
        put(header, SUM_AT, String.format(Locale.ROOT, "%06o\0 ", sum(header)));
        out.write(header);
        out.write(content, 0, length);
        out.write(new byte[padding(length)]);
    }

    static void end(OutputStream out) throws IOException {
        out.write(new byte[2 * BLOCK]);
    }

    private static void put(byte[] header, int at, String text) {
        var bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private static int sum(byte[] header) {
        int sum = 0;
        for (int i = 0; i < BLOCK; i++) sum += i >= SUM_AT && i < SUM_AT + 8 ? ' ' : header[i] & 0xff;
        return sum;
    }

    static int padding(long size) {
        return (int) ((BLOCK - size % BLOCK) % BLOCK);
    }

    /** The next file's header; nothing at the end of the archive. The reader takes its content and {@link #padding} from {@code in}. */
    static Optional<Header> next(DataInputStream in) throws IOException {
        var header = new byte[BLOCK];
        readFully(in, header);
        if (isZero(header)) {
            readFully(in, header);
            if (!isZero(header)) throw new BrokenSnapshotException("it has something after its end");
            requireEnd(in);
            return Optional.empty();
        }
        boolean ours = header[TYPE_AT] == '0' && Arrays.equals(header, MAGIC_AT, MAGIC_AT + MAGIC.length, MAGIC, 0, MAGIC.length);
        if (!ours || octal(header, SUM_AT, 8) != sum(header)) throw new BrokenSnapshotException("it is no archive that this server wrote");
        int end = 0;
        while (end < 100 && header[end] != 0) end++;
        return Optional.of(new Header(new String(header, 0, end, StandardCharsets.ISO_8859_1), octal(header, SIZE_AT, 12)));
    }

    /** Reads on to where the compressed stream has its own check. */
    private static void requireEnd(InputStream in) throws IOException {
        var rest = new byte[BLOCK];
        for (int read; (read = in.read(rest)) >= 0; ) {
            for (int i = 0; i < read; i++) if (rest[i] != 0) throw new BrokenSnapshotException("it has something after its end");
        }
    }

    static void skipPadding(DataInputStream in, long size) throws IOException {
        readFully(in, new byte[padding(size)]);
    }

    static void readFully(DataInputStream in, byte[] bytes) throws IOException {
        try {
            in.readFully(bytes);
        } catch (EOFException torn) {
            throw new BrokenSnapshotException("it ends in the middle", torn);
        }
    }

    private static boolean isZero(byte[] block) {
        for (byte each : block) if (each != 0) return false;
        return true;
    }

    private static long octal(byte[] header, int at, int length) throws BrokenSnapshotException {
        long value = 0;
        for (int i = at; i < at + length && header[i] != ' ' && header[i] != 0; i++) {
            if (header[i] < '0' || header[i] > '7') throw new BrokenSnapshotException("it is no archive that this server wrote");
            value = value << 3 | header[i] - '0';
        }
        return value;
    }
}
