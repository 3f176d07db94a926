package watchword.storage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Folds sorted keys into the names of one folder, jumping over what lies deeper: a folder costs one look-up, however much is in it. The
 * one implementation for every kind of storage.
 */
final class Names {
    private static final int FIRST_PAGE = 32;
    private static final int LARGEST_PAGE = 512;

    private Names() {}

    /** Keys of the folder from {@code from} (inclusive) on, in byte order: at most {@code limit}, none only if there is none. */
    @FunctionalInterface
    interface Keys {
        List<byte[]> page(byte[] from, int limit);
    }

    /** @throws IllegalArgumentException when {@code prefix} is no folder */
    static List<String> list(String prefix, String after, int limit, Keys keys) {
        if (!prefix.isEmpty() && !prefix.endsWith("/")) throw new IllegalArgumentException("a folder to list ends in a slash");
        var names = new ArrayList<String>();
        var from = after.isEmpty() ? Bytes.of(prefix) : past(prefix, after);
        // One key at a time where there are folders to jump over, many where there are none.
        int size = FIRST_PAGE;
        while (names.size() < limit) {
            var page = keys.page(from, Math.min(size, Math.max(2, limit - names.size())));
            if (page.isEmpty()) break;
            int skipped = 0;
            for (var key : page) {
                if (names.size() == limit) break;
                if (Arrays.compareUnsigned(key, from) < 0) {
                    skipped++;
                    continue;
                }
                var name = name(Bytes.text(key), prefix.length());
                if (!name.isEmpty()) names.add(name);
                from = past(prefix, name);
            }
            size = skipped > page.size() / 2 ? 1 : Math.min(LARGEST_PAGE, size * 2);
        }
        return names;
    }

    private static String name(String key, int start) {
        int slash = key.indexOf('/', start);
        return key.substring(start, slash < 0 ? key.length() : slash + 1);
    }

    /** The first key that can come after a name: after a folder, the first that is not in it. */
    private static byte[] past(String prefix, String name) {
        int slash = name.indexOf('/');
        if (slash < 0) return Bytes.of(prefix + name + "\0");
        return Bytes.of(prefix + name.substring(0, slash) + (char) ('/' + 1));
    }
}
