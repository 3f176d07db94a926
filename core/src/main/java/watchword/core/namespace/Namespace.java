package watchword.core.namespace;

/**
 * A tenant: whatever its part of the store has. Its id stands at the end of the names of what is of it (tokens, accessors, leases), so that
 * a name tells where to look, and is never another's again.
 *
 * @param path from the root, each name with its slash; empty for the root
 * @param tainted being removed: answers nothing any more
 * @param locked answers nothing until it is unlocked
 */
public record Namespace(String id, String uuid, String path, boolean tainted, boolean locked) {
    public static final String ROOT_ID = "root";
    public static final Namespace ROOT = new Namespace(ROOT_ID, "00000000-0000-0000-0000-000000000000", "", false, false);

    public boolean isRoot() {
        return id.equals(ROOT_ID);
    }

    /** As labels of metrics have it. */
    public String label() {
        return isRoot() ? ROOT_ID : path;
    }

    /** Whether {@code other} is this one or in it. */
    public boolean holds(Namespace other) {
        return other.path.startsWith(path);
    }

    /** The one that has this one; of the root, the root. */
    String parentPath() {
        return path.isEmpty() ? "" : path.substring(0, path.lastIndexOf('/', path.length() - 2) + 1);
    }

    /** The name that its parent knows it by, with its slash. */
    String name() {
        return path.substring(parentPath().length());
    }

    Namespace tainting(boolean taint) {
        return new Namespace(id, uuid, path, taint, locked);
    }

    Namespace locking(boolean lock) {
        return new Namespace(id, uuid, path, tainted, lock);
    }

    // ---- names of what is of a namespace ----

    /** A name with the id of whose it is at its end; in the root, names are as they are. */
    public static String suffixed(String name, String id) {
        return id.equals(ROOT_ID) ? name : name + "." + id;
    }

    /** A name without the id at its end. */
    public static String unsuffixed(String name, String id) {
        return id.equals(ROOT_ID) ? name : name.substring(0, name.length() - id.length() - 1);
    }

    /** Whose a lease, an accessor or the key of a token is, by its name. */
    public static String idIn(String name) {
        int dot = name.lastIndexOf('.');
        return dot <= name.lastIndexOf('/') ? ROOT_ID : name.substring(dot + 1);
    }
}
