package watchword.core.audit;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import watchword.core.mount.MountEntry;
import watchword.core.namespace.Namespace;
import watchword.core.policy.Decision;
import watchword.core.request.Answer;
import watchword.core.request.Request;
import watchword.core.token.TokenCaller;
import watchword.sdk.Problem;

/**
 * What is to be recorded of a request, or of its answer.
 *
 * @param namespace the one that is asked
 * @param decision what the policies say
 * @param creates whether it was let make something new, for which the caller needed {@code create}
 * @param sudo whether the path is root-protected, so that the caller needed {@code sudo} besides
 * @param answer empty for the line before anything happens
 */
public record AuditEntry(
        Instant time, Request request, Namespace namespace, Optional<TokenCaller> caller, Optional<MountEntry> mount, Decision decision, boolean creates, boolean sudo,
        Optional<Answer> answer) {

    /** In the root namespace, of a request that makes nothing new and is not root-protected. */
    public AuditEntry(Instant time, Request request, Optional<TokenCaller> caller, Optional<MountEntry> mount, Decision decision, Optional<Answer> answer) {
        this(time, request, Namespace.ROOT, caller, mount, decision, false, false, answer);
    }

    /** What it did, in the words of policies. */
    String operation() {
        if (request.help()) return "help";
        return switch (request.operation()) {
            case READ -> "read";
            case LIST -> "list";
            case SCAN -> "scan";
            case WRITE -> creates ? "create" : "update";
            case PATCH -> "patch";
            case DELETE -> "delete";
        };
    }

    public boolean isAnswer() {
        return answer.isPresent();
    }

    /** Whether {@code other} is of the same request, by the same caller, and was decided in the same way. */
    @SuppressWarnings("ReferenceEquality") // the same objects, not equal ones: this is about one request
    boolean isOfSame(AuditEntry other) {
        return request == other.request && caller.orElse(null) == other.caller.orElse(null) && mount.orElse(null) == other.mount.orElse(null)
                && decision == other.decision;
    }

    /** What went wrong, in words that hold nothing a client sent: the message itself, or what kind it is. */
    String error() {
        return answer.flatMap(Answer::problem).map(AuditEntry::plain).orElse("");
    }

    private static String plain(Problem problem) {
        return switch (problem) {
            case Problem.Invalid _ -> "invalid request";
            case Problem.BadLogin _ -> "login failed";
            case Problem.Conflict _ -> "conflict";
            case Problem.Upstream _ -> "upstream failed";
            case Problem.NotFound _ when problem.messages().isEmpty() -> "not found";
            case Problem.Denied _, Problem.NotFound _, Problem.Unsupported _, Problem.TooLarge _, Problem.MediaType _, Problem.TooMany _, Problem.Internal _,
                    Problem.Unavailable _ -> String.join("; ", problem.messages());
        };
    }

    /** The message of a failure where it may repeat what a client sent; to be hashed. Empty otherwise. */
    String hiddenError() {
        return answer.flatMap(Answer::problem).map(problem -> switch (problem) {
            case Problem.Invalid _, Problem.BadLogin _, Problem.Conflict _, Problem.Upstream _ -> String.join("; ", problem.messages());
            case Problem.Denied _, Problem.NotFound _, Problem.Unsupported _, Problem.TooLarge _, Problem.MediaType _, Problem.TooMany _, Problem.Internal _,
                    Problem.Unavailable _ -> "";
        }).orElse("");
    }

    List<String> plainRequestKeys() {
        return mount.flatMap(m -> m.config().auditNonHmacRequestKeys()).orElse(List.of());
    }

    List<String> plainAnswerKeys() {
        return mount.flatMap(m -> m.config().auditNonHmacResponseKeys()).orElse(List.of());
    }
}
