package watchword.core.audit;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import watchword.core.audit.line.Hasher;
import watchword.core.audit.line.JsonLine;
import watchword.core.audit.line.LineOptions;
import watchword.core.audit.line.ValueWriter;
import watchword.core.mount.MountEntry;
import watchword.core.namespace.Namespace;
import watchword.core.policy.Consent;
import watchword.core.policy.Decision;
import watchword.core.policy.Judgement;
import watchword.core.request.Answer;
import watchword.core.token.TokenCaller;
import watchword.sdk.Reply;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;

/** Writes one line after the other. One thread at a time. */
final class LineWriter {
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final JsonLine out = new JsonLine();
    private final Second now = new Second();
    private final Second issued = new Second();
    private final ValueWriter values;
    private final LineOptions options;
    private Repeatable last = Repeatable.NOTHING;

    /** The part of a request's line that its answer's line repeats: who asked for what. */
    @SuppressWarnings("ArrayRecordComponent") // seen by one writer only
    private record Repeatable(@Nullable AuditEntry entry, @Nullable AuditedHeaders headers, byte[] line, int from, int to) {
        static final Repeatable NOTHING = new Repeatable(null, null, new byte[0], 0, 0);

        boolean isFor(AuditEntry answer, AuditedHeaders now) {
            return entry != null && entry.isOfSame(answer) && headers == now;
        }
    }

    LineWriter(Hasher hasher, LineOptions options) {
        this.values = new ValueWriter(out, hasher, options);
        this.options = options;
    }

    /** @return an object without its closing brace */
    byte[] write(AuditEntry entry, AuditedHeaders headers) {
        out.beginObject();
        out.name("time").text(time(entry.time()));
        out.name("type").text(entry.isAnswer() ? "response" : "request");
        int from = out.length();
        if (entry.isAnswer() && last.isFor(entry, headers)) {
            out.again(last.line(), last.from(), last.to());
        } else {
            auth(entry);
            request(entry, headers);
        }
        int to = out.length();
        entry.answer().ifPresent(answer -> response(entry, answer));
        out.member("error", entry.error());
        var open = out.copy();
        out.clear(options.raw());
        values.endLine();
        last = entry.isAnswer() || options.raw() ? Repeatable.NOTHING : new Repeatable(entry, headers, open, from, to);
        return open;
    }

    // ---- who ----

    private void auth(AuditEntry entry) {
        out.name("auth").beginObject();
        entry.caller().ifPresent(this::caller);
        policyResults(entry);
        out.endObject();
    }

    private void policyResults(AuditEntry entry) {
        out.name("policy_results").beginObject();
        switch (entry.decision()) {
            case Decision.Allow allow -> {
                out.name("allowed").truth(true);
                out.member("rule", allow.rule());
                granting(entry, allow.policies());
                judged(allow.judged());
                consent(allow.consent());
                if (entry.sudo()) out.name("sudo").truth(true);
            }
            case Decision.Deny deny -> {
                out.name("allowed").truth(false);
                out.member("rule", deny.rule());
                judged(deny.judged());
            }
        }
        out.endObject();
    }

    private void granting(AuditEntry entry, List<String> policies) {
        if (policies.isEmpty()) return;
        var namespaceId = entry.caller().map(TokenCaller::namespaceId).orElse(Namespace.ROOT_ID);
        out.name("granting_policies").beginArray();
        for (var policy : policies) {
            out.beginObject();
            out.name("name").text(policy);
            out.name("namespace_id").text(namespaceId);
            if (namespaceId.equals(entry.namespace().id())) out.member("namespace_path", entry.namespace().path());
            out.name("type").text("acl");
            out.endObject();
        }
        out.endArray();
    }

    private void judged(List<Judgement> judgements) {
        if (judgements.isEmpty()) return;
        out.name("opa").beginArray();
        for (var judgement : judgements) {
            out.beginObject();
            out.name("name").text(judgement.policy());
            out.name("decision").text(switch (judgement.outcome()) {
                case ALLOW -> "allow";
                case DENY -> "deny";
                case NO_ANSWER -> "no_answer";
            });
            out.name("enforced").truth(judgement.enforced());
            texts("reasons", judgement.reasons());
            out.member("decision_id", judgement.id());
            out.endObject();
        }
        out.endArray();
    }

