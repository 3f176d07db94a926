package watchword.storage;

import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Storage.StorageException;

/** Blows once, when what is stored can no longer be believed; from then on everything is refused. Any thread. */
final class Fuse {
    private static final System.Logger LOG = System.getLogger(Fuse.class.getName());

    private final CompletableFuture<String> blown = new CompletableFuture<>();
    private volatile @Nullable String why;

    void blow(String reason, Throwable cause) {
        synchronized (this) {
            if (why != null) return;
            why = reason;
        }
        LOG.log(Level.ERROR, "the store refuses everything from here on: " + reason, cause);
        blown.complete(reason);
    }

    boolean isBlown() {
        return why != null;
    }

    void requireWhole() {
        var reason = why;
        if (reason != null) throw new StorageException("the store stopped: " + reason + "; restart the server when the disk is well", false, null, Health.Failed.ADVICE);
    }

    Health health() {
        var reason = why;
        return reason == null ? new Health.Good() : new Health.Failed(reason);
    }

    /** Calls {@code listener} once, on a thread of its own, when it blows or if it has. */
    void whenBlown(Consumer<Health.Failed> listener) {
        blown.thenAcceptAsync(reason -> listener.accept(new Health.Failed(reason)), task -> Thread.ofVirtual().name("store failed").start(task));
    }
}
