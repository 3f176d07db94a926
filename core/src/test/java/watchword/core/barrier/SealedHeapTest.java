package watchword.core.barrier;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.crypto.LockedKey;
import watchword.storage.MemoryStorage;
import watchword.testkit.TestClock;

/** What a heap dump shows. The test keeps what it looks for masked, so as not to find itself. */
class SealedHeapTest {
    private static final int MASK = 0x5a;

    private static byte[] masked(byte[] bytes) {
        var copy = bytes.clone();
        for (int at = 0; at < copy.length; at++) copy[at] ^= MASK;
        return copy;
    }

    @Test
    void a_heap_dump_never_shows_the_root_key_and_after_sealing_no_key_and_no_value(@TempDir Path folder) throws IOException {
        var sought = new ArrayList<byte[]>();
        var barrier = opened(sought);
        var value = masked("canary-".concat("in-the-heap-of-a-sealed-server").getBytes(StandardCharsets.US_ASCII));

        var whileOpen = dump(folder.resolve("open.hprof"));
        assertThat(found(whileOpen, sought.subList(0, 2))).as("root and derivation key, while unsealed").containsOnly(false);
        assertThat(found(dump(folder.resolve("again.hprof")), List.of(masked(new byte[] {'S', 'e', 'a', 'l', 'e', 'd', 'H', 'e', 'a', 'p'})))).as("the search finds what is there").containsOnly(true);

        barrier.close();
        sought.add(value);
        assertThat(found(dump(folder.resolve("sealed.hprof")), sought)).as("after sealing").isEqualTo(List.of(false, false, false, false));
    }

    private static Barrier opened(List<byte[]> sought) {
        var random = new SecureRandom();
        var root = LockedKey.generate(random, 32);
        sought.add(root.use(SealedHeapTest::masked));
        var barrier = Barrier.create(new MemoryStorage(), root, random, new TestClock());
        barrier.initialize((_, tx) -> {});
        for (int n = 0; n < 50; n++) {
            var key = "logical/" + n;
            Stores.put(barrier, key, "canary-".concat("in-the-heap-of-a-sealed-server").getBytes(StandardCharsets.US_ASCII));
            Stores.get(barrier, key);
        }
        try (var ring = barrier.encodedKeyring()) { // derivation key, and the key of the term in use
            byte[] all = ring.use(SealedHeapTest::masked);
            sought.add(Arrays.copyOfRange(all, 1, 33));
            sought.add(Arrays.copyOfRange(all, all.length - 32, all.length));
        }
        return barrier;
    }

    private static Path dump(Path to) throws IOException {
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(to.toString(), true);
        return to;
    }

    /** Which of the masked byte strings are in the file. */
    private static List<Boolean> found(Path file, List<byte[]> masked) throws IOException {
        var found = new ArrayList<>(java.util.Collections.nCopies(masked.size(), false));
        int longest = masked.stream().mapToInt(each -> each.length).max().orElse(1);
        var window = new byte[1 << 20];
        int kept = 0;
        try (var in = Files.newInputStream(file)) {
            for (int read = in.readNBytes(window, kept, window.length - kept); read > 0; read = in.readNBytes(window, kept, window.length - kept)) {
                int end = kept + read;
                for (int which = 0; which < masked.size(); which++) if (contains(window, end, masked.get(which))) found.set(which, true);
                kept = Math.min(longest - 1, end);
                System.arraycopy(window, end - kept, window, 0, kept);
            }
        } finally {
            Arrays.fill(window, (byte) 0);
            Files.delete(file);
        }
        return found;
    }

    private static boolean contains(byte[] window, int end, byte[] masked) {
        for (int from = 0; from + masked.length <= end; from++) {
            int at = 0;
            while (at < masked.length && (byte) (window[from + at] ^ MASK) == masked[at]) at++;
            if (at == masked.length) return true;
        }
        return false;
    }
}
