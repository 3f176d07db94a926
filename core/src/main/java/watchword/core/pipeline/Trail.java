package watchword.core.pipeline;

import java.time.Instant;
import java.util.Optional;
import watchword.core.audit.Audit;
import watchword.core.audit.AuditEntry;
import watchword.core.policy.Decision;
import watchword.core.request.Answer;
import watchword.core.request.Request;
import watchword.sdk.Route.Handler;

/** The two records of a request: before anything happens, and before the answer leaves. Either fails the request when it fails. */
final class Trail {
    private final Audit audit;

    Trail(Audit audit) {
        this.audit = audit;
    }

    /** Sends the first record, and waits for it unless nothing can happen before the second, which is awaited after it in any case. */
    Audit.Sent asked(Request request, Admission admission, Instant now) {
        var sent = audit.send(entry(request, admission, now, Optional.empty()));
        if (!onlyLooks(request, admission)) sent.await();
        return sent;
    }

    void answered(Request request, Admission admission, Answer answer, Instant now, Audit.Sent asked) {
        var sent = audit.send(entry(request, admission, now, Optional.of(answer)));
        sent.await(); // what was sent before it is then on record as well, mostly
        asked.await();
    }

    /** A request that looks does nothing until its answer leaves. */
    private static boolean onlyLooks(Request request, Admission admission) {
        return switch (admission) {
            case Admission.Allowed allowed -> request.wrapTtl().isEmpty() && allowed.route().handler() instanceof Handler.Reads<?, ?>;
            case Admission.Refused _, Admission.Help _ -> true;
        };
    }

    private static AuditEntry entry(Request request, Admission admission, Instant now, Optional<Answer> answer) {
        return switch (admission) {
            case Admission.Allowed allowed ->
                new AuditEntry(now, request, allowed.tokenCaller(), allowed.mount(), allowed.decision(), answer);
            case Admission.Refused refused -> new AuditEntry(now, request, refused.tokenCaller(), refused.mount(), refused.decision(), answer);
            case Admission.Help help -> new AuditEntry(now, request, help.tokenCaller(), help.mount(), Decision.Allow.openRoute(), answer);
        };
    }
}
