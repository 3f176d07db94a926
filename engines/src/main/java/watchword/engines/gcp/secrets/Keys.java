package watchword.engines.gcp.secrets;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import watchword.engines.gcp.secrets.Google.Listed;
import watchword.engines.gcp.secrets.Google.MadeKey;
import watchword.engines.gcp.secrets.Google.Said;
import watchword.sdk.EngineContext;
import watchword.sdk.JsonCodec;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Rotation;
import watchword.sdk.Schedule;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/**
 * Keys of service accounts that this mount makes. Google names a key only when it is there, so what is recorded before is which keys there
 * were: one that appears besides, while no other is being made, is the one that was lost. So of each account one is made at a time.
 */
final class Keys {
    static final String KIND = "service_account_key";
    static final String USUAL_ALGORITHM = "KEY_ALG_RSA_2048";
    static final String USUAL_TYPE = "TYPE_GOOGLE_CREDENTIALS_FILE";

    /** What the looking for lost keys is called, before the account's e-mail and what the key is for. */
    static final String UNFINISHED = "unfinished/";

    /** Whoever makes a key has it sooner, or has died. */
    private static final Duration ABANDONED = Duration.ofMinutes(2);
    /** Google may still show no key for so long after it was made. */
    private static final Duration SETTLED = Duration.ofMinutes(5);
    private static final Duration LOOKED_FOR = Duration.ofMinutes(5);
    /** How far from its record a key may have been made that is taken for the one that was lost. */
    private static final Duration LOST_AFTER = Duration.ofMinutes(10);
    private static final Duration LOST_BEFORE = Duration.ofMinutes(5);
    /** Google takes some seconds to take its own keys. */
    private static final int TRIALS = 15;
    private static final Duration TRIAL_PAUSE = Duration.ofSeconds(2);

    /** Where a key is kept that the mount signs with; empty when what it belongs to is gone. */
    interface Slot {
        Optional<HeldKey> get(Storage.Reader store);

        /** @return whether it is kept: not when what it belongs to is gone */
        boolean put(Storage.Writer store, HeldKey key);
    }

    /**
     * That a key is being made of an account.
     *
     * @param mark of what it is for
     */
    record Making(String mark, List<String> known, Instant at) {}

    /** A key that was given out. */
    record Given(String email, String id, Instant made) {}

    private final Table<Making> making;
    private final Table<Given> given;
    private final JsonCodec json;

    Keys(EngineContext context) {
        this.making = context.table("making", Making.class);
        this.given = context.table("given", Given.class);
        this.json = context.json();
    }

    // ---- for leases ----

    static Reply.Revocation lease(String email, String mark) {
        return new Reply.Revocation(KIND, Map.of("email", email, "mark", mark));
    }

    /** Makes one that was announced. */
    MadeKey give(Storage storage, Google google, Reply.Revocation lease, String algorithm, String type) {
        var email = lease.handle().getOrDefault("email", "");
        var mark = lease.handle().getOrDefault("mark", "");
        var made = make(storage, google, email, mark, algorithm, type);
        keep(storage, google, email, mark, made.id(), store -> {
            given.put(store, mark, new Given(email, made.id(), google.now()));
            return true;
        });
        return made;
    }

    /** Gone is as good; what was lost is looked for. */
    void end(Storage storage, Google google, Reply.Revocation lease) {
        var email = lease.handle().getOrDefault("email", "");
        var mark = lease.handle().getOrDefault("mark", "");
        var known = storage.<Optional<Given>>read(store -> given.get(store, mark));
        if (known.isEmpty()) {
            endLost(storage, google, email, mark);
            return;
        }
        boolean there = google.hadKey(email, known.get().id());
        if (!there && google.now().isBefore(known.get().made().plus(SETTLED))) throw notShown();
        storage.update(store -> given.delete(store, mark));
    }

    // ---- for the mount's own use ----

    /** That what could be lost is looked for: to be recorded before a key is made which no lease knows. */
    static Rotation looking(String email, String mark, Instant now) {
        return new Rotation(UNFINISHED + email + "/" + mark, Optional.of(new Schedule.Every(LOOKED_FOR)), now);
    }

    /** Gives an account another key, which is known to be taken before the one before goes. May be done again after a crash at any point. */
    void replace(Storage storage, Google google, String email, String mark, Slot slot) {
        endLost(storage, google, email, mark);
        var made = make(storage, google, email, mark, USUAL_ALGORITHM, USUAL_TYPE);
        var next = read(storage, google, email, mark, made);
        requireTaken(storage, google, mark, next);
        var now = google.now();
        keep(storage, google, email, mark, made.id(), store -> slot.put(store, slot.get(store).map(held -> held.replacedBy(next, now)).orElse(new HeldKey(next, now, ""))));
    }

