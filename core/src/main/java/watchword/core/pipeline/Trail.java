package watchword.core.pipeline;

import java.time.Instant;
import java.util.Optional;
import watchword.core.audit.Audit;
import watchword.core.audit.AuditEntry;
import watchword.core.request.Answer;
import watchword.core.request.Request;

/** The two records of a request: before anything happens, and before the answer leaves. Either fails the request when it fails. */
final class Trail {
    private final Audit audit;

    Trail(Audit audit) {
        this.audit = audit;
    }

    void asked(Request request, Admission admission, Instant now) {
        audit.record(entry(request, admission, now, Optional.empty()));
    }

    void answered(Request request, Admission admission, Answer answer, Instant now) {
        audit.record(entry(request, admission, now, Optional.of(answer)));
    }

    private static AuditEntry entry(Request request, Admission admission, Instant now, Optional<Answer> answer) {
        return switch (admission) {
            case Admission.Allowed allowed ->
                new AuditEntry(now, request, allowed.tokenCaller(), allowed.mount(), true, allowed.decision().rule(), answer);
            case Admission.Refused refused -> new AuditEntry(now, request, refused.tokenCaller(), refused.mount(), false, "", answer);
            case Admission.Help help -> new AuditEntry(now, request, help.tokenCaller(), help.mount(), true, "", answer);
        };
    }
}
