package watchword.core.identity;

import java.util.List;
import java.util.Optional;
import watchword.core.wire.Rows;
import watchword.sdk.Names;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/** From a unique name to the id of what has it. */
final class Index {
    /** Characters of a name. */
    private static final int MAX_NAME = 512;
    private static final int MAX_ID = 64;

    private final Rows<Ref> rows;

    /** @param prefix with its trailing slash */
    Index(String prefix) {
        this.rows = new Rows<>(prefix, Ref.class);
    }

    /** @param name as it was written */
    record Ref(String id, String name) {}

    Optional<String> find(Storage.Reader store, String key) {
        return key.length() > 2 * MAX_NAME ? Optional.empty() : rows.get(store, key).map(Ref::id);
    }

    void put(Storage.Writer store, String key, Ref ref) {
        rows.put(store, key, ref);
    }

    void delete(Storage.Writer store, String key) {
        rows.delete(store, key);
    }

    /** Refs in the order of their keys, a page of them. */
    List<Ref> page(Storage.Reader store, String after, int limit) {
        return below(store, "", after, limit);
    }

    List<Ref> below(Storage.Reader store, String prefix, String after, int limit) {
        return rows.scan(store, prefix, after, limit).stream().map(java.util.Map.Entry::getValue).toList();
    }

    /** The form of an entity's or group's name that is unique. */
    static String canonical(String name) {
        return Names.canonical(name);
    }

    /** @throws Problem.ProblemException for what cannot be a name */
    static String requireName(String name) {
        if (name.length() > MAX_NAME) throw new Problem.Invalid("name: longer than " + MAX_NAME + " characters").asException();
        if (canonical(name).isEmpty() || !isPrintable(name)) throw new Problem.Invalid("name: has characters that cannot be seen").asException();
        return name;
    }

    static boolean isPrintable(String text) {
        return text.codePoints().noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE || Character.getType(c) == Character.FORMAT);
    }

    /** Whether a client's text can be an id; what cannot is of nothing that there is. */
    static boolean isId(String text) {
        return !text.isEmpty() && text.length() <= MAX_ID && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.');
    }
}
