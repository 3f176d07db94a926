package watchword.core.opa;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import watchword.core.json.Json;
import watchword.sdk.Problem;

/**
 * What {@code opa build -t wasm} makes, or the module out of it: the policy as WebAssembly, and the data beside it.
 *
 * @param wasm the module
 * @param data a JSON object
 */
@SuppressWarnings("ArrayRecordComponent") // bytes between the store and the compiler; compared by their digest
record Bundle(byte[] wasm, byte[] data) {
    static final int MOST_WASM = 8 << 20;
    static final int MOST_DATA = 8 << 20;
    /** Of the archive unpacked: it holds the policy's source as well. */
    private static final long MOST_UNPACKED = 64L << 20;
    private static final int MOST_FILES = 2000;
    private static final int BLOCK = 512;
    private static final byte[] WASM = {0, 'a', 's', 'm'};
    private static final byte[] NO_DATA = "{}".getBytes(StandardCharsets.UTF_8);

    /** @throws Problem.ProblemException 400 when it is none */
    static Bundle read(byte[] sent) {
        if (startsWith(sent, WASM)) {
            if (sent.length > MOST_WASM) throw invalid("the module is larger than " + MOST_WASM + " bytes");
            return new Bundle(sent, NO_DATA);
        }
        try (var in = new DataInputStream(new GZIPInputStream(new ByteArrayInputStream(sent)))) {
            return unpack(in);
        } catch (IOException broken) {
            throw invalid("it is no archive that opa build -t wasm makes, nor a WebAssembly module");
        }
    }

    private static Bundle unpack(DataInputStream in) throws IOException {
        Optional<byte[]> wasm = Optional.empty();
        Optional<byte[]> data = Optional.empty();
        long left = MOST_UNPACKED;
        var header = new byte[BLOCK];
        for (int files = 0; readHeader(in, header); files++) {
            long size = size(header);
            left -= size + BLOCK;
            if (left < 0 || files == MOST_FILES) throw invalid("it is too large when unpacked");
            var name = name(header);
            if (name.equals("policy.wasm")) wasm = Optional.of(content(in, size, MOST_WASM, "policy.wasm"));
            else if (name.equals("data.json")) data = Optional.of(content(in, size, MOST_DATA, "data.json"));
            else in.skipNBytes(size);
            in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
        }
        var module = wasm.orElseThrow(() -> invalid("it has no policy.wasm: build it with opa build -t wasm"));
        return new Bundle(module, object(data.orElse(NO_DATA)));
    }

    private static boolean readHeader(DataInputStream in, byte[] header) throws IOException {
        try {
            in.readFully(header);
        } catch (EOFException end) {
            return false;
        }
        for (byte each : header) if (each != 0) return true;
        return false;
    }

    private static String name(byte[] header) {
        int end = 0;
        while (end < 100 && header[end] != 0) end++;
        var name = new String(header, 0, end, StandardCharsets.UTF_8);
        return name.startsWith("/") ? name.substring(1) : name;
    }

    private static long size(byte[] header) throws IOException {
        long size = 0;
        for (int i = 124; i < 136 && header[i] != 0 && header[i] != ' '; i++) {
            if (header[i] < '0' || header[i] > '7') throw new IOException("not a size");
            size = size << 3 | header[i] - '0';
        }
        return size;
    }

    private static byte[] content(DataInputStream in, long size, int most, String what) throws IOException {
        if (size > most) throw invalid("its " + what + " is larger than " + most + " bytes");
        var bytes = new byte[(int) size];
        in.readFully(bytes);
        return bytes;
    }

    private static byte[] object(byte[] data) {
        var text = new String(data, StandardCharsets.UTF_8).strip();
        if (!text.startsWith("{")) throw invalid("its data.json is not an object");
        try {
            Json.parse(data);
        } catch (Json.MalformedException broken) {
            throw invalid("its data.json: " + broken.getMessage());
        }
        return data;
    }

    private static boolean startsWith(byte[] bytes, byte[] start) {
        if (bytes.length < start.length) return false;
        for (int i = 0; i < start.length; i++) if (bytes[i] != start[i]) return false;
        return true;
    }

    private static RuntimeException invalid(String why) {
        return new Problem.Invalid("bundle: " + why).asException();
    }

    // ---- in the store ----

    byte[] stored() {
        return ByteBuffer.allocate(4 + wasm.length + data.length).putInt(wasm.length).put(wasm).put(data).array();
    }

    static Bundle ofStored(byte[] stored) {
        int length = ByteBuffer.wrap(stored).getInt();
        return new Bundle(Arrays.copyOfRange(stored, 4, 4 + length), Arrays.copyOfRange(stored, 4 + length, stored.length));
    }

    String digest() {
        return Guards.digest(stored());
    }
}
