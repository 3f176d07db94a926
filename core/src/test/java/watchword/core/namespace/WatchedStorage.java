package watchword.core.namespace;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Storage;

/** Tells the keys that are read and the prefixes that are scanned; who is told may fail it. */
record WatchedStorage(Storage real, Consumer<String> watcher) implements Storage {

    @Override
    public <T extends @Nullable Object> T read(Function<Reader, T> work) {
        return real.read(tx -> work.apply(new Noting(tx, watcher)));
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Writer, T> work) {
        return real.write(tx -> work.apply(new NotingWriter(tx, watcher)));
    }

    @Override
    public void close() {}

    private static class Noting implements Reader {
        private final Reader tx;
        private final Consumer<String> watcher;

        Noting(Reader tx, Consumer<String> watcher) {
            this.tx = tx;
            this.watcher = watcher;
        }

        @Override
        public Optional<byte[]> get(String key) {
            watcher.accept(key);
            return tx.get(key);
        }

        @Override
        public List<String> list(String prefix, String after, int limit) {
            return tx.list(prefix, after, limit);
        }

        @Override
        public List<Entry> scan(String prefix, String after, int limit) {
            watcher.accept(prefix);
            return tx.scan(prefix, after, limit);
        }
    }

    private static final class NotingWriter extends Noting implements Writer {
        private final Writer tx;

        NotingWriter(Writer tx, Consumer<String> watcher) {
            super(tx, watcher);
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
