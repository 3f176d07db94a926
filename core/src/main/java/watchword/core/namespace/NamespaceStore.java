package watchword.core.namespace;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import watchword.sdk.PrefixedStore;
import watchword.sdk.Storage;

/**
 * The part of the store that is one namespace's, seen as a store of its own, with the very keys that the root has: so what reads and writes
 * a namespace is what reads and writes the root. The root's part is the store itself, and costs nothing.
 *
 * <p>A view knows whose it is, and what is of another namespace by its name (the parent of a token, the token of a lease) is reached from
 * it by {@link #view}. Engines are handed views of a view, which know neither.
 */
public final class NamespaceStore implements Storage {
    private static final String PARTS = "core/namespace/";

    private final Storage whole;
    private final String id;

    private NamespaceStore(Storage whole, String id) {
        this.whole = whole;
        this.id = id;
    }

    /** Where a namespace's rows are. */
    static String prefix(String id) {
        return PARTS + id + "/";
    }

    /** One namespace's part, of the whole store or from that of another. */
    public static Storage of(Storage any, String id) {
        var whole = any instanceof NamespaceStore part ? part.whole : any;
        return id.equals(Namespace.ROOT_ID) ? whole : new NamespaceStore(whole, id);
    }

    public static Reader view(Reader any, String id) {
        var whole = any instanceof Part part ? part.whole() : any;
        if (id.equals(Namespace.ROOT_ID)) return whole;
        return id.equals(idOf(any)) ? any : new ReadPart(whole, PrefixedStore.view(whole, prefix(id)), id);
    }

    public static Writer view(Writer any, String id) {
        var whole = any instanceof WrittenPart part ? part.whole : any;
        if (id.equals(Namespace.ROOT_ID)) return whole;
        return id.equals(idOf(any)) ? any : new WrittenPart(whole, PrefixedStore.view(whole, prefix(id)), id);
    }

    /** Whose part a store is. */
    public static String idOf(Reader store) {
        return store instanceof Part part ? part.id() : Namespace.ROOT_ID;
    }

    public static String idOf(Storage store) {
        return store instanceof NamespaceStore part ? part.id : Namespace.ROOT_ID;
    }

    @Override
    public <T extends @Nullable Object> T read(Function<Reader, T> work) {
        return whole.read(tx -> work.apply(view(tx, id)));
    }

    @Override
    public <T extends @Nullable Object> T write(Function<Writer, T> work) {
        return whole.write(tx -> work.apply(view(tx, id)));
    }

    /** A view has nothing of its own to close. */
    @Override
    public void close() {}

    private sealed interface Part extends Reader {
        Reader whole();

        Reader own();

        String id();

        @Override
        default Optional<byte[]> get(String key) {
            return own().get(key);
        }

        @Override
        default <T> Optional<T> get(String key, Function<byte[], T> decode) {
            return own().get(key, decode);
        }

        @Override
        default List<String> list(String below, String after, int limit) {
            return own().list(below, after, limit);
        }

        @Override
        default List<Entry> scan(String below, String after, int limit) {
            return own().scan(below, after, limit);
        }
    }

    private record ReadPart(Reader whole, Reader own, String id) implements Part {}

    private record WrittenPart(Writer whole, Writer own, String id) implements Part, Writer {
        @Override
        public void put(String key, byte[] value) {
            own.put(key, value);
        }

        @Override
        public void delete(String key) {
            own.delete(key);
        }
    }
}
