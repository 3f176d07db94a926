package watchword.core.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import watchword.core.barrier.Barrier;
import watchword.sdk.Call;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Storage;

/**
 * {@code sys/storage/raft/snapshot}: the store as a file, and back, under the name that clients know from another kind of store. Everything
 * in the file is as sealed as in the store.
 */
public final class SnapshotRoutes {
    private static final System.Logger LOG = System.getLogger(SnapshotRoutes.class.getName());
    private static final String LABEL = "snapshot";
    private static final String PATH = "storage/raft/snapshot";

    private final Storage store;
    private final Barrier barrier;
    private final Path scratch;
    private final InstantSource clock;
    private final Consumer<Consumer<Storage.Writer>> replaceStore;

    /**
     * @param store below the barrier
     * @param scratch a folder for files that do not fit into memory
     * @param replaceStore runs a transaction below the barrier that replaces everything, and starts the server anew
     */
    public SnapshotRoutes(Storage store, Barrier barrier, Path scratch, InstantSource clock, Consumer<Consumer<Storage.Writer>> replaceStore) {
        this.store = store;
        this.barrier = barrier;
        this.scratch = scratch;
        this.clock = clock;
        this.replaceStore = replaceStore;
    }

    record Nothing() {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.effect(Operation.READ, PATH, Nothing.class, None.class, this::take, "Back the store up: the answer is an archive of it, as sealed as it is.").with(Trait.SUDO, Trait.OWN_FORM),
                Route.effect(Operation.WRITE, PATH, Nothing.class, None.class, call -> restore(call, false), "Restore a backup of this store; the body is the archive.").with(Trait.SUDO),
                Route.effect(Operation.WRITE, PATH + "-force", Nothing.class, None.class, call -> restore(call, true), "Restore a backup, whosever it is; the body is the archive.")
                        .with(Trait.SUDO));
    }

    private Reply<None> take(Call.Effect<Nothing> call) {
        var spool = spool();
        try {
            store.<Boolean>read(tx -> {
                fill(spool, tx);
                return true;
            });
            return Reply.download("application/gzip", spool);
        } catch (RuntimeException failed) {
            spool.close();
            throw failed;
        }
    }

    private Spool spool() {
        try {
            return Spool.in(scratch);
        } catch (IOException failed) {
            throw noRoom(failed);
        }
    }

    private static Problem.ProblemException noRoom(IOException failed) {
        LOG.log(Level.ERROR, "a snapshot needs a file while it is made or restored", failed);
        return new Problem.Internal("the server cannot write the file that a snapshot needs; its log says why").asException();
    }

    private void fill(Spool spool, Storage.Reader tx) {
        try {
            spool.fill(out -> SnapshotWriter.write(tx, out, clock.instant(), Optional.of(this::seal)));
        } catch (IOException failed) {
            throw noRoom(failed);
        }
    }

    private byte[] seal(byte[] sums) {
        try (var key = barrier.keyedHash(LABEL)) {
            return (SnapshotWriter.FORMAT + " " + SnapshotWriter.VERSION + " " + HexFormat.of().formatHex(key.of(sums)) + "\n").getBytes(StandardCharsets.US_ASCII);
        }
    }

    private Reply<None> restore(Call.Effect<Nothing> call, boolean force) {
        var upload = call.ask().upload().orElseThrow(() -> new Problem.Invalid("the body has to be a snapshot").asException());
        try (var spool = spool()) {
            receive(upload, spool);
            var snapshot = check(spool);
            if (!force) requireOurs(snapshot);
            replaceStore.accept(tx -> Restoration.into(tx, spool.bytes()));
            LOG.log(Level.WARNING, "restored a snapshot of {0} entries, sha256 {1}", snapshot.entries(), spool.sha256());
        }
        return Reply.nothing();
    }

    private static void receive(InputStream upload, Spool spool) {
        try {
            spool.fill(out -> {
                try {
                    upload.transferTo(out);
                } catch (UncheckedIOException failed) {
                    throw failed.getCause();
                }
            });
        } catch (IOException failed) {
            LOG.log(Level.WARNING, "a snapshot did not arrive whole, or there was no room for it", failed);
            throw new Problem.Invalid("the snapshot did not arrive whole; nothing was changed").asException();
        }
    }

    private static Restoration.Checked check(Spool spool) {
        try {
            return Restoration.check(spool.bytes());
        } catch (BrokenSnapshotException broken) {
            throw new Problem.Invalid("the snapshot is refused: " + broken.getMessage() + "; nothing was changed").asException();
        } catch (IOException failed) {
            throw noRoom(failed);
        }
    }

    private void requireOurs(Restoration.Checked snapshot) {
        var sealed = snapshot.sealed().orElseThrow(() -> refused("it was taken without the server's keys, so that nobody can tell whether it was edited"));
        if (!MessageDigest.isEqual(sealed, seal(snapshot.sums()))) throw refused("it is of another store, or was edited");
        if (!barrier.opens(snapshot.keyring())) throw refused("it was taken before the unseal keys were changed, and would bring the old ones back");
    }

    private static Problem.ProblemException refused(String why) {
        return new Problem.Invalid("the snapshot is refused: " + why + "; nothing was changed. To restore it all the same, use snapshot-force").asException();
    }
}
