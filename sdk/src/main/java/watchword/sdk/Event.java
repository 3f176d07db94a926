package watchword.sdk;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that happened, for those who subscribed to it. It tells that and where, never a secret: whoever may hear of a path need not
 * be one who may read it. It is heard once the request's changes are committed, and by nobody if they are not.
 *
 * @param type kind of mount and what happened, such as {@code kv-v2/data-write}
 * @param path below the mount, as it was asked
 * @param details texts about it, by name
 */
public record Event(String type, String path, Map<String, String> details) {
    private static final String DATA_PATH = "data_path";
    private static final String MODIFIED = "modified";
    private static final String OPERATION = "operation";

    /**
     * Something was changed.
     *
     * @param family what stands before the slash of the type
     */
    public static Event changed(String family, String operation, String path) {
        var details = new LinkedHashMap<String, String>();
        details.put(MODIFIED, "true");
        details.put(OPERATION, operation);
        return new Event(family + "/" + operation, path, details);
    }

    /** Where what was changed can be read, below the mount. */
    public Event readable(String dataPath) {
        return with(DATA_PATH, dataPath);
    }

    public Event with(String name, String value) {
        var more = new LinkedHashMap<>(details);
        more.put(name, value);
        return new Event(type, path, more);
    }

    /** @param mount the path of the mount, with its trailing slash */
    public Event at(String mount) {
        var moved = new Event(type, mount + path, details);
        var dataPath = details.get(DATA_PATH);
        return dataPath == null ? moved : moved.readable(mount + dataPath);
    }

    /** What tells of it is read by those who may hear of this path. */
    public String heardAt() {
        return details.getOrDefault(DATA_PATH, path);
    }
}
