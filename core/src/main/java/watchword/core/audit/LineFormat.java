package watchword.core.audit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import watchword.core.json.Json;
import watchword.core.request.Answer;
import watchword.core.request.Request;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;

/**
 * An entry as one line of JSON in the field's form ({@code spec/audit-line.md}): every text that a client sent or got is hashed with the
 * device's salt, names of fields and numbers are plain, and nothing a client says can break the line. Any thread.
 */
final class LineFormat {
    private final Salt salt;
    private final boolean raw;
    private final boolean hashAccessor;
    private final boolean elideLists;

    LineFormat(Salt salt, boolean raw, boolean hashAccessor, boolean elideLists) {
        this.salt = salt;
        this.raw = raw;
        this.hashAccessor = hashAccessor;
        this.elideLists = elideLists;
    }

    /** The line without its closing brace: the chain adds its fields. */
    byte[] open(AuditEntry entry) {
        var line = new LinkedHashMap<String, @Nullable Object>();
        line.put("time", entry.time().toString());
        line.put("type", entry.isAnswer() ? "response" : "request");
        line.put("auth", auth(entry));
        line.put("request", request(entry));
        entry.answer().ifPresent(answer -> line.put("response", response(entry, answer)));
        if (!entry.error().isEmpty()) line.put("error", entry.error());
        var text = Json.writeAscii(line);
        return java.util.Arrays.copyOf(text, text.length - 1);
    }

    private Map<String, @Nullable Object> auth(AuditEntry entry) {
        var auth = new LinkedHashMap<String, @Nullable Object>();
        entry.caller().ifPresent(caller -> {
            auth.put("client_token", hashed(caller.token()));
            auth.put("accessor", accessor(caller.accessor()));
            auth.put("display_name", caller.displayName());
            auth.put("policies", caller.policies());
            auth.put("token_policies", caller.row().policies());
            if (!caller.identityPolicies().isEmpty()) auth.put("identity_policies", caller.identityPolicies());
            if (!caller.row().meta().isEmpty()) auth.put("metadata", caller.row().meta());
            if (!caller.entityId().isEmpty()) auth.put("entity_id", caller.entityId());
            auth.put("token_type", caller.row().type());
            if (caller.row().expires().isPresent()) auth.put("token_ttl", caller.row().ttl().toSeconds());
            auth.put("token_issue_time", caller.row().issued().toString());
        });
        var results = new LinkedHashMap<String, @Nullable Object>();
        results.put("allowed", entry.allowed());
        if (!entry.rule().isEmpty()) results.put("granting_policies", List.of(Map.of("type", "acl", "rule", entry.rule())));
        auth.put("policy_results", results);
        return auth;
    }

    private Map<String, @Nullable Object> request(AuditEntry entry) {
        var request = entry.request();
        var told = new LinkedHashMap<String, @Nullable Object>();
        told.put("id", request.id());
        entry.caller().ifPresent(caller -> told.put("client_id", caller.entityId().isEmpty() ? caller.tokenKey() : caller.entityId()));
        told.put("operation", operation(request));
        entry.mount().ifPresent(mount -> {
            told.put("mount_point", mount.path());
            told.put("mount_type", mount.type());
            told.put("mount_accessor", mount.accessor());
            told.put("mount_class", mount.isAuth() ? "auth" : "secret");
        });
        request.token().ifPresent(token -> told.put("client_token", hashed(token)));
        entry.caller().ifPresent(caller -> told.put("client_token_accessor", accessor(caller.accessor())));
        told.put("namespace", Map.of("id", "root"));
        told.put("path", request.path().text());
        if (!request.body().isEmpty()) told.put("data", fields(request.body(), Set.copyOf(entry.plainRequestKeys())));
        if (!request.headers().isEmpty()) told.put("headers", headers(request.headers()));
        told.put("remote_address", request.peer().address());
        if (request.peer().port() > 0) told.put("remote_port", (long) request.peer().port());
        request.wrapTtl().ifPresent(ttl -> told.put("wrap_ttl", ttl.toSeconds()));
        return told;
    }

    static String operation(Request request) {
        return request.help() ? "help" : request.operation() == Operation.WRITE ? "update" : request.operation().name().toLowerCase(Locale.ROOT);
    }

