package watchword.engines.kv;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is done to secrets as trees of JSON. Nothing here changes a tree that it is given: trees are shared with a cache. */
final class JsonTree {
    private JsonTree() {}

    /** JSON Merge Patch, RFC 7396: null removes, objects merge, anything else replaces. */
    static Map<String, Object> merge(Map<String, ?> target, Map<String, ?> patch) {
        var merged = new LinkedHashMap<String, Object>(target);
        patch.forEach((name, change) -> {
            if (change == null) merged.remove(name);
            else if (change instanceof Map<?, ?> inner) merged.put(name, merge(object(merged.get(name)), object(inner)));
            else merged.put(name, change);
        });
        return merged;
    }

    @SuppressWarnings("unchecked") // names in JSON are strings
    private static Map<String, ?> object(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, ?>) map : Map.of();
    }

    /**
     * The names in a tree without its values: what is not an object with members becomes null.
     *
     * @param depth how many levels of names to tell; all when not positive
     */
    static Map<String, Object> names(Map<String, ?> tree, long depth) {
        return level(tree, depth > 0 ? depth : Long.MAX_VALUE);
    }

    @SuppressWarnings("NullAway") // JSON trees hold nulls; the map's type cannot say so without burdening every reader
    private static Map<String, Object> level(Map<String, ?> object, long left) {
        var names = new LinkedHashMap<String, Object>();
        object.forEach((name, value) -> {
            boolean deeper = left > 1 && value instanceof Map<?, ?> inner && !inner.isEmpty();
            names.put(name, deeper ? level(object(value), left - 1) : null);
        });
        return names;
    }

    /** How many bytes a tree is as JSON, at most. */
    static long size(@Nullable Object tree) {
        return switch (tree) {
            case null -> 4;
            case String text -> size(text);
            case Map<?, ?> map -> {
                long size = 2;
                for (var entry : map.entrySet()) size += 2 + size(String.valueOf(entry.getKey())) + size(entry.getValue());
                yield size;
            }
            case Collection<?> list -> {
                long size = 2;
                for (var element : list) size += 1 + size(element);
                yield size;
            }
            default -> tree.toString().length();
        };
    }

    private static long size(String text) {
        long size = 2;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x20 || Character.isSurrogate(c)) size += 6;
            else if (c == '"' || c == '\\') size += 2;
            else if (c < 0x80) size += 1;
            else size += c < 0x800 ? 2 : 3;
        }
        return size;
    }
}
