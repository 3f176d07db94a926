package watchword.engines.gcp.secrets;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import watchword.sdk.Problem;

/** The token with which a mount itself asks, kept while it is good for long enough. Of one key at a time. Any thread. */
final class Tokens {
    /** So long before its end another is asked for; if there is none to be had, the old one serves for as long as it lasts. */
    private static final Duration EARLY = Duration.ofMinutes(5);
    private static final Duration LEAST = Duration.ofSeconds(20);

    private Optional<Kept> kept = Optional.empty();

    private record Kept(String key, String from, Token token) {}

    /**
     * @param from where it was got: what another address gave is not shown to this one
     * @throws Problem.ProblemException when there is none to be had
     */
    synchronized Token of(String key, String from, Instant now, Supplier<Token> fresh) {
        var mine = kept.filter(has -> has.key().equals(key) && has.from().equals(from)).map(Kept::token);
        if (mine.filter(token -> now.isBefore(token.end().minus(EARLY))).isPresent()) return mine.get();
        try {
            var token = fresh.get();
            kept = Optional.of(new Kept(key, from, token));
            return token;
        } catch (Problem.ProblemException none) {
            if (mine.filter(token -> now.isBefore(token.end().minus(LEAST))).isPresent()) return mine.get();
            throw none;
        }
    }

    /** It was not taken. */
    synchronized void drop(Token token) {
        kept = kept.filter(has -> !has.token().value().sameAs(token.value()));
    }
}