    /** Deletes the key before the one in force, if it is there still. */
    void endPrevious(Storage storage, Google google, Slot slot) {
        var held = storage.<Optional<HeldKey>>read(slot::get).filter(key -> !key.previous().isEmpty());
        if (held.isEmpty()) return;
        google.deleteKey(held.get().key().email(), held.get().previous());
        storage.update(store -> slot.get(store).filter(key -> key.previous().equals(held.get().previous())).ifPresent(key -> slot.put(store, key.withoutPrevious())));
    }

    /** @return whether one may be being made just now */
    boolean isMaking(Storage storage, String email, String mark, Instant now) {
        return making(storage, email, mark).filter(of -> now.isBefore(of.at().plus(ABANDONED))).isPresent();
    }

    private Optional<Making> making(Storage storage, String email, String mark) {
        return storage.<Optional<Making>>read(store -> making.get(store, email)).filter(of -> of.mark().equals(mark));
    }

    // ---- making, recording and finding ----

    private MadeKey make(Storage storage, Google google, String email, String mark, String algorithm, String type) {
        begin(storage, google, email, mark);
        return switch (google.createKey(email, algorithm, type)) {
            case Said.Told told -> Google.made(told);
            case Said.Refused refused -> {
                if (refused.isCertain()) forget(storage, email, mark);
                throw refused.as("Error creating a service account key");
            }
        };
    }

    private void begin(Storage storage, Google google, String email, String mark) {
        var other = storage.<Optional<Making>>read(store -> making.get(store, email));
        if (other.isPresent()) {
            if (google.now().isBefore(other.get().at().plus(ABANDONED))) throw busy();
            endLost(storage, google, email, other.get());
        }
        var row = new Making(mark, google.keys(email).stream().map(Listed::id).toList(), google.now());
        boolean begun = storage.<Boolean>write(store -> {
            if (making.get(store, email).isPresent()) return false;
            making.put(store, email, row);
            return true;
        });
        if (!begun) throw busy();
    }

    private static RuntimeException busy() {
        return new Problem.Conflict("another key of this service account is being made: ask again").asException();
    }

    /** In one transaction with the end of its making; a key that has no place any more is deleted. */
    private void keep(Storage storage, Google google, String email, String mark, String id, Predicate<Storage.Writer> place) {
        boolean kept = storage.<Boolean>write(store -> {
            if (making.get(store, email).filter(of -> of.mark().equals(mark)).isEmpty() || !place.test(store)) return false;
            making.delete(store, email);
            return true;
        });
        if (kept) return;
        google.deleteKey(email, id);
        forget(storage, email, mark);
        throw new Problem.Conflict("what the key was for is gone meanwhile: it is deleted").asException();
    }

    private void forget(Storage storage, String email, String mark) {
        storage.update(store -> making.get(store, email).filter(of -> of.mark().equals(mark)).ifPresent(_ -> making.delete(store, email)));
    }

    /** Deletes a key that was made for this and was never recorded, if there is one. */
    void endLost(Storage storage, Google google, String email, String mark) {
        making(storage, email, mark).ifPresent(of -> endLost(storage, google, email, of));
    }

    private void endLost(Storage storage, Google google, String email, Making of) {
        var lost = google.keys(email).stream().filter(key -> !of.known().contains(key.id()) && !isAsking(google, email, key))
                .filter(key -> key.made().isAfter(of.at().minus(LOST_BEFORE)) && key.made().isBefore(of.at().plus(LOST_AFTER))).toList();
        if (lost.isEmpty() && google.now().isBefore(of.at().plus(SETTLED))) throw notShown();
        for (var key : lost) google.deleteKey(email, key.id());
        forget(storage, email, of.mark());
    }

    private static boolean isAsking(Google google, String email, Listed key) {
        return google.key().email().equals(email) && google.key().id().equals(key.id());
    }

    private static RuntimeException notShown() {
        return new Problem.Upstream("Google shows no such key, which may be because it was made just now: it will be looked for again").asException();
    }

    private ServiceKey read(Storage storage, Google google, String email, String mark, MadeKey made) {
        try {
            var file = Secret.owning(Base64.getDecoder().decode(made.file().reveal().getBytes(StandardCharsets.US_ASCII)));
            var key = ServiceKey.read(file, json);
            if (key.email().equals(email) && key.id().equals(made.id())) return key;
        } catch (Problem.ProblemException | IllegalArgumentException unreadable) {
            // said below
        }
        google.deleteKey(email, made.id());
        forget(storage, email, mark);
        throw new Problem.Upstream("the key that Google made cannot be read: it is deleted").asException();
    }

    private void requireTaken(Storage storage, Google google, String mark, ServiceKey next) {
        for (int trial = 1; ; trial++) {
            try {
                var _ = google.grant(next, List.of(Google.CLOUD));
                return;
            } catch (Problem.ProblemException notYet) {
                if (trial == TRIALS) break;
                google.pause(TRIAL_PAUSE);
            }
        }
        google.deleteKey(next.email(), next.id());
        forget(storage, next.email(), mark);
        throw new Problem.Upstream("Google does not take the new key: it is deleted, and the one before is in force").asException();
    }
}
