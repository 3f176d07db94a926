package watchword.engines.jwt;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.UnaryOperator;
import watchword.sdk.Cidrs;
import watchword.sdk.EngineContext;
import watchword.sdk.Problem;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/**
 * The logins that have begun, by their {@code state}. Each ends once: whoever takes it takes it from the store, in a transaction that
 * fails if somebody else did. A state begins with the time at which it ends, and so do the keys, so that the oldest come first and go
 * first; the rest of the key is a hash, since keys can be read where values cannot.
 */
final class PendingLogins {
    static final Duration LIFE = Duration.ofMinutes(10);
    /** Under way at one time: anybody can begin one. Nobody may have more of them than are left for all others. */
    static final int MOST = 2_000;
    private static final int SWEPT_AT_ONCE = 100;
    private static final int STAMP = 11;
    private static final String MARK = "st_";

    private final Table<Pending> rows;
    /** The same keys, below whose they are. */
    private final Table<Begun> begun;
    private final SecureRandom random;

    record Begun() {}

    PendingLogins(EngineContext context) {
        this.rows = context.table("login", Pending.class);
        this.begun = context.table("login-by", Begun.class);
        this.random = context.random();
    }

    /** A text that cannot be guessed. */
    String unguessable() {
        var bytes = new byte[32];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** @return the state */
    String begin(Storage storage, Pending login, Instant now) {
        var state = MARK + stamp(now.plus(LIFE)) + unguessable();
        storage.update(store -> {
            sweep(store, now);
            var folder = folder(login);
            // Those that have ended and are not swept yet take no place.
            int all = rows.names(store, "", stamp(now), MOST).size();
            if (all + begun.names(store, folder, stamp(now), MOST).size() >= MOST) throw new Problem.TooMany("too many logins have begun and not ended").asException();
            var key = key(state).orElseThrow();
            rows.put(store, key, login);
            begun.put(store, folder + key, new Begun());
        });
        return state;
    }

    private void sweep(Storage.Writer store, Instant now) {
        for (var key : rows.names(store, "", "", SWEPT_AT_ONCE)) {
            if (key.compareTo(stamp(now)) >= 0) break;
            rows.get(store, key).ifPresent(login -> remove(store, key, login));
        }
    }

    private void remove(Storage.Writer store, String key, Pending login) {
        rows.delete(store, key);
        begun.delete(store, folder(login) + key);
    }

    private static String folder(Pending login) {
        return hash(Cidrs.network(login.requester())) + "/";
    }

    Optional<Pending> find(Storage storage, String state, Instant now) {
        return storage.<Optional<Pending>>read(store -> find(store, state, now));
    }

    private Optional<Pending> find(Storage.Reader store, String state, Instant now) {
        return key(state).filter(key -> key.compareTo(stamp(now)) >= 0).flatMap(key -> rows.get(store, key));
    }

    /** Ends it, for whoever comes first. */
    Optional<Pending> take(Storage storage, String state, Instant now) {
        return storage.<Optional<Pending>>write(store -> {
            var found = find((Storage.Reader) store, state, now);
            found.ifPresent(login -> remove(store, key(state).orElseThrow(), login));
            return found;
        });
    }

    /** What it is after a step, or empty when it has ended, or the step may not be taken. */
    Optional<Pending> step(Storage storage, String state, Instant now, java.util.function.Predicate<Pending> allowed, UnaryOperator<Pending> step) {
        return storage.<Optional<Pending>>write(store -> {
            var next = find((Storage.Reader) store, state, now).filter(allowed).map(step);
            next.ifPresent(row -> rows.put(store, key(state).orElseThrow(), row));
            return next;
        });
    }

    /** As who comes back gives it: perhaps with a namespace after it. */
    static String plain(String state) {
        int namespace = state.indexOf(",ns=");
        return namespace < 0 ? state : state.substring(0, namespace);
    }

    private static Optional<String> key(String state) {
        if (!state.startsWith(MARK) || state.length() < MARK.length() + STAMP || state.length() > 100) return Optional.empty();
        var end = state.substring(MARK.length(), MARK.length() + STAMP);
        return end.chars().allMatch(c -> c >= '0' && c <= '9') ? Optional.of(end + "-" + hash(state)) : Optional.empty();
    }

    private static String stamp(Instant end) {
        return String.format("%0" + STAMP + "d", end.getEpochSecond());
    }

    private static String hash(String state) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(state.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
