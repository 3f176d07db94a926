package watchword.core.wire;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import watchword.core.json.Json;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** A table over a prefix of the store; each row is one JSON document. */
public final class Rows<T extends Record> implements Table<T> {
    private final String prefix;
    private final Schema<T> schema;
    private final Function<byte[], T> decode;

    /** @param prefix with its trailing slash; may be empty */
    public Rows(String prefix, Class<T> type) {
        this.prefix = prefix;
        this.schema = Schema.of(type);
        this.decode = bytes -> schema.decodeRow(tree(bytes));
    }

    @SuppressWarnings("unchecked") // a row is an object
    private static Map<String, Object> tree(byte[] bytes) {
        if (Json.parseTrusted(bytes) instanceof Map<?, ?> map) return (Map<String, Object>) map;
        throw new IllegalStateException("a stored row is not an object");
    }

    @Override
    public Optional<T> get(Storage.Reader store, String name) {
        return store.get(prefix + name, decode);
    }

    @Override
    public List<String> names(Storage.Reader store, String below, String after, int limit) {
        return store.list(prefix + below, after, limit);
    }

    /** Rows in key order whose names come after {@code after}, decoded. */
    public List<Map.Entry<String, T>> scan(Storage.Reader store, String below, String after, int limit) {
        return store.scan(prefix + below, after.isEmpty() ? "" : prefix + after, limit).stream()
                .map(entry -> Map.entry(entry.key().substring(prefix.length()), decode.apply(entry.value())))
                .toList();
    }

    @Override
    public void put(Storage.Writer store, String name, T row) {
        store.put(prefix + name, Json.write(schema.encodeRow(row)));
    }

    @Override
    public void delete(Storage.Writer store, String name) {
        store.delete(prefix + name);
    }
}
