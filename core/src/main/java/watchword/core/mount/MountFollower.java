package watchword.core.mount;

import watchword.core.namespace.Namespace;
import watchword.sdk.Storage;

/** Keeps rows that name mounts true when one is moved or removed: asked in the same transaction, and told when that is over. */
public interface MountFollower {
    void removed(Storage.Writer store, MountEntry mount);

    /** All mounts of a namespace, with it. */
    void removed(Storage.Writer store, Namespace namespace);

    void moved(Storage.Writer store, MountEntry from, String to);

    void settled();
}
