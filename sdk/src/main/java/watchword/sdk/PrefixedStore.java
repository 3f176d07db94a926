package watchword.sdk;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The part of a store below a prefix, seen as a store of its own; a view cannot name a key outside it. */
public final class PrefixedStore implements Storage {
    private final Storage whole;
    private final String prefix;

    /** @param prefix with its trailing slash, or empty for all */
    public PrefixedStore(Storage whole, String prefix) {
        this.whole = whole;
        this.prefix = prefix;
    }

    public static Reader view(Reader whole, String prefix) {
        return prefix.isEmpty() ? whole : new PrefixedReader(whole, prefix);
    }

    public static Writer view(Writer whole, String prefix) {
        return prefix.isEmpty() ? whole : new PrefixedWriter(whole, prefix);
    }

    @Override
    public <T extends @Nullable Object> T read(Function<Reader, T> work) {
        return whole.read(tx -> work.apply(view(tx, prefix)));
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Writer, T> work) {
        return whole.write(tx -> work.apply(view(tx, prefix)));
    }

    /** A view has nothing of its own to close. */
    @Override
    public void close() {}

    private static class PrefixedReader implements Reader {
        private final Reader whole;
        final String prefix;

        PrefixedReader(Reader whole, String prefix) {
            this.whole = whole;
            this.prefix = prefix;
        }

        @Override
        public Optional<byte[]> get(String key) {
            return whole.get(prefix + key);
        }

        @Override
        public <T> Optional<T> get(String key, Function<byte[], T> decode) {
            return whole.get(prefix + key, decode);
        }

        @Override
        public List<String> list(String below, String after, int limit) {
            return whole.list(prefix + below, after, limit);
        }

        @Override
        public List<Entry> scan(String below, String after, int limit) {
            return whole.scan(prefix + below, after.isEmpty() ? "" : prefix + after, limit).stream()
                    .map(entry -> new Entry(entry.key().substring(prefix.length()), entry.value()))
                    .toList();
        }
    }

    private static final class PrefixedWriter extends PrefixedReader implements Writer {
        private final Writer whole;

        PrefixedWriter(Writer whole, String prefix) {
            super(whole, prefix);
            this.whole = whole;
        }

        @Override
        public void put(String key, byte[] value) {
            whole.put(prefix + key, value);
        }

        @Override
        public void delete(String key) {
            whole.delete(prefix + key);
        }
    }
}
