package watchword.core.mount;

import watchword.sdk.Storage;

/** Keeps rows that name mounts true when one is moved or removed: asked in the same transaction, and told when that is over. */
public interface MountFollower {
    void removed(Storage.Writer store, MountEntry mount);

    void moved(Storage.Writer store, MountEntry from, String to);

    void settled();
}
