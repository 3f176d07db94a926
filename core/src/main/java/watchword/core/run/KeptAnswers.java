package watchword.core.run;

import java.time.Instant;
import java.util.Optional;
import watchword.core.wire.Rows;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * What runs were answered, kept with the lease of each answer while it is in force: a run that asks the same again is told the same. In
 * the store of the run's namespace.
 */
public final class KeptAnswers {
    private static final String FOLDER = "core/run/answer/";

    private final Rows<Row> rows = new Rows<>(FOLDER, Row.class);

    /**
     * @param leaseId empty while it is being made
     * @param data the answer's, as JSON
     * @param maker of the request that is at it, while one is
     * @param patience until when it may be
     */
    public record Row(String leaseId, Secret data, String maker, Instant patience) {}

    /** What tells one answer of a run from another: who asks what, by a digest. */
    public record Key(String run, String ask) {
        /** @param what all that the answer depends on */
        public static Key of(String run, String what) {
            return new Key(run, Runs.digest(what));
        }

        private String name() {
            return Runs.digest(run) + "/" + ask;
        }
    }

    /** Where what is kept for a run is in the store. */
    static String folder(String run) {
        return FOLDER + Runs.digest(run) + "/";
    }

    public Optional<Row> get(Storage.Reader store, Key key) {
        return rows.get(store, key.name());
    }

    /** Says that a request is getting it, so that others wait. */
    public void claim(Storage.Writer store, Key key, String maker, Instant patience) {
        rows.put(store, key.name(), new Row("", Secret.copyOf(""), maker, patience));
    }

    public void keep(Storage.Writer store, Key key, String leaseId, Secret data) {
        rows.put(store, key.name(), new Row(leaseId, data, "", Instant.EPOCH));
    }

    /** Whoever claimed it has nothing to keep. */
    public void release(Storage.Writer store, Key key, String maker) {
        rows.get(store, key.name()).filter(row -> row.maker().equals(maker)).ifPresent(_ -> rows.delete(store, key.name()));
    }

    /** Its lease is ending. */
    public void drop(Storage.Writer store, Key key, String leaseId) {
        rows.get(store, key.name()).filter(row -> row.leaseId().equals(leaseId)).ifPresent(_ -> rows.delete(store, key.name()));
    }
}
