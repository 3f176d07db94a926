package watchword.core.identity.oidc;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import watchword.crypto.jose.JwtAlgorithm;
import watchword.crypto.jose.SigningKey;
import watchword.sdk.Secret;

/**
 * A key by its name, which is a row of keys that take turns. Each is published before its turn begins, for longer than a verifier was told to
 * keep what it fetched: so whoever has fetched the keys can verify whatever is signed. Whose turn it is, is told by the clock alone; what is
 * done when something is due ({@link #settled}) makes the one after next, and drops what is over.
 *
 * @param ring in the order of their turns; empty until the key is needed
 * @param held until when verifiers may hold to what they fetched while the period was another
 */
record NamedKey(String algorithm, Duration rotationPeriod, Duration verificationTtl, List<String> allowedClientIds, List<Turn> ring, Instant held) {
    static final String ANY_CLIENT = "*";
    static final Duration LEAST_PERIOD = Duration.ofMinutes(1);
    private static final Duration DAY = Duration.ofHours(24);
    /** What a namespace has from the beginning. */
    static final NamedKey DEFAULT = new NamedKey(JwtAlgorithm.RS256.name(), DAY, DAY, List.of(ANY_CLIENT), List.of(), Instant.EPOCH);
    /** The longest that a key is published before its turn may begin. */
    private static final Duration MOST_LEAD = Duration.ofHours(2);

    /**
     * One key of the row.
     *
     * @param privateKey empty when its turn is over
     * @param jwk what is published
     * @param earliest before which its turn must not begin: verifiers may not know it yet
     * @param from when its turn begins
     * @param grace how long what it signed is good after its turn, where that was told for it alone
     * @param until when nothing that it signed is good any more; known when its turn is over
     */
    record Turn(String id, String algorithm, Optional<Secret> privateKey, Map<String, String> jwk, Instant earliest, Instant from, Optional<Duration> grace, Optional<Instant> until) {
        private Turn from(Instant when) {
            return new Turn(id, algorithm, privateKey, jwk, earliest, when, grace, until);
        }

        private Turn grace(Duration own) {
            return new Turn(id, algorithm, privateKey, jwk, earliest, from, Optional.of(own), until);
        }

        private Turn over(Instant end, Duration usual) {
            return new Turn(id, algorithm, Optional.empty(), jwk, earliest, from, grace, until.or(() -> Optional.of(end.plus(grace.orElse(usual)))));
        }

        private boolean isGone(Instant now) {
            return until.isPresent() && !until.get().isAfter(now);
        }
    }

    boolean allows(String clientId) {
        return allowedClientIds.contains(ANY_CLIENT) || allowedClientIds.contains(clientId);
    }

    /** With other settings; the next turn is no later than a new period from now. */
    NamedKey configured(Duration period, Duration ttl, List<String> clients, String wanted, Instant now) {
        var latest = now.plus(period);
        var turns = ring.stream().map(turn -> turn.from().isAfter(latest) ? turn.from(later(turn.earliest(), latest)) : turn).toList();
        return new NamedKey(wanted, period, ttl, clients, turns, ring.isEmpty() ? held : later(held, now.plus(lead())));
    }

    private NamedKey with(List<Turn> turns) {
        return new NamedKey(algorithm, rotationPeriod, verificationTtl, allowedClientIds, List.copyOf(turns), held);
    }

    /** How long a key of this row is published before its turn, at least. */
    private Duration lead() {
        var half = rotationPeriod.dividedBy(2);
        return half.compareTo(MOST_LEAD) < 0 ? half : MOST_LEAD;
    }

    /** How long a verifier may keep the keys that it fetched: half of what it could, for what is on its way; and no longer than what is over counts. */
    Duration freshness() {
        var half = lead().dividedBy(2);
        return half.compareTo(verificationTtl) < 0 ? half : verificationTtl;
    }

    // ---- whose turn it is ----

    /** The one whose turn it is; none when the key was never needed. */
    Optional<Turn> current(Instant now) {
        return ring.stream().filter(turn -> !turn.from().isAfter(now)).reduce((first, second) -> second.from().isBefore(first.from()) ? first : second);
    }

