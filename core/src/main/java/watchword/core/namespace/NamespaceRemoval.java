package watchword.core.namespace;

import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.function.BiConsumer;
import watchword.core.mount.MountFollower;
import watchword.core.mount.Mounts;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/**
 * Removes a namespace with all that is of it. What was issued is revoked while the namespace still answers, so that whoever meets an engine
 * that cannot revoke can help; then nothing is answered any more, and its part of the store is swept in pages. A crash leaves it tainted
 * at worst, and begun anew it goes on.
 */
public final class NamespaceRemoval {
    private static final System.Logger LOG = System.getLogger(NamespaceRemoval.class.getName());
    private static final int PAGE = 500;

    private final Storage storage;
    private final Mounts mounts;
    private final BiConsumer<Storage, String> revokeBelow;
    private final MountFollower follower;
    private final InstantSource clock;

    /** @param revokeBelow ends every lease and token below a path in a namespace's part, on its engine too */
    public NamespaceRemoval(Storage storage, Mounts mounts, BiConsumer<Storage, String> revokeBelow, MountFollower follower, InstantSource clock) {
        this.storage = storage;
        this.mounts = mounts;
        this.revokeBelow = revokeBelow;
        this.follower = follower;
        this.clock = clock;
    }

    /** @throws Problem.ProblemException when it has others in it, or an engine could not revoke what it issued: then it stays */
    void remove(Namespace namespace) {
        var part = NamespaceStore.of(storage, namespace.id());
        requireAlone(storage.read(Namespaces::tree), namespace);
        if (!namespace.tainted()) revokeBelow.accept(part, "");
        storage.update(store -> taint(store, namespace, true));
        try {
            revokeBelow.accept(part, ""); // what was issued meanwhile
        } catch (Problem.ProblemException stuck) {
            storage.update(store -> taint(store, namespace, false));
            throw stuck;
        }
        part.<Boolean>read(store -> {
            mounts.forgetAll(store);
            return true;
        });
        while (!storage.<Boolean>write(store -> sweep(store, namespace))) {
            LOG.log(Level.DEBUG, "namespace {0} is being removed", namespace.id());
        }
        follower.settled();
    }

    private static void requireAlone(NamespaceTree tree, Namespace namespace) {
        if (!tree.children(namespace).isEmpty()) throw new Problem.Invalid("unable to delete namespace containing child namespaces").asException();
    }

    private static void taint(Storage.Writer store, Namespace namespace, boolean tainted) {
        var tree = Namespaces.tree(store);
        requireAlone(tree, namespace); // one that was made meanwhile
        tree.byId(namespace.id()).ifPresent(still -> Namespaces.save(store, tree.with(still.tainting(tainted))));
    }

    /** @return whether that was the last of it, and the namespace is gone */
    private boolean sweep(Storage.Writer store, Namespace namespace) {
        var page = store.scan(NamespaceStore.prefix(namespace.id()), "", PAGE);
        for (var row : page) store.delete(row.key());
        if (page.size() == PAGE) return false;
        var tree = Namespaces.tree(store);
        tree.byId(namespace.id()).ifPresent(gone -> {
            Namespaces.save(store, tree.without(gone));
            follower.removed(store, gone);
        });
        return true;
    }

    /** Goes on with what was interrupted. */
    public void resume() {
        for (var namespace : storage.<NamespaceTree>read(Namespaces::tree).all()) {
            if (!namespace.tainted()) continue;
            try {
                remove(namespace);
                LOG.log(Level.INFO, "namespace {0}, whose removal was interrupted at some time before {1}, is removed", namespace.id(), clock.instant());
            } catch (Problem.ProblemException stuck) {
                LOG.log(Level.WARNING, "namespace {0} could not be removed, and answers again: {1}", namespace.id(), stuck.getMessage());
            }
        }
    }
}
