package watchword.engines.jwt;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import watchword.crypto.jose.JoseJson;
import watchword.crypto.jose.JwtException;
import watchword.crypto.jose.VerificationKeys;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;

/**
 * An issuer whose keys are fetched. What was fetched is used for {@link #FRESH}; a token that no known key has signed makes it be fetched
 * again, but never twice within {@link #PAUSE}, so that forged tokens cannot make us a nuisance. While the issuer does not answer, what
 * was last fetched goes on, until {@link #STALE}: then nobody logs in, rather than by keys that may have been withdrawn. Any thread.
 */
final class Issuer {
    static final Duration FRESH = Duration.ofMinutes(5);
    static final Duration STALE = Duration.ofHours(1);
    static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Duration TIMEOUT = Duration.ofSeconds(8);

    /**
     * Where keys come from. Compared part by part: no two places are one because their texts, put together, are.
     *
     * @param discovered whether the address is that of an OpenID provider, whose metadata names the key set
     * @param ca PEM certificates; the system's when blank
     */
    record Place(boolean discovered, String url, String ca) {}

    /** What was fetched at one time. */
    record Known(VerificationKeys keys, Optional<Provider> provider, Instant at) {}

    private final Place place;
    private final Outbound outbound;
    private final InstantSource clock;
    private final ReentrantLock fetching = new ReentrantLock();
    private volatile Optional<Known> known = Optional.empty();
    /** Guarded by {@link #fetching}, as is the next. */
    private Instant tried = Instant.MIN;
    private String failure = "";

    Issuer(Place place, Outbound outbound, InstantSource clock) {
        this.place = place;
        this.outbound = outbound;
        this.clock = clock;
    }

    /** @throws Problem.ProblemException {@link Problem.Upstream} when nothing was fetched that may still be used */
    Known known() {
        var usable = known;
        if (usable.isPresent() && clock.instant().isBefore(usable.get().at().plus(FRESH))) return usable.get();
        return refreshed(usable).filter(fresh -> clock.instant().isBefore(fresh.at().plus(STALE)))
                .orElseThrow(() -> new Problem.Upstream("the keys of the issuer cannot be fetched: " + failure()).asException());
    }

    /** What is known now, after another try if one is due: for a token that {@code seen} did not verify. */
    Optional<Known> refreshed(Optional<Known> seen) {
        fetching.lock();
        try {
            var now = clock.instant();
            boolean nobodyElseDid = known.map(Known::at).equals(seen.map(Known::at));
            if (nobodyElseDid && tried.isBefore(now.minus(PAUSE).plusNanos(1))) {
                tried = now;
                known = Optional.of(fetch(now));
                failure = "";
            }
        } catch (Problem.ProblemException unreachable) {
            failure = String.join("; ", unreachable.problem().messages());
        } catch (JwtException unreadable) {
            failure = String.valueOf(unreadable.getMessage());
        } finally {
            fetching.unlock();
        }
        return known;
    }

    private String failure() {
        fetching.lock();
        try {
            return failure;
        } finally {
            fetching.unlock();
        }
    }

    /**
     * Fetches now.
     *
     * @throws Problem.ProblemException when there is no answer
     * @throws JwtException when it is not what it should be
     */
    Known fetch(Instant now) throws JwtException {
        if (!place.discovered()) return new Known(VerificationKeys.ofJwkSet(get(place.url())), Optional.empty(), now);
        var issuer = place.url();
        var base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        var provider = Provider.of(JoseJson.object(get(base + "/.well-known/openid-configuration")), issuer);
        return new Known(VerificationKeys.ofJwkSet(get(provider.jwksUri())), Optional.of(provider), now);
    }

    private byte[] get(String url) throws JwtException {
        var answer = outbound.send(Outbound.Ask.get(uri(url)).trusting(Outbound.Trust.in(place.ca())).within(TIMEOUT));
        if (answer.status() != 200) throw new JwtException("it answered with status " + answer.status());
        return answer.body();
    }

    static URI uri(String url) throws JwtException {
        try {
            return new URI(url);
        } catch (URISyntaxException malformed) {
            throw new JwtException("its address is not a URL");
        }
    }
}
