package watchword.core.policy.advise;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import watchword.core.policy.Capability;
import watchword.core.policy.Question;

/**
 * What a line of an audit log tells of a request that a policy allowed.
 *
 * @param accessor as it stands in the log, mostly hashed
 * @param metadata of the token
 * @param rule path of the rule that allowed it
 * @param granting policies that gave it
 * @param namespace the id of its namespace
 * @param isAnswer whether it is the line that was written before the answer left; the one before anything happened tells the same
 */
record LoggedRequest(
        Instant time, String entityId, String displayName, String accessor, List<String> policies, Map<String, String> metadata, String rule, List<String> granting, boolean sudo,
        Capability operation, String mountPoint, String path, String namespace, boolean isAnswer) {

    /** As it was asked of the policies. */
    Question question() {
        return Question.typed(operation, path, Map.of(), java.util.Optional.empty()).withSudo(sudo);
    }
}
