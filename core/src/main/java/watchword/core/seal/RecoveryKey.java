package watchword.core.seal;

import watchword.core.barrier.Barrier;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** What tells the recovery key: not the key, a keyed hash of it behind the barrier. It proves a quorum, and opens nothing. */
final class RecoveryKey {
    private static final String ENTRY = "core/recovery-key";
    private static final String LABEL = "seal/recovery-key";

    private RecoveryKey() {}

    static void put(Storage.Writer tx, Barrier barrier, Secret key) {
        try (var hash = barrier.keyedHash(LABEL)) {
            tx.put(ENTRY, hash.of(key));
        }
    }

    static void delete(Storage.Writer tx) {
        tx.delete(ENTRY);
    }

    static boolean is(Barrier barrier, Secret candidate) {
        var expected = barrier.<byte[]>read(tx -> tx.get(ENTRY).orElseGet(() -> new byte[0]));
        try (var hash = barrier.keyedHash(LABEL)) {
            return hash.matches(candidate, expected);
        }
    }
}
