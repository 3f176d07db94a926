package watchword.core.pipeline;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import watchword.core.audit.Audit;
import watchword.core.audit.AuditEntry;
import watchword.core.metric.Metrics;
import watchword.core.metric.Timing;
import watchword.core.policy.Capability;
import watchword.core.policy.Consent;
import watchword.core.policy.Decision;
import watchword.core.request.Answer;
import watchword.sdk.Problem;
import watchword.sdk.Route.Handler;
import watchword.sdk.Route.Trait;

/** The two records of a request: before anything happens, and before the answer leaves. Either fails the request when it fails. */
final class Trail {
    private final Audit audit;
    private final Timing asking;
    private final Timing answering;
    private final LongAdder askingFailed;
    private final LongAdder answeringFailed;

    Trail(Audit audit, Metrics metrics) {
        this.audit = audit;
        this.asking = metrics.timing("audit.log_request");
        this.answering = metrics.timing("audit.log_response");
        this.askingFailed = metrics.counter("audit.log_request_failure", Map.of());
        this.answeringFailed = metrics.counter("audit.log_response_failure", Map.of());
    }

    /** Sends the first record, and waits for it unless nothing can happen before the second, which is awaited after it in any case. */
    Audit.Sent asked(Admission admission, Instant now) {
        long begun = asking.begin();
        try {
            var sent = audit.send(entry(admission, now, Optional.empty()));
            if (!onlyLooks(admission)) sent.await();
            return sent;
        } catch (Problem.ProblemException unrecorded) {
            askingFailed.increment();
            throw unrecorded;
        } finally {
            asking.since(begun);
        }
    }

    void answered(Admission admission, Answer answer, Instant now, Audit.Sent asked) {
        long begun = answering.begin();
        try {
            var sent = audit.send(entry(admission, now, Optional.of(answer)));
            sent.await(); // what was sent before it is then on record as well, mostly
            asked.await();
        } catch (Problem.ProblemException unrecorded) {
            answeringFailed.increment();
            throw unrecorded;
        } finally {
            answering.since(begun);
        }
    }

    /** A request that looks does nothing until its answer leaves. */
    private static boolean onlyLooks(Admission admission) {
        return switch (admission) {
            case Admission.Allowed allowed -> allowed.request().wrapTtl().isEmpty() && allowed.decision().consent() instanceof Consent.Free && allowed.route().handler() instanceof Handler.Reads<?, ?>;
            case Admission.Deferred _ -> false;
            case Admission.Refused _, Admission.Help _ -> true;
        };
    }

    private static AuditEntry entry(Admission admission, Instant now, Optional<Answer> answer) {
        var decision = switch (admission) {
            case Admission.Allowed allowed -> allowed.decision();
            case Admission.Deferred deferred -> deferred.once().decision();
            case Admission.Refused refused -> refused.decision();
            case Admission.Help _ -> Decision.Allow.openRoute();
        };
        boolean creates = admission instanceof Admission.Allowed allowed && allowed.wanted() == Capability.CREATE;
        boolean sudo = admission instanceof Admission.Allowed allowed && allowed.route().is(Trait.SUDO);
        return new AuditEntry(now, admission.request(), admission.namespace(), admission.tokenCaller(), admission.mount(), decision, creates, sudo, answer);
    }
}
