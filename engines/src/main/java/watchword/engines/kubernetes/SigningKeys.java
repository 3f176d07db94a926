package watchword.engines.kubernetes;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import watchword.crypto.jose.JwtAlgorithm;
import watchword.crypto.jose.JwtException;
import watchword.crypto.jose.JwtVerifier;
import watchword.crypto.jose.VerificationKeys;
import watchword.sdk.Problem;
import watchword.sdk.Tree;

/**
 * The keys that a cluster signs tokens with: those that the operator gave, else those that the cluster publishes, which are kept for a
 * while and fetched again when they fit no longer. Any thread.
 */
final class SigningKeys {
    private static final Duration KEPT = Duration.ofMinutes(10);
    /** Between two fetches that a token of an unknown key causes. */
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Set<JwtAlgorithm> ALGORITHMS = EnumSet.complementOf(EnumSet.of(JwtAlgorithm.EdDSA));

    private final JwtVerifier verifier = new JwtVerifier(ALGORITHMS);
    private final AtomicReference<Published> published = new AtomicReference<>(new Published(Optional.empty(), Optional.empty(), Instant.MIN));

    private record Published(Optional<ApiServer.Place> from, Optional<VerificationKeys> keys, Instant fetched) {
        boolean isOf(ApiServer.Place place, Instant now, Duration age) {
            return from.equals(Optional.of(place)) && keys.isPresent() && now.isBefore(fetched.plus(age));
        }
    }

    /** What a token says that one of the keys has signed. */
    Optional<ClaimedToken> verify(String jwt, Config config, Supplier<Cluster> cluster, Instant now) {
        if (!config.pemKeys().isEmpty()) return claims(jwt, ofPem(config.pemKeys()));
        var asked = cluster.get();
        var known = published.get();
        if (known.isOf(asked.place(), now, KEPT)) {
            var claims = known.keys().flatMap(keys -> claims(jwt, keys));
            if (claims.isPresent() || known.isOf(asked.place(), now, PAUSE)) return claims;
        }
        return fetch(asked, now).flatMap(keys -> claims(jwt, keys));
    }

    private Optional<VerificationKeys> fetch(Cluster cluster, Instant now) {
        var keys = cluster.signingKeys().flatMap(SigningKeys::ofJwkSet);
        published.set(new Published(Optional.of(cluster.place()), keys, now));
        return keys;
    }

    private static Optional<VerificationKeys> ofJwkSet(byte[] set) {
        try {
            return Optional.of(VerificationKeys.ofJwkSet(set));
        } catch (JwtException noKeys) {
            return Optional.empty();
        }
    }

    private Optional<ClaimedToken> claims(String jwt, VerificationKeys keys) {
        try {
            return verifier.claims(verifier.read(jwt), keys).map(Tree::of).map(ClaimedToken::of).filter(token -> token.account().isWhole());
        } catch (JwtException notBelieved) {
            return Optional.empty();
        }
    }

    /** @throws Problem.ProblemException for what is no key, or none of a size that is taken */
    static VerificationKeys ofPem(List<String> pems) {
        try {
            return VerificationKeys.ofPem(pems);
        } catch (JwtException unusable) {
            throw new Problem.Invalid(String.valueOf(unusable.getMessage())).asException();
        }
    }
}
