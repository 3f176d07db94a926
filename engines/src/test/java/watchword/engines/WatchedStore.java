package watchword.engines;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import watchword.sdk.Storage;

/** Notes what an engine does to the store: {@code get x}, {@code put x}, {@code delete x}, {@code list x}. */
final class WatchedStore {
    private WatchedStore() {}

    static class Looking implements Storage.Reader {
        private final Storage.Reader store;
        final List<String> notes;

        Looking(Storage.Reader store, List<String> notes) {
            this.store = store;
            this.notes = notes;
        }

        @Override
        public Optional<byte[]> get(String key) {
            notes.add("get " + key);
            return store.get(key);
        }

        @Override
        public <T> Optional<T> get(String key, Function<byte[], T> decode) {
            notes.add("get " + key);
            return store.get(key, decode);
        }

        @Override
        public List<String> list(String prefix, String after, int limit) {
            notes.add("list " + prefix);
            return store.list(prefix, after, limit);
        }

        @Override
        public List<Storage.Entry> scan(String prefix, String after, int limit) {
            notes.add("list " + prefix);
            return store.scan(prefix, after, limit);
        }
    }

    static final class Changing extends Looking implements Storage.Writer {
        private final Storage.Writer store;

        Changing(Storage.Writer store, List<String> notes) {
            super(store, notes);
            this.store = store;
        }

        @Override
        public void put(String key, byte[] value) {
            notes.add("put " + key);
            store.put(key, value);
        }

        @Override
        public void delete(String key) {
            notes.add("delete " + key);
            store.delete(key);
        }
    }
}
