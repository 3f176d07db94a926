package watchword.core.policy;

/**
 * Something in a rule that is in the way of a request.
 *
 * @param name of the parameter or capability; empty where it is about none
 */
public record Refusal(Cause cause, String name) {

    public enum Cause {
        DENY("the rule denies everything"),
        CAPABILITY("the rule does not give %s"),
        SUDO("the path is root-protected, and the rule does not give sudo"),
        WRAPPING("the answer must be wrapped, for as long as the rule says"),
        PAGE("%s is missing, or more than the rule's pagination_limit"),
        REQUIRED("the parameter %s is required"),
        DENIED("the parameter %s, or its value, is denied"),
        NOT_ALLOWED("the parameter %s, or its value, is not among those allowed");

        private final String words;

        Cause(String words) {
            this.words = words;
        }
    }

    public String text() {
        return cause.words.replace("%s", name);
    }

    /** Hears of refusals as a decision is made. */
    @FunctionalInterface
    public interface Listener {
        /** For a decision: the first refusal ends it. */
        Listener NONE = (_, _) -> {};

        void hear(Cause cause, String name);

        /** Whether it wants to hear of the others after the first. */
        default boolean hearsAll() {
            return this != NONE;
        }

        /** @return false, as what is refused is not allowed */
        default boolean refused(Cause cause, String name) {
            hear(cause, name);
            return false;
        }
    }
}