    private Map<String, @Nullable Object> headers(Map<String, List<String>> headers) {
        var told = new LinkedHashMap<String, @Nullable Object>();
        headers.forEach((name, values) -> told.put(name, values.stream().map(this::hashed).toList()));
        return told;
    }

    private Map<String, @Nullable Object> response(AuditEntry entry, Answer answer) {
        var told = new LinkedHashMap<String, @Nullable Object>();
        entry.mount().ifPresent(mount -> {
            told.put("mount_point", mount.path());
            told.put("mount_type", mount.type());
            told.put("mount_accessor", mount.accessor());
        });
        answer.auth().ifPresent(auth -> told.put("auth", auth(auth)));
        answer.lease().filter(lease -> !lease.id().isEmpty()).ifPresent(lease -> told.put("secret", Map.of("lease_id", lease.id())));
        answer.data().ifPresent(data -> told.put("data", elided(entry, data)));
        answer.problem().filter(p -> !(p instanceof Problem.Denied)).ifPresent(p -> told.put("data", Map.of("error", hashed(String.join("; ", p.messages())))));
        answer.wrap().ifPresent(wrap -> told.put("wrap_info", wrap(wrap)));
        if (!answer.warnings().isEmpty()) told.put("warnings", answer.warnings());
        return told;
    }

    private Map<String, @Nullable Object> elided(AuditEntry entry, Map<String, Object> data) {
        if (elideLists && entry.request().operation() == Operation.LIST) {
            var counts = new LinkedHashMap<String, @Nullable Object>();
            data.forEach((key, value) -> counts.put(key, value instanceof List<?> list ? (long) list.size() : value instanceof Map<?, ?> map ? (long) map.size() : leaf(value)));
            return counts;
        }
        return fields(data, Set.copyOf(entry.plainAnswerKeys()));
    }

    private Map<String, @Nullable Object> auth(Reply.Issued auth) {
        var told = new LinkedHashMap<String, @Nullable Object>();
        if (auth.clientToken().size() > 0) told.put("client_token", hashed(auth.clientToken()));
        told.put("accessor", accessor(auth.accessor()));
        told.put("policies", auth.policies());
        told.put("token_policies", auth.tokenPolicies());
        if (!auth.metadata().isEmpty()) told.put("metadata", auth.metadata());
        told.put("token_type", auth.tokenType());
        told.put("token_ttl", auth.ttl().toSeconds());
        return told;
    }

    private Map<String, @Nullable Object> wrap(Answer.WrapInfo wrap) {
        var told = new LinkedHashMap<String, @Nullable Object>();
        told.put("ttl", wrap.ttl());
        told.put("token", hashed(wrap.token()));
        told.put("accessor", accessor(wrap.accessor()));
        told.put("creation_time", wrap.creationTime());
        told.put("creation_path", wrap.creationPath());
        wrap.wrappedAccessor().ifPresent(accessor -> told.put("wrapped_accessor", accessor(accessor)));
        return told;
    }

    private Map<String, @Nullable Object> fields(Map<String, Object> fields, Set<String> plain) {
        var told = new LinkedHashMap<String, @Nullable Object>(fields.size() * 2);
        fields.forEach((name, value) -> told.put(name, plain.contains(name) ? value : tree(value)));
        return told;
    }

    private @Nullable Object tree(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                var told = new LinkedHashMap<String, @Nullable Object>(map.size() * 2);
                map.forEach((key, each) -> told.put(key.toString(), tree(each)));
                yield told;
            }
            case List<?> list -> {
                var told = new ArrayList<@Nullable Object>(list.size());
                for (var each : list) told.add(tree(each));
                yield told;
            }
            case null, default -> leaf(value);
        };
    }

    private @Nullable Object leaf(@Nullable Object value) {
        return switch (value) {
            case String text -> hashed(text);
            case Secret secret -> hashed(secret);
            case null -> null;
            case Number number -> number;
            case Boolean truth -> truth;
            default -> hashed(value.toString());
        };
    }

    private String hashed(String text) {
        return raw ? text : salt.hash(text);
    }

    private String hashed(Secret secret) {
        return raw ? secret.reveal() : salt.hash(secret);
    }

    private String accessor(String accessor) {
        return accessor.isEmpty() || raw || !hashAccessor ? accessor : salt.hash(accessor);
    }
}
