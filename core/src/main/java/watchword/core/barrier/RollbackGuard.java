package watchword.core.barrier;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/**
 * Notices that the store was put back to an earlier state. A counter in the store goes up while the server writes, and a small file
 * outside of the store remembers how far it had come; a store that is behind its file is not unsealed. What was written since the counter
 * last went up can still be taken back unseen, so {@link #advance} is called every few seconds. Any thread.
 *
 * <p>Each node has a file of its own. {@code spec/barrier-record.md}, "Going back".
 */
public final class RollbackGuard {
    static final String EPOCH = "barrier/epoch";
    private static final System.Logger LOG = System.getLogger(RollbackGuard.class.getName());

    private final Optional<EpochFile> file;
    private final ReentrantLock advancing = new ReentrantLock();
    private volatile long commitsSeen = -1;

    private RollbackGuard(Optional<EpochFile> file) {
        this.file = file;
    }

    /** @param file beside the configuration, on another disk than the store where there is one; its folder must exist */
    public static RollbackGuard by(Path file) {
        return new RollbackGuard(Optional.of(new EpochFile(file)));
    }

    /** Watches nothing: for a store that is gone when the process ends. */
    public static RollbackGuard none() {
        return new RollbackGuard(Optional.empty());
    }

    /**
     * Before a new store is made in place of one that this server knew.
     *
     * @throws Problem.ProblemException if there was one
     */
    public void requireFirst() {
        if (file.isEmpty() || !file.get().exists()) return;
        LOG.log(Level.ERROR, "there was a store before: " + file.get() + " tells of one");
        throw new Problem.Invalid("this server had a store before, and this one is empty: bring the store back, or remove the epoch file to begin anew")
                .asException();
    }

    /**
     * At unseal: is this the store that was last written, no older?
     *
     * @throws Problem.ProblemException if not; the server must stay sealed
     */
    public void check(Barrier barrier) {
        if (file.isEmpty()) return;
        commitsSeen = -1;
        try (var key = barrier.keyedHash(EPOCH)) {
            long stored = epoch(barrier.readOwn(EPOCH));
            switch (file.get().read(storeId(barrier), key)) {
                case EpochFile.Missing _ when stored > 0 ->
                    LOG.log(Level.WARNING, "no epoch file at " + file.get() + ": whether the store was put back to an earlier state cannot be told this time");
                case EpochFile.Missing _ -> {}
                case EpochFile.Unreadable _ -> refuse("the epoch file is not one that this server wrote for this store");
                case EpochFile.At(long seen) when stored < seen ->
                    refuse("the store has been put back to an earlier state: it is at epoch " + stored + " and was at " + seen);
                case EpochFile.At _ -> {}
            }
        }
        advance(barrier);
    }

    /** The store was replaced on purpose, by a backup. */
    public void forget() {
        try {
            if (file.isPresent()) file.get().remove();
        } catch (IOException failed) {
            LOG.log(Level.WARNING, "cannot remove " + file.get() + ": do so before the next unseal", failed);
        }
    }

    private void refuse(String why) {
        LOG.log(Level.ERROR, why + "; " + file.map(EpochFile::toString).orElse(""));
        throw new Problem.Internal(why + ". If it was you who did this, to restore a backup, remove the epoch file and unseal again.").asException();
    }

    /** Counts up if anything was written since the last time. A file that cannot be written is logged and tried again the next time. */
    public void advance(Barrier barrier) {
        if (file.isEmpty()) return;
        advancing.lock();
        try (var key = barrier.keyedHash(EPOCH)) {
            long commits = barrier.commits();
            if (commits == commitsSeen) return;
            // The store first: a crash in between leaves it ahead of the file, which is no reason for alarm.
            long now = epoch(Optional.of(barrier.changeOwn(EPOCH, before -> bytes(epoch(before) + 1))));
            file.get().write(storeId(barrier), now, key);
            commitsSeen = commits;
        } catch (IOException failed) {
            LOG.log(Level.WARNING, "cannot write " + file.get() + ": a store that is put back may go unnoticed", failed);
        } finally {
            advancing.unlock();
        }
    }

    private static long epoch(Optional<byte[]> stored) {
        return stored.map(bytes -> ByteBuffer.wrap(bytes).getLong()).orElse(0L);
    }

    private static byte[] bytes(long epoch) {
        return ByteBuffer.allocate(Long.BYTES).putLong(epoch).array();
    }

    private static String storeId(Barrier barrier) {
        try (Secret id = barrier.deriveSecret("barrier/store-id")) {
            return id.use(bytes -> HexFormat.of().formatHex(bytes, 0, 16));
        }
    }
}
