package watchword.core.opa;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.TextStyle;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import watchword.core.json.Json;
import watchword.core.mount.RouteTable;
import watchword.core.policy.IdentityView;
import watchword.core.policy.PolicyText;
import watchword.core.request.Request;
import watchword.core.token.TokenCaller;
import watchword.core.token.TokenRow;
import watchword.core.wire.Schema;
import watchword.sdk.PrefixedStore;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/**
 * What an OPA policy is told of a request: Rego's {@code input}. The parameters are those that the route's handler will see, read by its
 * schema, so that no spelling of a request means one thing to the policy and another to the engine; secrets in them are masked.
 *
 * @param timeless all but the request's id and the time
 */
record InputDocument(Map<String, Object> timeless, String id, Instant now) {

    static InputDocument of(Storage.Reader store, Subject subject) {
        var mount = subject.mount();
        var path = subject.path();
        var below = path.length() <= mount.path().length() ? "" : path.substring(mount.path().length());
        var document = new LinkedHashMap<String, Object>();
        document.put("caller", caller(subject.caller(), subject.identity()));
        document.put("request", request(subject, path));
        document.put("remote_address", subject.request().peer().address());
        document.put("target", Map.of(
                "mount", mount.path(), "mount_type", mount.type(), "mount_accessor", mount.accessor(), "mount_options", mount.options(),
                "metadata", subject.engine().engine().about(PrefixedStore.view(store, mount.storagePrefix()), below)));
        return new InputDocument(document, subject.request().id(), subject.now());
    }

    private static Map<String, Object> caller(TokenCaller token, IdentityView identity) {
        var row = token.row();
        var caller = new LinkedHashMap<String, Object>();
        caller.put("entity_id", token.entityId());
        caller.put("entity_name", identity.entityName());
        caller.put("entity_metadata", identity.metadata());
        caller.put("groups", identity.groups().stream().map(group -> Map.of("id", group.id(), "name", group.name(), "metadata", group.metadata())).toList());
        caller.put("display_name", row.displayName());
        caller.put("metadata", row.meta());
        caller.put("policies", token.policies());
        caller.put("token_type", row.type());
        caller.put("token_role", row.role());
        caller.put("auth_path", row.path());
        caller.put("run", row.login().map(TokenRow.FromLogin::run).orElse(""));
        return caller;
    }

    private static Map<String, Object> request(Subject subject, String path) {
        var sent = subject.request();
        var request = new LinkedHashMap<String, Object>();
        request.put("path", subject.found().shown(path));
        request.put("operation", sent.operation().name().toLowerCase(Locale.ROOT));
        request.put("capability", subject.wanted().word());
        request.put("parameters", parameters(subject.found().bound(), sent, subject.found().parameters()));
        sent.wrapTtl().ifPresent(ttl -> request.put("wrap_ttl", ttl.toSeconds()));
        if (!sent.reason().isEmpty()) request.put("reason", sent.reason());
        if (!sent.emergency().isEmpty()) request.put("break_glass", sent.emergency());
        if (isPolicy(subject)) statements(sent.body()).ifPresent(statements -> request.put("policy", statements));
        return request;
    }

    /** What cannot be read, the handler will not see either: the request fails. */
    private static <I extends Record> Map<String, Object> parameters(RouteTable.Bound<I, ?> bound, Request sent, Map<String, String> fromPath) {
        try {
            return bound.input().encodeMasked(bound.input().decodeRequest(sent.body(), fromPath));
        } catch (Schema.FieldException | Problem.ProblemException unreadable) {
            return Map.of();
        }
    }

    private static boolean isPolicy(Subject subject) {
        var route = subject.found().bound().route().path().text();
        return subject.mount().type().equals("system") && (route.startsWith("policies/acl/") || route.startsWith("policy/"));
    }

    /** As they will be understood; none for a change that leaves the text as it is, and nothing at all for a text that cannot be read. */
    private static Optional<List<Map<String, Object>>> statements(Map<String, Object> body) {
        var text = body.get("policy") instanceof String policy && !policy.isEmpty() ? policy : body.get("rules");
        return switch (text) {
            case null -> Optional.of(List.of());
            case String policy -> PolicyText.statements(policy);
            default -> Optional.empty();
        };
    }

    byte[] json() {
        var all = new LinkedHashMap<>(timeless);
        all.put("id", id);
        var utc = now.atZone(ZoneOffset.UTC);
        all.put("time", Map.of(
                "rfc3339", now.toString(), "unix", now.getEpochSecond(), "weekday", utc.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH),
                "hour", utc.getHour(), "minute", utc.getMinute()));
        return Json.write(all);
    }
}
