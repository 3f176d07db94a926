package watchword.storage;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

/** Folds sorted keys into the names of one folder, jumping over what lies deeper. The one implementation for every kind of storage. */
final class Names {
    private Names() {}

    /** Gives the keys from {@code from} (inclusive) up to the end of the folder, in byte order; maybe only some of them, but at least one if there is one. */
    @FunctionalInterface
    interface Keys extends Function<byte[], List<byte[]>> {}

    static List<String> list(String prefix, String after, int limit, Keys keys) {
        var names = new ArrayList<String>();
        var folder = bytes(prefix);
        var from = after.isEmpty() ? folder : past(prefix, after);
        while (names.size() < limit) {
            Iterator<byte[]> page = keys.apply(from).iterator();
            if (!page.hasNext()) break;
            while (page.hasNext() && names.size() < limit) {
                var key = page.next();
                if (Arrays.compareUnsigned(key, from) < 0) continue;
                var rest = new String(key, folder.length, key.length - folder.length, StandardCharsets.UTF_8);
                int slash = rest.indexOf('/');
                var name = slash < 0 ? rest : rest.substring(0, slash + 1);
                if (!name.isEmpty()) names.add(name);
                from = past(prefix, name);
            }
        }
        return names;
    }

    /** The first key that can come after a name: after a folder, the first that is not in it. */
    private static byte[] past(String prefix, String name) {
        if (name.endsWith("/")) return bytes(prefix + name.substring(0, name.length() - 1) + (char) ('/' + 1));
        return bytes(prefix + name + "\0");
    }

    static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    /** The first key after every key with this prefix; empty when there is none. */
    static byte[] end(byte[] prefix) {
        for (int i = prefix.length - 1; i >= 0; i--) {
            if (prefix[i] != (byte) 0xff) {
                var end = Arrays.copyOf(prefix, i + 1);
                end[i]++;
                return end;
            }
        }
        return new byte[0];
    }
}
