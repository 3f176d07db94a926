package watchword.sdk;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An engine that people, jobs and machines log in to. Its login routes are made by {@link Route#login} or {@link Route#loginOutside} and
 * answer with a {@link Reply.Login}; the server does the rest: entity and groups, token, lock-out, MFA, audit.
 */
public interface AuthMethod extends Engine {

    /**
     * Whether a token of an earlier login may live on, and on which terms: asked before each renewal, outside any transaction.
     *
     * @throws Problem.ProblemException when the login would not succeed any more: its role is gone, the user is disabled
     */
    Renewed renew(Renewal renewal);

    /**
     * A token that shall be prolonged.
     *
     * @param store the mount's own entries
     * @param peer who asks for the renewal; need not be whom the token was given
     * @param handle what the login left, see {@link Reply.Login#handle()}
     * @param policies of the token
     */
    record Renewal(Storage store, Peer peer, Instant now, String alias, Map<String, String> metadata, Map<String, String> handle, List<String> policies) {}

    /** @param groups what {@link Reply.Login#groups()} would be now; empty for no change */
    record Renewed(TokenTerms terms, Optional<List<String>> groups) {
        public static Renewed on(TokenTerms terms) {
            return new Renewed(terms, Optional.empty());
        }
    }
}
