package watchword.core.barrier;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Optional;
import watchword.sdk.Problem;
import watchword.sdk.Storage;
import watchword.sdk.Storage.Reader;
import watchword.sdk.Storage.Writer;

/** Which of its backups a store began with, as it was when it was opened. What is encrypted for another one would be lost in it. Any thread. */
final class Generation {
    private static final int BYTES = 16;

    private final Storage store;
    private final Optional<byte[]> opened;

    Generation(Storage store) {
        this.store = store;
        this.opened = store.<Optional<byte[]>>read(tx -> tx.get(Barrier.GENERATION));
    }

    static void begin(Writer tx, SecureRandom random) {
        var next = new byte[BYTES];
        random.nextBytes(next);
        tx.put(Barrier.GENERATION, next);
    }

    private boolean isStill(Reader tx) {
        var now = tx.get(Barrier.GENERATION);
        return now.isPresent() == opened.isPresent() && (now.isEmpty() || MessageDigest.isEqual(now.get(), opened.get()));
    }

    /** @throws Problem.ProblemException 503, in a transaction of a server that opened the store before it was replaced */
    void require(Reader tx) {
        if (!isStill(tx)) throw new Problem.Unavailable("another server has put a backup into the store; try again").asException();
    }

    boolean isPast() {
        return !store.<Boolean>read(this::isStill);
    }
}
