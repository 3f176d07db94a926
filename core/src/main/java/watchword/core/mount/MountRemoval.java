package watchword.core.mount;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.core.namespace.NamespaceTree;
import watchword.core.namespace.Namespaces;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/**
 * Removes a mount with what it issued. From the moment that it is tainted it answers nothing and issues nothing, so that nothing comes to
 * be behind what is being revoked. A crash leaves it tainted at worst, and begun anew it goes on.
 */
public final class MountRemoval {
    private static final System.Logger LOG = System.getLogger(MountRemoval.class.getName());

    private final Storage storage;
    private final Mounts mounts;
    private final BiConsumer<Storage, String> revokeBelow;
    private final MountFollower follower;

    /** @param revokeBelow ends every lease and token below a path in a namespace's part, on its engine too */
    public MountRemoval(Storage storage, Mounts mounts, BiConsumer<Storage, String> revokeBelow, MountFollower follower) {
        this.storage = storage;
        this.mounts = mounts;
        this.revokeBelow = revokeBelow;
        this.follower = follower;
    }

    /**
     * Removes the mount at a path, if there is one.
     *
     * @param part of the namespace
     * @throws Problem.ProblemException when an engine could not revoke what it issued: then the mount stays, and answers again
     */
    void remove(Storage part, String path) {
        taint(part, path, true);
        try {
            revokeBelow.accept(part, path);
        } catch (Problem.ProblemException stuck) {
            taint(part, path, false);
            throw stuck;
        }
        part.update(store -> mounts.at(store, path).filter(MountEntry::tainted).ifPresent(still -> {
            mounts.remove(store, still);
            follower.removed(store, still);
        }));
        follower.settled();
    }

    private void taint(Storage part, String path, boolean tainted) {
        part.update(store -> mounts.at(store, path).ifPresent(still -> mounts.replace(store, still.tainting(tainted))));
    }

    /** Goes on with what was interrupted. */
    public void resume() {
        for (var namespace : Stream.concat(Stream.of(Namespace.ROOT), storage.<NamespaceTree>read(Namespaces::tree).all().stream()).toList()) {
            var part = NamespaceStore.of(storage, namespace.id());
            var left = part.<List<MountEntry>>read(store -> Stream.concat(mounts.all(store, false).stream(), mounts.all(store, true).stream()).filter(MountEntry::tainted).toList());
            for (var mount : left) {
                try {
                    remove(part, mount.path());
                    LOG.log(Level.INFO, "mount {0}, whose removal was interrupted, is removed", namespace.path() + mount.path());
                } catch (Problem.ProblemException stuck) {
                    LOG.log(Level.WARNING, "mount {0} could not be removed, and answers again: {1}", namespace.path() + mount.path(), stuck.getMessage());
                }
            }
        }
    }
}
