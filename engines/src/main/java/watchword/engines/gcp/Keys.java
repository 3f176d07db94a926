package watchword.engines.gcp;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import watchword.crypto.jose.JwtAlgorithm;
import watchword.crypto.jose.JwtException;
import watchword.crypto.jose.JwtVerifier;
import watchword.crypto.jose.VerificationKeys;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Tree;

/**
 * Google's published keys: its own, and those of each service account. Kept for a while, and fetched again when they fit no longer, though
 * not for every token. Bounded: names in tokens choose what is fetched. Any thread.
 */
final class Keys {
    static final String GOOGLE = "oauth2/v3/certs";
    private static final String OF_ACCOUNT = "service_accounts/v1/jwk/";
    private static final Duration KEPT = Duration.ofMinutes(10);
    /** Between two fetches of one set. */
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final int MAX_SETS = 1000;

    private final Outbound outbound;
    private final JwtVerifier verifier = new JwtVerifier(Set.of(JwtAlgorithm.RS256));
    private final Map<Place, Fetched> sets = new LinkedHashMap<>(16, 0.75f, true);

    /** @param ca by whose word it is there */
    private record Place(URI at, String ca) {}

    private record Fetched(Optional<VerificationKeys> keys, Instant at) {
        boolean isFresh(Instant now, Duration age) {
            return now.isBefore(at.plus(age));
        }
    }

    Keys(Outbound outbound) {
        this.outbound = outbound;
    }

    static String ofAccount(String email) {
        return OF_ACCOUNT + email;
    }

    /**
     * What a token says that one of the keys has signed; empty when none has.
     *
     * @throws Problem.ProblemException when Google cannot be asked
     */
    Optional<Tree> verify(String jwt, Config config, String set, Instant now) {
        try {
            var read = verifier.read(jwt);
            var at = new Place(URI.create(config.api() + "/" + set), config.caPem());
            var known = known(at);
            if (known.isPresent() && known.get().isFresh(now, KEPT)) {
                var claims = claims(read, known.get());
                if (claims.isPresent() || known.get().isFresh(now, PAUSE)) return claims;
            }
            return claims(read, fetch(at, now));
        } catch (JwtException notBelieved) {
            return Optional.empty();
        }
    }

    private Optional<Tree> claims(JwtVerifier.Unverified read, Fetched from) throws JwtException {
        if (from.keys().isEmpty()) return Optional.empty();
        return verifier.claims(read, from.keys().get()).map(Tree::of);
    }

    private synchronized Optional<Fetched> known(Place at) {
        return Optional.ofNullable(sets.get(at));
    }

    private Fetched fetch(Place place, Instant now) {
        var answer = outbound.send(Outbound.Ask.get(place.at()).trusting(Outbound.Trust.in(place.ca())));
        // An account that there is not has no keys; that is an answer, too.
        if (answer.status() != 200 && answer.status() != 404 && answer.status() != 400) throw new Problem.Upstream(place.at().getHost() + " answered " + answer.status() + " when asked for keys").asException();
        var fetched = new Fetched(answer.status() == 200 ? read(answer.body()) : Optional.empty(), now);
        synchronized (this) {
            if (sets.size() >= MAX_SETS) sets.remove(sets.keySet().iterator().next());
            sets.put(place, fetched);
        }
        return fetched;
    }

    private static Optional<VerificationKeys> read(byte[] set) {
        try {
            return Optional.of(VerificationKeys.ofJwkSet(set));
        } catch (JwtException noKeys) {
            return Optional.empty();
        }
    }
}
