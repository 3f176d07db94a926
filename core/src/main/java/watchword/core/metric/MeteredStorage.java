package watchword.core.metric;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Storage;

/** The barrier with its accesses timed. Under a cache, so what the cache answers is not among them. */
public final class MeteredStorage implements Storage {
    private final Storage inner;
    private final Timing get;
    private final Timing list;
    private final Timing put;
    private final Timing delete;

    public MeteredStorage(Storage inner, Metrics metrics) {
        this.inner = inner;
        this.get = metrics.timing("barrier.get");
        this.list = metrics.timing("barrier.list");
        this.put = metrics.timing("barrier.put");
        this.delete = metrics.timing("barrier.delete");
    }

    @Override
    public <T extends @Nullable Object> T read(Function<Reader, T> work) {
        return inner.read(reader -> work.apply(new MeteredReader(reader)));
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Writer, T> work) {
        return inner.write(writer -> work.apply(new MeteredWriter(writer)));
    }

    @Override
    public void close() {
        inner.close();
    }

    private class MeteredReader implements Reader {
        private final Reader reader;

        private MeteredReader(Reader reader) {
            this.reader = reader;
        }

        @Override
        public Optional<byte[]> get(String key) {
            long begun = get.begin();
            try {
                return reader.get(key);
            } finally {
                get.since(begun);
            }
        }

        @Override
        public <T> Optional<T> get(String key, Function<byte[], T> decode) {
            long begun = get.begin();
            try {
                return reader.get(key, decode);
            } finally {
                get.since(begun);
            }
        }

        @Override
        public List<String> list(String prefix, String after, int limit) {
            long begun = list.begin();
            try {
                return reader.list(prefix, after, limit);
            } finally {
                list.since(begun);
            }
        }

        @Override
        public List<Entry> scan(String prefix, String after, int limit) {
            long begun = list.begin();
            try {
                return reader.scan(prefix, after, limit);
            } finally {
                list.since(begun);
            }
        }
    }

    private final class MeteredWriter extends MeteredReader implements Writer {
        private final Writer writer;

        private MeteredWriter(Writer writer) {
            super(writer);
            this.writer = writer;
        }

        @Override
        public void put(String key, byte[] value) {
            long begun = put.begin();
            try {
                writer.put(key, value);
            } finally {
                put.since(begun);
            }
        }

        @Override
        public void delete(String key) {
            long begun = delete.begin();
            try {
                writer.delete(key);
            } finally {
                delete.since(begun);
            }
        }
    }
}
