package watchword.core.mfa;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import watchword.core.mount.MountEntry;
import watchword.core.policy.Identities;
import watchword.core.token.FactorCheck;
import watchword.core.wire.Rows;
import watchword.sdk.Reply;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.TokenTerms;

/**
 * Judges second factors, all in the transaction it is given: whether a login needs one, and whether a code is one. A code is good once,
 * and wrong codes count for the entity, whichever request they came with.
 */
public final class SecondFactors implements FactorCheck {
    private static final String METHODS = "core/mfa/method/";
    private static final String ENFORCEMENTS = "core/mfa/enforcement/";
    static final int MOST = 1000;
    /** How long a login waits for its factors. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    /** Logins that nobody finished, removed when another begins to wait. */
    private static final int SWEPT_AT_ONCE = 16;

    final Rows<MethodRow> methods = new Rows<>(METHODS, MethodRow.class);
    final Rows<EnforcementRow> enforcements = new Rows<>(ENFORCEMENTS, EnforcementRow.class);
    private final Rows<Enrolled> enrolled = new Rows<>("core/mfa/enrolled/", Enrolled.class);
    private final Rows<Waiting> waiting = new Rows<>("core/mfa/waiting/", Waiting.class);
    private final Identities identities;
    private final SecureRandom random;

    public SecondFactors(Identities identities, SecureRandom random) {
        this.identities = identities;
        this.random = random;
    }

    /**
     * An entity's key for a method.
     *
     * @param last step whose code was used last
     * @param wrong codes since the last good one, or since {@code since}
     */
    record Enrolled(Secret key, long last, int wrong, Instant since) {}

    /** A login that waits. */
    record Waiting(String mountUuid, String path, String entityId, Kept login, Instant until) {}

    /** What of a login its token is made of. */
    record Kept(String alias, TokenTerms terms, String displayName, Map<String, String> metadata, String run, Map<String, String> handle) {
        static Kept of(Reply.Login login) {
            return new Kept(login.alias(), login.terms(), login.displayName(), login.metadata(), login.run(), login.handle());
        }

        Reply.Login login() {
            return Reply.Login.of(alias, terms).displayName(displayName).metadata(metadata).run(run).handle(handle);
        }
    }

    String newId() {
        return new UUID(random.nextLong() & 0xffffffffffff0fffL | 0x4000L, random.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L).toString();
    }

    // ---- keys ----

    /** Makes a key for an entity; nothing when it has one. */
    Optional<Secret> enroll(Storage.Writer store, String methodId, MethodRow method, String entityId, Instant now) {
        if (enrolled.get(store, methodId + "/" + entityId).isPresent()) return Optional.empty();
        var bytes = new byte[method.keySize()];
        random.nextBytes(bytes);
        var key = Secret.owning(bytes);
        enrolled.put(store, methodId + "/" + entityId, new Enrolled(key, -1, 0, now));
        return Optional.of(key);
    }

    void forget(Storage.Writer store, String methodId, String entityId) {
        enrolled.delete(store, methodId + "/" + entityId);
    }

    void forgetAll(Storage.Writer store, String methodId) {
        for (var entity : enrolled.names(store, methodId + "/", "", Integer.MAX_VALUE)) enrolled.delete(store, methodId + "/" + entity);
    }

    // ---- what is asked ----

    @Override
    public boolean isAskedOfAnybody(Storage.Reader store) {
        return !store.list(ENFORCEMENTS, "", 1).isEmpty();
    }

    @Override
    public Verdict judge(Storage.Writer store, MountEntry mount, String path, String entityId, Reply.Login login, List<String> codes, Instant now) {
        var asking = asking(store, mount, entityId);
        if (asking.isEmpty()) return new Verdict.Good();
        if (!codes.isEmpty()) return check(store, asking, entityId, byName(store, codes), now);
        var id = wait(store, new Waiting(mount.uuid(), path, entityId, Kept.of(login), now.plus(PATIENCE)), now);
        var constraints = new LinkedHashMap<String, List<Reply.Factors.One>>();
        asking.forEach((name, row) -> constraints.put(name, row.mfaMethodIds().stream()
                .flatMap(method -> methods.get(store, method).stream().map(found -> new Reply.Factors.One(MethodRow.TOTP, method, true, found.name()))).toList()));
        return new Verdict.Asked(new Reply.Factors(id, constraints));
    }