    /** What stands in place of approvals is said in clear: it is there for whoever reads this. */
    private void consent(Consent consent) {
        switch (consent) {
            case Consent.Free _, Consent.Withheld _ -> {}
            case Consent.Asked asked -> {
                out.name("control_group").beginObject().name("approved").truth(false);
                out.member("reason", asked.reason());
                out.endObject();
            }
            case Consent.Approved approved -> {
                out.name("control_group").beginObject().name("approved").truth(true);
                out.member("reason", approved.reason());
                out.name("authorizations").beginArray();
                for (var each : approved.by()) out.beginObject().name("entity_id").text(each.entityId()).name("entity_name").text(each.entityName()).endObject();
                out.endArray();
                out.endObject();
            }
            case Consent.BrokenGlass glass -> {
                out.name("break_glass").beginObject().name("reason").text(glass.reason());
                out.name("max_ttl").number(glass.longest().toSeconds());
                out.endObject();
            }
        }
    }

    private void caller(TokenCaller caller) {
        var row = caller.row();
        values.secret("client_token", caller.token());
        values.accessor("accessor", caller.accessor());
        out.member("display_name", caller.displayName());
        texts("policies", caller.policies());
        texts("token_policies", row.policies());
        texts("identity_policies", caller.identityPolicies());
        metadata(row.meta());
        if (row.uses() > 0) {
            out.name("num_uses").number(row.uses());
            out.name("remaining_uses").number(Math.max(row.usesLeft(), 0));
        }
        out.member("entity_id", caller.entityId());
        out.member("token_type", row.type());
        if (!row.ttl().isZero()) out.name("token_ttl").number(row.ttl().toSeconds());
        out.name("token_issue_time").text(issued.text(row.issued()) + "Z");
    }

    private void metadata(Map<String, String> metadata) {
        if (metadata.isEmpty()) return;
        out.name("metadata").beginObject();
        metadata.forEach((name, value) -> out.name(name).text(value));
        out.endObject();
    }

    private void texts(String name, Collection<String> texts) {
        if (texts.isEmpty()) return;
        out.name(name).beginArray();
        for (var text : texts) out.text(text);
        out.endArray();
    }

    // ---- what was asked ----

    private void request(AuditEntry entry, AuditedHeaders headers) {
        var request = entry.request();
        out.name("request").beginObject();
        out.member("id", request.id());
        entry.caller().ifPresent(caller -> out.member("client_id", caller.entityId().isEmpty() ? caller.tokenKey() : caller.entityId()));
        out.name("operation").text(entry.operation());
        entry.mount().ifPresent(this::mount);
        request.token().ifPresent(token -> values.secret("client_token", token));
        entry.caller().ifPresent(caller -> values.accessor("client_token_accessor", caller.accessor()));
        out.name("namespace").beginObject().name("id").text(entry.namespace().id());
        out.member("path", entry.namespace().path());
        out.endObject();
        out.name("path").text(request.path().text());
        if (!request.body().isEmpty()) {
            out.name("data");
            values.object(request.body(), entry.plainRequestKeys());
        }
        headers(request.headers(), headers);
        out.member("remote_address", request.peer().address());
        if (request.peer().port() > 0) out.name("remote_port").number(request.peer().port());
        request.wrapTtl().ifPresent(ttl -> out.name("wrap_ttl").number(ttl.toSeconds()));
        out.endObject();
    }

    private void mount(MountEntry mount) {
        out.member("mount_point", mount.path());
        out.member("mount_type", mount.type());
        out.member("mount_accessor", mount.accessor());
        out.member("mount_class", mount.isAuth() ? "auth" : "secret");
    }

