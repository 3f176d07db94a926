package watchword.core.rotation;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import watchword.core.audit.Audit;
import watchword.core.audit.AuditEntry;
import watchword.core.event.EventBus;
import watchword.core.metric.Metrics;
import watchword.core.metric.Timing;
import watchword.core.mount.MountEntry;
import watchword.core.namespace.Namespace;
import watchword.core.policy.Decision;
import watchword.core.request.Answer;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.sdk.Event;
import watchword.sdk.Peer;
import watchword.sdk.Problem;
import watchword.sdk.Route.Operation;

/**
 * Tells of rotations: in the audit log before and after, as of a request that nobody sent; in metrics; and in events.
 */
final class RotationTrail {
    private static final Answer DONE = new Answer(204, Optional.empty(), false, Optional.empty(), Optional.empty(), Optional.empty(), List.of(), Optional.empty(), Optional.empty());

    private final Audit audit;
    private final EventBus events;
    private final Metrics metrics;
    private final Timing timing;

    RotationTrail(Audit audit, EventBus events, Metrics metrics) {
        this.audit = audit;
        this.events = events;
        this.metrics = metrics;
        this.timing = metrics.timing("rotation.rotate");
    }

    /** What is rotated, and where it is. */
    record Target(Namespace namespace, MountEntry mount, String what) {

        /** The path by which it is rotated by hand. */
        String path() {
            return "sys/rotations/" + mount.path() + what + "/rotate";
        }
    }

    /** Puts on record that a rotation begins. @throws Problem.ProblemException when no device could record it: then it must not begin */
    AuditEntry begins(Target target, int attempt, Instant now) {
        var request = new Request(UUID.randomUUID().toString(), Operation.WRITE, new RequestPath(target.path()), Map.of("attempt", (long) attempt), false, Optional.empty(),
                Optional.empty(), Map.of(), new Peer("", 0, List.of()));
        var entry = new AuditEntry(now, request, target.namespace(), Optional.empty(), Optional.of(target.mount()), Decision.Allow.openRoute(), false, false, Optional.empty());
        audit.record(entry);
        return entry;
    }

    void ended(AuditEntry begun, Optional<Problem> problem, Instant now) {
        audit.record(new AuditEntry(now, begun.request(), begun.namespace(), begun.caller(), begun.mount(), begun.decision(), begun.creates(), begun.sudo(),
                Optional.of(problem.map(Answer::of).orElse(DONE))));
    }

    long clockIn(Target target) {
        count("attempt", target);
        return timing.begin();
    }

    void clockOut(long begun) {
        timing.since(begun);
    }

    private void count(String what, Target target) {
        metrics.counter("rotation." + what, Map.of("mount_type", target.mount().type())).increment();
    }

    void succeeded(Target target) {
        count("success", target);
        publish(target, event("succeeded", target).with("modified", "true"));
    }

    void failed(Target target, String error, int attempt) {
        count("failure", target);
        publish(target, event("failed", target).with("error", error).with("attempt", Integer.toString(attempt)));
    }

    /** It missed its window, or has failed for long. */
    void overdue(Target target, Optional<Instant> next) {
        count("late", target);
        publish(target, event("overdue", target).with("next_rotation", next.map(Instant::toString).orElse("")));
    }

    private static Event event(String what, Target target) {
        return new Event("rotation/" + what, target.what(), Map.of("operation", "rotate"));
    }

    private void publish(Target target, Event event) {
        events.publish(target.namespace(), target.mount(), List.of(event));
    }
}