    /** Of nobody in particular, too, what is asked of all on a mount: who has no entity has no key, and cannot prove it. */
    private Map<String, EnforcementRow> asking(Storage.Reader store, MountEntry mount, String entityId) {
        var identity = identities.of(store, entityId);
        var asking = new LinkedHashMap<String, EnforcementRow>();
        for (var entry : enforcements.scan(store, "", "", MOST)) if (entry.getValue().covers(mount, identity)) asking.put(entry.getKey(), entry.getValue());
        return asking;
    }

    /** Sorted by their time, so that those that nobody finished are found first. */
    private String wait(Storage.Writer store, Waiting login, Instant now) {
        for (var oldest : waiting.scan(store, "", "", SWEPT_AT_ONCE)) if (!oldest.getValue().until().isAfter(now)) waiting.delete(store, oldest.getKey());
        long high = now.toEpochMilli() << 16 | 0x7000 | random.nextInt(1 << 12);
        var id = new UUID(high, random.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L).toString();
        waiting.put(store, id, login);
        return id;
    }

    /** The login that waits under an id, which stays until it is {@link #finish finished}. */
    Optional<Waiting> waiting(Storage.Reader store, String id, Instant now) {
        return waiting.get(store, id).filter(login -> login.until().isAfter(now));
    }

    void finish(Storage.Writer store, String id) {
        waiting.delete(store, id);
    }

    // ---- codes ----

    /** Codes as a header has them: {@code method:code}, the method by its id or name. */
    private Map<String, List<String>> byName(Storage.Reader store, List<String> codes) {
        var byId = new LinkedHashMap<String, List<String>>();
        for (var code : codes) {
            int colon = code.indexOf(':');
            if (colon < 1) continue;
            var name = code.substring(0, colon);
            var id = methods.get(store, name).isPresent() ? name
                    : methods.scan(store, "", "", MOST).stream().filter(row -> row.getValue().name().equals(name)).map(Map.Entry::getKey).findFirst().orElse(name);
            byId.computeIfAbsent(id, _ -> new ArrayList<>()).add(code.substring(colon + 1));
        }
        return byId;
    }

    Verdict check(Storage.Writer store, MountEntry mount, String entityId, Map<String, List<String>> codes, Instant now) {
        return check(store, asking(store, mount, entityId), entityId, codes, now);
    }

    /** Each enforcement by one of its methods. What is judged is kept, good or bad. */
    private Verdict check(Storage.Writer store, Map<String, EnforcementRow> asking, String entityId, Map<String, List<String>> codes, Instant now) {
        if (identities.of(store, entityId).entityId().isEmpty()) return Verdict.REFUSED;
        var proven = new ArrayList<String>();
        for (var entry : codes.entrySet()) {
            if (entry.getValue().size() == 1 && proves(store, entry.getKey(), entityId, entry.getValue().getFirst(), now)) proven.add(entry.getKey());
        }
        boolean all = asking.values().stream().allMatch(row -> row.mfaMethodIds().stream().anyMatch(proven::contains));
        return all ? new Verdict.Good() : Verdict.REFUSED;
    }

    private boolean proves(Storage.Writer store, String methodId, String entityId, String code, Instant now) {
        var method = methods.get(store, methodId);
        var key = methodId + "/" + entityId;
        var own = enrolled.get(store, key);
        if (method.isEmpty() || own.isEmpty()) return false;
        var before = own.get();
        boolean rested = !before.since().plus(method.get().pause()).isAfter(now);
        int wrong = rested ? 0 : before.wrong();
        if (wrong >= method.get().maxValidationAttempts()) return false;
        var step = method.get().totp().stepOf(before.key(), code, now, before.last());
        if (step.isPresent()) enrolled.put(store, key, new Enrolled(before.key(), step.getAsLong(), 0, now));
        else enrolled.put(store, key, new Enrolled(before.key(), before.last(), wrong + 1, now));
        return step.isPresent();
    }
}
