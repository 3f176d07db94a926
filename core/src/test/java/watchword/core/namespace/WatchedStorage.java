package watchword.core.namespace;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Storage;

/** Notes the keys that are read one by one. */
record WatchedStorage(Storage real, List<String> keys) implements Storage {

    @Override
    public <T extends @Nullable Object> T read(Function<Reader, T> work) {
        return real.read(tx -> work.apply(new Noting(tx, keys)));
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Writer, T> work) {
        return real.write(tx -> work.apply(new NotingWriter(tx, keys)));
    }

    @Override
    public void close() {}

    private static class Noting implements Reader {
        private final Reader tx;
        private final List<String> keys;

        Noting(Reader tx, List<String> keys) {
            this.tx = tx;
            this.keys = keys;
        }

        @Override
        public Optional<byte[]> get(String key) {
            keys.add(key);
            return tx.get(key);
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

    private static final class NotingWriter extends Noting implements Writer {
        private final Writer tx;

        NotingWriter(Writer tx, List<String> keys) {
            super(tx, keys);
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
