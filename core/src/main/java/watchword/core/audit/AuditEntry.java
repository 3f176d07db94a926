package watchword.core.audit;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.mount.MountEntry;
import watchword.core.request.Answer;
import watchword.core.request.Request;
import watchword.core.token.TokenCaller;

/**
 * What is to be recorded of a request, or of its answer.
 *
 * @param rule the policy rule that decided, empty when none did
 * @param answer empty for the line before anything happens
 */
public record AuditEntry(
        Instant time, Request request, Optional<TokenCaller> caller, Optional<MountEntry> mount, boolean allowed, String rule, Optional<Answer> answer) {

    public boolean isAnswer() {
        return answer.isPresent();
    }

    String error() {
        return answer.flatMap(Answer::problem).map(problem -> String.join("; ", problem.messages())).orElse("");
    }

    List<String> plainRequestKeys() {
        return mount.flatMap(m -> m.config().auditNonHmacRequestKeys()).orElse(List.of());
    }

    List<String> plainAnswerKeys() {
        return mount.flatMap(m -> m.config().auditNonHmacResponseKeys()).orElse(List.of());
    }

    Map<String, Object> body() {
        return request.body();
    }
}
