package watchword.core.policy;

import java.util.List;

/**
 * What an OPA policy said of a request that the ACL allows. For the audit log; its reasons are for the caller as well.
 *
 * @param policy the OPA policy's name
 * @param enforced whether it is more than advice
 * @param refuses whether the request was refused for it
 * @param id under which an OPA server has it in its log; empty for none
 */
public record Judgement(String policy, Outcome outcome, boolean enforced, boolean refuses, List<String> reasons, String id) {

    /** What was decided, if it was. */
    public enum Outcome {
        ALLOW,
        DENY,
        NO_ANSWER
    }
}
