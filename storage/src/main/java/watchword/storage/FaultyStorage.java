package watchword.storage;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Storage;

/**
 * A storage that works until its n-th operation, then fails that one and every later one, as a full or dying disk does. A test runs its
 * scenario with n = 1, 2, 3 … until it gets through ({@link #hasFailed} says so), and checks what must hold after each. Operations are
 * the calls on a reader or writer, and each commit. Any thread; what the transaction runs again counts again.
 */
public final class FaultyStorage implements Storage {

    /** Whether a commit that fails leaves its writes behind: both happen on real disks, so tests try both. */
    public enum AtCommit {
        NOTHING_WRITTEN,
        WRITTEN_BUT_UNACKNOWLEDGED
    }

    private final Storage real;
    private final AtCommit mode;
    private final AtomicInteger remaining;

    /** @param failingOperation the number of the first operation that fails, from 1 on */
    public FaultyStorage(Storage real, int failingOperation, AtCommit mode) {
        this.real = real;
        this.remaining = new AtomicInteger(failingOperation);
        this.mode = mode;
    }

    /** Whether any operation was refused: when none was, the scenario got through. */
    public boolean hasFailed() {
        return remaining.get() <= 0;
    }

    @Override
    public <T extends @Nullable Object> T read(Function<Reader, T> work) {
        return real.read(tx -> work.apply(new CountingReader(tx)));
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Writer, T> work) {
        return switch (mode) {
            case NOTHING_WRITTEN -> real.write(tx -> {
                var result = work.apply(new CountingWriter(tx));
                spend("commit", false);
                return result;
            });
            case WRITTEN_BUT_UNACKNOWLEDGED -> {
                var result = real.write(tx -> work.apply(new CountingWriter(tx)));
                spend("commit", true);
                yield result;
            }
        };
    }

    private void spend(String operation, boolean outcomeUnknown) {
        if (remaining.updateAndGet(left -> Math.max(0, left - 1)) == 0) throw new StorageException("injected failure at " + operation, outcomeUnknown, null);
    }

    @Override
    public void close() {
        real.close();
    }

    private class CountingReader implements Reader {
        private final Reader tx;

        CountingReader(Reader tx) {
            this.tx = tx;
        }

        @Override
        public Optional<byte[]> get(String key) {
            spend("get", false);
            return tx.get(key);
        }

        @Override
        public <T> Optional<T> get(String key, Function<byte[], T> decode) {
            spend("get", false);
            return tx.get(key, decode);
        }

        @Override
        public List<String> list(String prefix, String after, int limit) {
            spend("list", false);
            return tx.list(prefix, after, limit);
        }

        @Override
        public List<Entry> scan(String prefix, String after, int limit) {
            spend("scan", false);
            return tx.scan(prefix, after, limit);
        }
    }

    private final class CountingWriter extends CountingReader implements Writer {
        private final Writer tx;

        CountingWriter(Writer tx) {
            super(tx);
            this.tx = tx;
        }

        @Override
        public void put(String key, byte[] value) {
            spend("put", false);
            tx.put(key, value);
        }

        @Override
        public void delete(String key) {
            spend("delete", false);
            tx.delete(key);
        }
    }
}
