package watchword.core.policy;

/** What policies say of one request. The rule is for the audit log, never for the caller. */
public sealed interface Decision {

    /** @param rule the path of the rule that decided, as it stands in its policy */
    record Allow(boolean sudo, String rule) implements Decision {
        private static final Allow OPEN = new Allow(false, "");

        /** For a route that needs no token. */
        public static Allow openRoute() {
            return OPEN;
        }
    }

    record Deny(String rule) implements Decision {}
}
