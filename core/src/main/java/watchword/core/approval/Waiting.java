package watchword.core.approval;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.policy.ControlGroup;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.sdk.Route.Operation;

/**
 * A request that waits for approval, whole: it is carried out from here.
 *
 * @param namespace its path, as {@link Request} has it
 * @param capability what the requester needed, and had, when it asked
 * @param control what its rule asked for then; what it asks for in the end is seen in the end
 */
record Waiting(Operation operation, String namespace, String path, Map<String, Object> body, Optional<Duration> wrapTtl, Approvals.Shown shown, String capability, Requester requester,
        String reason, Instant created, Instant expires, ControlGroup control, List<Authorization> authorizations) {

    record Requester(String entityId, String entityName, String displayName, String remoteAddress) {}

    record Authorization(String entityId, String entityName, Instant at) {}

    /** Carried out by who unwraps it, as a part of that request. */
    Request by(Request unwrap) {
        return new Request(unwrap.id(), operation, new RequestPath(path), body, false, unwrap.token(), wrapTtl, reason.isEmpty() ? Map.of() : Map.of("x-watchword-reason", List.of(reason)), unwrap.peer(), Optional.empty(), namespace, Optional.empty(), Optional.empty());
    }

    Waiting with(Authorization one) {
        var all = new ArrayList<>(authorizations);
        all.add(one);
        return new Waiting(operation, namespace, path, body, wrapTtl, shown, capability, requester, reason, created, expires, control, List.copyOf(all));
    }

    boolean isBy(String entityId) {
        return authorizations.stream().anyMatch(each -> each.entityId().equals(entityId));
    }
}
