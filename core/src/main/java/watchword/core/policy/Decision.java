package watchword.core.policy;

import java.time.Duration;
import java.util.List;
import watchword.sdk.Policies;

/** What policies say of one request. The rule is for the audit log, never for the caller. */
public sealed interface Decision {

    /** What OPA policies said. */
    List<Judgement> judged();

    /**
     * @param sudo whether the caller may use what is root-protected on this path
     * @param rule the path of the rule that decided, as it stands in its policy; {@code root} for the root policy
     * @param policies the policies whose statements on that path give what was asked
     * @param minWrap the least time for which the answer may be wrapped; zero for no bound
     * @param maxWrap the most; zero for no bound
     * @param pageLimit how many names a list may give at once; 0 for no bound
     * @param judged what OPA policies said besides; mostly there are none
     * @param consent what the rule asks for besides, and how it was given
     */
    record Allow(boolean sudo, String rule, List<String> policies, Duration minWrap, Duration maxWrap, int pageLimit, List<Judgement> judged, Consent consent)
            implements Decision {
        private static final Allow OPEN = new Allow(false, "", List.of(), Duration.ZERO, Duration.ZERO, 0);
        static final Allow ROOT = new Allow(true, Policies.ROOT, List.of(Policies.ROOT), Duration.ZERO, Duration.ZERO, 0);

        public Allow(boolean sudo, String rule, List<String> policies, Duration minWrap, Duration maxWrap, int pageLimit) {
            this(sudo, rule, policies, minWrap, maxWrap, pageLimit, List.of(), Consent.FREE);
        }

        /** For a route that needs no token. */
        public static Allow openRoute() {
            return OPEN;
        }

        public Allow judged(List<Judgement> by) {
            return new Allow(sudo, rule, policies, minWrap, maxWrap, pageLimit, by, consent);
        }

        public Allow with(Consent given) {
            return new Allow(sudo, rule, policies, minWrap, maxWrap, pageLimit, judged, given);
        }
    }

    /**
     * @param rule the path of the rule that refused, or that allowed what an OPA policy refused; empty when no rule covers the path
     * @param judged what OPA policies said; they are asked only when the rule allows
     */
    record Deny(String rule, List<Judgement> judged) implements Decision {
        public static final Deny UNCOVERED = new Deny("");

        public Deny(String rule) {
            this(rule, List.of());
        }
    }
}
