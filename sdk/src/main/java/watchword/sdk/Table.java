package watchword.sdk;

import java.util.List;
import java.util.Optional;

/** Records of one type under one prefix of the store, each a JSON document with its type's fields. */
public interface Table<T extends Record> {

    Optional<T> get(Storage.Reader store, String name);

    /** Names in byte order, folders ending in a slash; see {@link Storage.Reader#list}. */
    List<String> names(Storage.Reader store, String prefix, String after, int limit);

    void put(Storage.Writer store, String name, T row);

    void delete(Storage.Writer store, String name);
}
