package watchword.engines.jwt;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import watchword.crypto.jose.JwtException;
import watchword.crypto.jose.JwtVerifier;
import watchword.crypto.jose.VerificationKeys;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;

/** The issuers that a mount's configuration names, each with the keys it has of it. Any thread. */
final class Issuers {
    /** Those of replaced configurations go when there are more. */
    private static final int MAX_KEPT = 64;

    private final Outbound outbound;
    private final InstantSource clock;
    private final Map<Issuer.Place, Issuer> kept = new LinkedHashMap<>(16, 0.75f, true);

    Issuers(Outbound outbound, InstantSource clock) {
        this.outbound = outbound;
        this.clock = clock;
    }

    static List<Issuer.Place> places(Config config) {
        var all = Stream.<Issuer.Place>builder();
        if (!config.oidcDiscoveryUrl().isEmpty()) all.add(new Issuer.Place(true, config.oidcDiscoveryUrl(), config.oidcDiscoveryCaPem()));
        if (!config.jwksUrl().isEmpty()) all.add(new Issuer.Place(false, config.jwksUrl(), config.jwksCaPem()));
        for (var pair : config.jwksPairs()) all.add(new Issuer.Place(false, pair.jwksUrl(), pair.jwksCaPem()));
        return all.build().toList();
    }

    private synchronized Issuer at(Issuer.Place place) {
        if (kept.size() >= MAX_KEPT && !kept.containsKey(place)) kept.remove(kept.keySet().iterator().next());
        return kept.computeIfAbsent(place, each -> new Issuer(each, outbound, clock));
    }

    /** Whether all that a new configuration names answers as it should. */
    void probe(Issuer.Place place) throws JwtException {
        var unused = new Issuer(place, outbound, clock).fetch(clock.instant());
    }

    /** @throws Problem.ProblemException {@link Problem.Upstream} when it does not answer */
    Provider provider(Config config) {
        return at(new Issuer.Place(true, config.oidcDiscoveryUrl(), config.oidcDiscoveryCaPem())).known().provider().orElseThrow();
    }

    /**
     * The claims of a token that one of the mount's keys has signed.
     *
     * @throws JwtException when none has
     * @throws Problem.ProblemException {@link Problem.Upstream} when none has of which the keys are known, and an issuer does not answer
     */
    Claims verified(Config config, String text, JwtVerifier verifier) throws JwtException {
        var token = verifier.read(text);
        var places = places(config);
        if (places.isEmpty()) {
            return verifier.claims(token, VerificationKeys.ofPem(config.jwtValidationPubkeys())).map(Claims::new)
                    .orElseThrow(() -> new JwtException("error verifying token signature: no known key successfully validated the token signature"));
        }
        Problem.ProblemException silent = null;
        for (var place : places) {
            try {
                var claims = verified(at(place), token, verifier);
                if (claims.isPresent()) return claims.get();
            } catch (Problem.ProblemException unreachable) {
                silent = unreachable;
            }
        }
        if (silent != null) throw silent;
        throw new JwtException("error verifying token signature: failed to verify id token signature");
    }

    private static Optional<Claims> verified(Issuer issuer, JwtVerifier.Unverified token, JwtVerifier verifier) throws JwtException {
        var known = issuer.known();
        var claims = verifier.claims(token, known.keys());
        if (claims.isPresent()) return claims.map(Claims::new);
        var fresh = issuer.refreshed(Optional.of(known)).orElse(known);
        return fresh.at().equals(known.at()) ? Optional.empty() : verifier.claims(token, fresh.keys()).map(Claims::new);
    }
}
