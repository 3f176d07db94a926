package watchword.core.mount;

import java.util.List;
import watchword.core.namespace.Namespace;
import watchword.sdk.Storage;

/** Keeps rows that name mounts true when one is moved or removed: asked in the same transaction, and told when that is over. */
public interface MountFollower {

    /** All of them, in this order. */
    static MountFollower all(List<MountFollower> followers) {
        return new MountFollower() {
            @Override
            public void removed(Storage.Writer store, MountEntry mount) {
                followers.forEach(each -> each.removed(store, mount));
            }

            @Override
            public void removed(Storage.Writer store, Namespace namespace) {
                followers.forEach(each -> each.removed(store, namespace));
            }

            @Override
            public void moved(Storage.Writer store, MountEntry from, String to) {
                followers.forEach(each -> each.moved(store, from, to));
            }

            @Override
            public void settled() {
                followers.forEach(MountFollower::settled);
            }
        };
    }

    void removed(Storage.Writer store, MountEntry mount);

    /** All mounts of a namespace, with it. */
    void removed(Storage.Writer store, Namespace namespace);

    void moved(Storage.Writer store, MountEntry from, String to);

    void settled();
}
