package watchword.core.identity.oidc;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import watchword.core.lease.ExpiryIndex.End;
import watchword.core.lease.ExpiryIndex.Kind;
import watchword.core.lease.ExpiryIndex;
import watchword.core.namespace.NamespaceStore;
import watchword.core.wire.Rows;
import watchword.crypto.jose.JwtAlgorithm;
import watchword.crypto.jose.SigningKey;
import watchword.sdk.Inline;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/** The keys of each namespace, and who signs with them. Whatever has to be done about one is in the expiry index. */
final class NamedKeys {
    /** The name of the key that each namespace has from the beginning. */
    static final String DEFAULT = "default";
    private static final int MOST = 256;
    private static final String USES = "core/oidc/key-use/";
    private static final byte[] NOTHING = new byte[0];

    private final Rows<Row> rows = new Rows<>("core/oidc/key/", Row.class);
    private final RandomText random;
    private final InstantSource clock;

    NamedKeys(RandomText random, InstantSource clock) {
        this.random = random;
        this.clock = clock;
    }

    /** @param due where the expiry index has it */
    record Row(@Inline NamedKey key, Optional<Instant> due) {}

    /** What signs with a key. */
    enum User {
        ROLE,
        CLIENT;

        private String folder() {
            return name().toLowerCase(Locale.ROOT) + "/";
        }
    }

    /** As fine as the expiry index tells time: what is due there is due here. */
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    Optional<NamedKey> get(Storage.Reader store, String name) {
        if (!Label.is(name)) return Optional.empty();
        var row = rows.get(store, name).map(Row::key);
        return row.isEmpty() && name.equals(DEFAULT) ? Optional.of(NamedKey.DEFAULT) : row;
    }

    Builtin names() {
        return new Builtin(rows, DEFAULT, MOST);
    }

    // ---- who uses them ----

    void use(Storage.Writer store, String key, User user, String name) {
        store.put(USES + key + "/" + user.folder() + name, NOTHING);
    }

    void unuse(Storage.Writer store, String key, User user, String name) {
        store.delete(USES + key + "/" + user.folder() + name);
    }

    List<String> users(Storage.Reader store, String key, User user) {
        return store.list(USES + key + "/" + user.folder(), "", Integer.MAX_VALUE);
    }

    private boolean isUsed(Storage.Reader store, String key, User user) {
        return !store.list(USES + key + "/" + user.folder(), "", 1).isEmpty();
    }

    /** All that somebody of a kind signs with. */
    List<NamedKey> used(Storage.Reader store, User user) {
        return names().all(store).stream().filter(name -> isUsed(store, name, user)).flatMap(name -> get(store, name).stream()).toList();
    }

    // ---- changing them ----

    /**
     * Changes a key, and makes what it wants then. That takes time, so it is done in no transaction; the work may run more than once, on the
     * same or a newer row.
     *
     * @param work the row as it is wanted at a time; empty to leave things as they are
     */
    void change(Storage storage, String name, BiFunction<Storage.Reader, Instant, Optional<NamedKey>> work) {
        var made = new ArrayList<SigningKey.Pair>();
        while (true) {
            var now = now();
            var algorithm = storage.<Optional<JwtAlgorithm>>write(store -> changed(store, name, work, made, now));
            if (algorithm.isEmpty()) return;
            made.removeIf(pair -> !algorithm.get().name().equals(pair.jwk().get("alg")));
            made.add(SigningKey.generate(algorithm.get(), random.uuid(), random.random()));
        }
    }

    /** @return of which algorithm one more is wanted; empty when it is done */
    private Optional<JwtAlgorithm> changed(Storage.Writer store, String name, BiFunction<Storage.Reader, Instant, Optional<NamedKey>> work, List<SigningKey.Pair> made, Instant now) {
        var wanted = work.apply(store, now);
        if (wanted.isEmpty()) return Optional.empty();
        var key = wanted.get();
        var fresh = made.stream().filter(pair -> key.algorithm().equals(pair.jwk().get("alg"))).limit(key.wanting(now)).toList();
        if (fresh.size() < key.wanting(now)) return JwtAlgorithm.named(key.algorithm());
        save(store, name, key.settled(fresh, now), now);
        return Optional.empty();
    }

    private void save(Storage.Writer store, String name, NamedKey key, Instant now) {
        var before = rows.get(store, name);
        if (before.isEmpty() && rows.names(store, "", "", MOST).size() == MOST) throw new Problem.Invalid("there are " + MOST + " keys already").asException();
        before.flatMap(Row::due).ifPresent(at -> ExpiryIndex.remove(store, at, Kind.KEY, dueName(store, name)));
        var due = key.due(now);
        due.ifPresent(at -> ExpiryIndex.add(store, at, Kind.KEY, dueName(store, name)));
        rows.put(store, name, new Row(key, due));
    }

    void delete(Storage.Writer store, String name) {
        rows.get(store, name).flatMap(Row::due).ifPresent(at -> ExpiryIndex.remove(store, at, Kind.KEY, dueName(store, name)));
        rows.delete(store, name);
    }

    /** Makes the keys of one that was never needed before. */
    void prepare(Storage storage, String name) {
        boolean missing = storage.<Boolean>read(store -> get(store, name).filter(key -> key.ring().isEmpty()).isPresent());
        if (missing) change(storage, name, (store, _) -> get(store, name).filter(key -> key.ring().isEmpty()));
    }

    private static String dueName(Storage.Reader store, String name) {
        return NamespaceStore.idOf(store) + "/" + name;
    }

    /** Does what is due. Of several servers that are at it, one finds the row as it was; the others leave it alone. */
    void settle(Storage whole, End due) {
        int slash = due.name().indexOf('/');
        var part = NamespaceStore.of(whole, due.name().substring(0, slash));
        var name = due.name().substring(slash + 1);
        change(part, name, (store, _) -> rows.get(store, name).filter(row -> row.due().equals(Optional.of(due.at()))).map(Row::key));
        part.update(store -> {
            if (rows.get(store, name).filter(row -> row.due().equals(Optional.of(due.at()))).isEmpty()) ExpiryIndex.remove(store, due.at(), Kind.KEY, due.name());
        });
    }

    /** Keys as a JWK set. */
    static Map<String, Object> jwkSet(List<NamedKey> keys, Instant now) {
        return Map.of("keys", keys.stream().flatMap(key -> key.published(now).stream()).toList());
    }
}
