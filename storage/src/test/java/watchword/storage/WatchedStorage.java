package watchword.storage;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Storage;

/** Tells of each key that was looked up, after the answer is known and before it is given. */
final class WatchedStorage implements Storage {
    private final Storage real;
    private final Consumer<String> watcher;

    WatchedStorage(Storage real, Consumer<String> watcher) {
        this.real = real;
        this.watcher = watcher;
    }

    @Override
    public <T extends @Nullable Object> T read(Function<Reader, T> work) {
        return real.read(tx -> work.apply(new Watched(tx)));
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Writer, T> work) {
        return real.write(tx -> work.apply(new WatchedWriter(tx)));
    }

    @Override
    public void close() {
        real.close();
    }

    private class Watched implements Reader {
        private final Reader tx;

        Watched(Reader tx) {
            this.tx = tx;
        }

        @Override
        public Optional<byte[]> get(String key) {
            var answer = tx.get(key);
            watcher.accept(key);
            return answer;
        }

        @Override
        public List<String> list(String prefix, String after, int limit) {
            return tx.list(prefix, after, limit);
        }

        @Override
        public List<Entry> scan(String prefix, String after, int limit) {
            return tx.scan(prefix, after, limit);
        }
    }

    private final class WatchedWriter extends Watched implements Writer {
        private final Writer tx;

        WatchedWriter(Writer tx) {
            super(tx);
            this.tx = tx;
        }

        @Override
        public void put(String key, byte[] value) {
            tx.put(key, value);
        }

        @Override
        public void delete(String key) {
            tx.delete(key);
        }
    }
}
