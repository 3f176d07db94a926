package watchword.core.request;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import watchword.core.json.Json;
import watchword.core.wire.Schema;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Secret;
import watchword.sdk.Stream;

/**
 * An answer as a value, before it is bytes: what audit records and what the envelope is written from.
 *
 * @param data as a tree; empty for an answer without
 * @param flat the fields of {@code data} are repeated at the top level
 * @param problem the failure, if it is one
 */
public record Answer(
        int status,
        Optional<Map<String, Object>> data,
        boolean flat,
        Optional<LeaseInfo> lease,
        Optional<Reply.Issued> auth,
        Optional<WrapInfo> wrap,
        List<String> warnings,
        Optional<Reply.Raw> raw,
        Optional<Problem> problem) {

    /** @param id empty for advice without a lease */
    public record LeaseInfo(String id, long seconds, boolean renewable) {}

    public record WrapInfo(
            Secret token, String accessor, long ttl, String creationTime, String creationPath, Optional<String> wrappedAccessor) {}

    public static Answer of(Problem problem) {
        return new Answer(status(problem), Optional.empty(), false, Optional.empty(), Optional.empty(), Optional.empty(), List.of(),
                Optional.empty(), Optional.of(problem));
    }

    /** An answer of nothing but a reply's own parts; lease and auth are filled in by those who make them. */
    public static <O extends Record> Answer of(Reply<O> reply, Schema<O> schema, boolean flat, List<String> moreWarnings) {
        var warnings = moreWarnings.isEmpty() ? reply.warnings() : java.util.stream.Stream.concat(reply.warnings().stream(), moreWarnings.stream()).toList();
        var data = reply.data().map(schema::encodeAnswer);
        int status = reply.status() != 0 ? reply.status()
                : data.isPresent() || reply.auth().isPresent() || !warnings.isEmpty() ? 200 : 204;
        return new Answer(status, data, flat, Optional.empty(), Optional.empty(), Optional.empty(), warnings, reply.raw(), Optional.empty());
    }

    /** Nothing but a token, behind which something waits. */
    public static Answer wrapping(WrapInfo info) {
        return new Answer(200, Optional.empty(), false, Optional.empty(), Optional.empty(), Optional.of(info), List.of(), Optional.empty(), Optional.empty());
    }

    public Answer withLease(LeaseInfo info) {
        return new Answer(status == 204 ? 200 : status, data, flat, Optional.of(info), auth, wrap, warnings, raw, problem);
    }

    public Answer withAuth(Reply.Issued issued, List<String> more) {
        var all = more.isEmpty() ? warnings : java.util.stream.Stream.concat(warnings.stream(), more.stream()).toList();
        return new Answer(status == 204 ? 200 : status, data, flat, lease, Optional.of(issued), wrap, all, raw, problem);
    }

    static int status(Problem problem) {
        return switch (problem) {
            case Problem.Invalid _, Problem.BadLogin _ -> 400;
            case Problem.Denied _ -> 403;
            case Problem.NotFound _ -> 404;
            case Problem.Unsupported _ -> 405;
            case Problem.Conflict _ -> 412;
            case Problem.TooLarge _ -> 413;
            case Problem.MediaType _ -> 415;
            case Problem.TooMany _ -> 429;
            case Problem.Internal _ -> 500;
            case Problem.Upstream _ -> 502;
            case Problem.Unavailable _ -> 503;
        };
    }

    /** It will not be sent. */
    public void drop() {
        raw.flatMap(Reply.Raw::download).ifPresent(Reply.Download::close);
        raw.flatMap(Reply.Raw::stream).ifPresent(Stream::close);
    }

    public Response toResponse(String requestId) {
        if (raw.isPresent()) return Response.of(raw.get());
        if (problem.isPresent()) return Response.json(status, Json.write(Map.of("errors", problem.get().messages())));
        if (status == 204) return Response.empty(204);
        return Response.json(status, Json.write(envelope(requestId)));
    }

    /** The envelope all clients know; every key is always there. It is also what a wrapping token holds. */
    public Map<String, @Nullable Object> envelope(String requestId) {
        var body = new LinkedHashMap<String, @Nullable Object>();
        if (flat) data.ifPresent(body::putAll);
        body.put("request_id", wrap.isPresent() ? "" : requestId);
        body.put("lease_id", lease.map(LeaseInfo::id).orElse(""));
        body.put("renewable", lease.map(LeaseInfo::renewable).orElse(false));
        body.put("lease_duration", lease.map(LeaseInfo::seconds).orElse(0L));
        body.put("data", data.orElse(null));
        body.put("wrap_info", wrap.map(Answer::tree).orElse(null));
        body.put("warnings", warnings.isEmpty() ? null : warnings);
        body.put("auth", auth.map(Answer::tree).orElse(null));
        return body;
    }

    private static Map<String, @Nullable Object> tree(WrapInfo info) {
        var tree = new LinkedHashMap<String, @Nullable Object>();
        tree.put("token", info.token());
        tree.put("accessor", info.accessor());
        tree.put("ttl", info.ttl());
        tree.put("creation_time", info.creationTime());
        tree.put("creation_path", info.creationPath());
        info.wrappedAccessor().ifPresent(accessor -> tree.put("wrapped_accessor", accessor));
        return tree;
    }

    private static Map<String, @Nullable Object> tree(Reply.Factors factors) {
        var constraints = new LinkedHashMap<String, @Nullable Object>();
        factors.constraints().forEach((name, all) -> constraints.put(name, Map.of("any", all.stream()
                .map(one -> Map.of("type", one.type(), "id", one.id(), "uses_passcode", one.usesPasscode(), "name", one.name())).toList())));
        var tree = new LinkedHashMap<String, @Nullable Object>();
        tree.put("mfa_request_id", factors.requestId());
        tree.put("mfa_constraints", constraints);
        return tree;
    }

    public static Map<String, @Nullable Object> tree(Reply.Issued auth) {
        var tree = new LinkedHashMap<String, @Nullable Object>();
        tree.put("client_token", auth.clientToken());
        tree.put("accessor", auth.accessor());
        tree.put("policies", auth.policies());
        tree.put("token_policies", auth.tokenPolicies());
        if (!auth.identityPolicies().isEmpty()) tree.put("identity_policies", auth.identityPolicies());
        tree.put("metadata", auth.metadata().isEmpty() ? null : auth.metadata());
        tree.put("lease_duration", auth.ttl().toSeconds());
        tree.put("renewable", auth.renewable());
        tree.put("entity_id", auth.entityId());
        tree.put("token_type", auth.tokenType());
        tree.put("orphan", auth.orphan());
        tree.put("mfa_requirement", auth.factors().map(Answer::tree).orElse(null));
        tree.put("num_uses", auth.numUses());
        return tree;
    }
}
