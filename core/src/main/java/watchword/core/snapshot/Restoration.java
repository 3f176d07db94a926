package watchword.core.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import watchword.core.barrier.Barrier;
import watchword.sdk.Storage.Entry;
import watchword.sdk.Storage.Writer;

/** Puts a snapshot into a store. */
public final class Restoration {
    private Restoration() {}

    /**
     * What a snapshot that was read to its end is known to be.
     *
     * @param keyring the barrier's own entry of that name
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Checked(long entries, byte[] sums, Optional<byte[]> sealed, byte[] keyring) {}

    /** Reads a snapshot from beginning to end and changes nothing. @throws BrokenSnapshotException if it must not be restored */
    public static Checked check(InputStream from) throws IOException {
        var snapshot = SnapshotReader.open(from);
        Optional<byte[]> keyring = Optional.empty();
        boolean sealed = false;
        long entries = 0;
        for (var entry = snapshot.next(); entry.isPresent(); entry = snapshot.next()) {
            entries++;
            if (entry.get().key().equals(Barrier.KEYRING)) keyring = Optional.of(entry.get().value());
            sealed |= entry.get().key().equals(Barrier.SEAL);
        }
        if (keyring.isEmpty() || !sealed) throw new BrokenSnapshotException("it is of a store that was not initialized");
        return new Checked(entries, snapshot.sums(), snapshot.sealed(), keyring.get());
    }

    /** Makes the store what the snapshot is: puts what differs, and deletes what is not in it. */
    public static void into(Writer store, InputStream from) {
        try {
            var snapshot = SnapshotReader.open(from);
            var there = new EntryWalk(store);
            var wanted = snapshot.next();
            while (wanted.isPresent() || there.peek().isPresent()) {
                int order = order(there.peek(), wanted);
                if (order < 0) store.delete(there.peek().orElseThrow().key());
                else if (order > 0 || !Arrays.equals(there.peek().orElseThrow().value(), wanted.orElseThrow().value())) {
                    store.put(wanted.orElseThrow().key(), wanted.orElseThrow().value());
                }
                if (order <= 0) there.next();
                if (order >= 0) wanted = snapshot.next();
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Nothing comes after everything. */
    private static int order(Optional<Entry> one, Optional<Entry> other) {
        if (one.isEmpty() || other.isEmpty()) return one.isPresent() ? -1 : 1;
        return Arrays.compareUnsigned(one.get().key().getBytes(StandardCharsets.UTF_8), other.get().key().getBytes(StandardCharsets.UTF_8));
    }
}