    private Stream<Turn> coming(Instant now) {
        return ring.stream().filter(turn -> turn.from().isAfter(now));
    }

    Optional<SigningKey> signer(Instant now) {
        return current(now).flatMap(turn -> turn.privateKey().flatMap(key -> JwtAlgorithm.named(turn.algorithm()).map(algorithm -> SigningKey.of(algorithm, turn.id(), key))));
    }

    /** What verifiers are told. */
    List<Map<String, String>> published(Instant now) {
        return ring.stream().filter(turn -> !turn.isGone(now)).map(Turn::jwk).toList();
    }

    // ---- what changes it ----

    /** How many new keys {@link #settled} wants: of the row's algorithm, one whose turn it is or will be, and one after it. */
    int wanting(Instant now) {
        if (ring.isEmpty()) return 2;
        return coming(now).noneMatch(turn -> turn.algorithm().equals(algorithm)) ? 1 : 0;
    }

    /**
     * The row as it has to be now: with somebody after the one whose turn it is, without what is over.
     *
     * @param fresh as many as it is {@link #wanting}
     */
    NamedKey settled(List<SigningKey.Pair> fresh, Instant now) {
        var turns = new ArrayList<Turn>();
        // A turn of another algorithm that has not begun never will.
        ring.stream().filter(turn -> !turn.from().isAfter(now) || turn.algorithm().equals(algorithm)).forEach(turns::add);
        if (!fresh.isEmpty() && ring.isEmpty()) turns.add(turn(fresh.getFirst(), now, now));
        if (!fresh.isEmpty()) {
            var current = with(turns).current(now);
            // Another algorithm is wanted as soon as verifiers can know it; else the new one waits for the old one's time.
            boolean other = current.isPresent() && !current.get().algorithm().equals(algorithm);
            var earliest = later(held, now.plus(lead()));
            turns.add(turn(fresh.getLast(), earliest, other ? earliest : later(earliest, now.plus(rotationPeriod))));
        }
        return with(turns).settledTurns(now);
    }

    private Turn turn(SigningKey.Pair pair, Instant earliest, Instant from) {
        return new Turn(pair.jwk().getOrDefault("kid", ""), algorithm, Optional.of(pair.privateKey()), pair.jwk(), earliest, from, Optional.empty(), Optional.empty());
    }

    private NamedKey settledTurns(Instant now) {
        var sorted = ring.stream().sorted(Comparator.comparing(Turn::from)).toList();
        var turns = new ArrayList<Turn>();
        for (int i = 0; i < sorted.size(); i++) {
            var turn = sorted.get(i);
            boolean over = i + 1 < sorted.size() && !sorted.get(i + 1).from().isAfter(now);
            if (over) turn = turn.over(sorted.get(i + 1).from(), verificationTtl);
            if (!over || !turn.isGone(now)) turns.add(turn);
        }
        return with(turns);
    }

    /**
     * The next one's turn now; or, when it has been published only just, as soon as verifiers know it. Who says that nothing of the old key
     * shall count any more does not want to wait for that.
     *
     * @param ttl how long what the old one signed is good after its turn
     */
    NamedKey rotated(Duration ttl, Instant now) {
        var old = current(now);
        var next = coming(now).min(Comparator.comparing(Turn::from));
        if (old.isEmpty() || next.isEmpty()) return this;
        var from = ttl.isZero() ? now : earlier(next.get().from(), later(next.get().earliest(), now));
        return with(ring.stream().map(turn -> turn.id().equals(next.get().id()) ? turn.from(from) : turn.id().equals(old.get().id()) ? turn.grace(ttl) : turn).toList());
    }

    /** Until when a turn that was called for has to wait; empty when none has to. */
    Optional<Instant> waits(Instant now) {
        return current(now).flatMap(Turn::grace).flatMap(_ -> coming(now).map(Turn::from).min(Comparator.naturalOrder()));
    }

    /** When there is something to be done next; empty for a key that was never needed. */
    Optional<Instant> due(Instant now) {
        return Stream.concat(coming(now).map(Turn::from), ring.stream().flatMap(turn -> turn.until().stream()).filter(end -> end.isAfter(now))).min(Comparator.naturalOrder());
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