    /** Only headers that are configured; those that carry credentials never plain. */
    private void headers(Map<String, List<String>> sent, AuditedHeaders audited) {
        if (sent.isEmpty() || audited.hashed().isEmpty()) return;
        boolean any = false;
        for (var each : audited.hashed().entrySet()) {
            var sentValues = sent.get(each.getKey());
            if (sentValues == null || sentValues.isEmpty()) continue;
            if (!any) out.name("headers").beginObject();
            any = true;
            boolean credential = AuditedHeaders.isCredential(each.getKey());
            out.name(each.getKey()).beginArray();
            for (var value : sentValues) {
                values.header(value, credential || (each.getValue() && !options.raw()));
            }
            out.endArray();
        }
        if (any) out.endObject();
    }

    // ---- what was answered ----

    private void response(AuditEntry entry, Answer answer) {
        out.name("response").beginObject();
        answer.auth().ifPresent(this::issued);
        entry.mount().ifPresent(this::mount);
        answer.lease().filter(lease -> !lease.id().isEmpty())
                .ifPresent(lease -> out.name("secret").beginObject().name("lease_id").text(lease.id()).endObject());
        data(entry, answer);
        texts("warnings", answer.warnings());
        answer.wrap().ifPresent(this::wrap);
        out.endObject();
    }

    private void data(AuditEntry entry, Answer answer) {
        var hidden = entry.hiddenError();
        if (answer.data().isPresent()) {
            out.name("data");
            if (options.elideLists() && entry.request().operation() == Operation.LIST) values.elided(answer.data().get(), entry.plainAnswerKeys());
            else values.object(answer.data().get(), entry.plainAnswerKeys());
        } else if (!hidden.isEmpty()) {
            out.name("data").beginObject().name("error");
            values.hidden(hidden);
            out.endObject();
        } else {
            answer.raw().ifPresent(this::raw);
        }
    }

    /** An answer that is no JSON envelope: its size and hash stand for it. */
    private void raw(Reply.Raw raw) {
        out.name("data").beginObject();
        out.name("http_content_type");
        values.hidden(raw.contentType());
        out.name("http_raw_body");
        raw.download().ifPresentOrElse(download -> values.hidden(download.sha256()), () -> values.hidden(Secret.owning(raw.body())));
        out.name("http_status_code").number(raw.status());
        out.endObject();
    }

    private void issued(Reply.Issued auth) {
        out.name("auth").beginObject();
        if (auth.clientToken().size() > 0) values.secret("client_token", auth.clientToken());
        values.accessor("accessor", auth.accessor());
        texts("policies", auth.policies());
        texts("token_policies", auth.tokenPolicies());
        texts("identity_policies", auth.identityPolicies());
        metadata(auth.metadata());
        if (auth.numUses() > 0) out.name("num_uses").number(auth.numUses());
        out.member("entity_id", auth.entityId());
        out.member("token_type", auth.tokenType());
        if (!auth.ttl().isZero()) out.name("token_ttl").number(auth.ttl().toSeconds());
        out.endObject();
    }

    private void wrap(Answer.WrapInfo wrap) {
        out.name("wrap_info").beginObject();
        out.name("ttl").number(wrap.ttl());
        values.secret("token", wrap.token());
        values.accessor("accessor", wrap.accessor());
        out.member("creation_time", wrap.creationTime());
        out.member("creation_path", wrap.creationPath());
        wrap.wrappedAccessor().ifPresent(accessor -> values.accessor("wrapped_accessor", accessor));
        out.endObject();
    }

    // ---- time ----

    /** RFC 3339 with nine decimals, always as long, so that lines sort as texts. */
    private String time(Instant time) {
        var decimals = Integer.toString(1_000_000_000 + time.getNano());
        return now.text(time) + "." + decimals.substring(1) + "Z";
    }

    /** Remembers how the last second was written: the next line is likely of the same. */
    private static final class Second {
        private long second = Long.MIN_VALUE;
        private String text = "";

        String text(Instant time) {
            if (time.getEpochSecond() != second) {
                second = time.getEpochSecond();
                text = SECONDS.format(time);
            }
            return text;
        }
    }
}
