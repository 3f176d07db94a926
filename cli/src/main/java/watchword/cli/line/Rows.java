package watchword.cli.line;

import java.util.List;
import java.util.Optional;
import watchword.client.Answer;
import watchword.client.DurationText;
import watchword.client.Json;
import watchword.client.JsonWriter;

/** The names under which tables and {@code -field} show the parts of an answer: lease, token, wrapping, data. */
final class Rows {
    private static final List<String> TOKEN = List.of("token", "token_accessor", "token_duration", "token_renewable", "token_policies",
            "identity_policies", "policies");
    private static final List<String> WRAPPING = List.of("wrapping_token", "wrapping_accessor", "wrapping_token_ttl",
            "wrapping_token_creation_time", "wrapping_token_creation_path", "wrapped_accessor");

    private Rows() {}

    static void of(Answer answer, Table table) {
        lease(answer, table);
        if (!answer.auth().isEmpty()) {
            for (var name : TOKEN) if (!name.equals("token") || answer.auth().has("client_token")) table.row(name, shown(answer, name));
            for (var member : answer.auth().object("metadata").members().entrySet()) {
                table.row("token_meta_" + member.getKey(), member.getValue().display());
            }
        }
        if (!answer.wrapInfo().isEmpty()) {
            for (var name : WRAPPING) if (fact(answer, name).isPresent()) table.row(name, shown(answer, name));
        }
        table.rows(answer.data());
    }

    private static void lease(Answer answer, Table table) {
        if (answer.leaseDuration() <= 0) return;
        var lasts = DurationText.human(answer.leaseDuration());
        if (answer.leaseId().isEmpty()) {
            table.row("refresh_interval", lasts);
        } else {
            table.row("lease_id", answer.leaseId()).row("lease_duration", lasts)
                    .row("lease_renewable", String.valueOf(answer.isRenewable()));
        }
    }

    private static String shown(Answer answer, String name) {
        return switch (name) {
            case "token_duration" -> Output.lifetime(answer.auth().whole("lease_duration"));
            case "wrapping_token_ttl" -> DurationText.human(answer.wrapInfo().whole("ttl"));
            case "token_policies", "identity_policies", "policies" -> quoted(answer.auth().texts(name));
            default -> {
                var value = fact(answer, name);
                yield value.isPresent() ? value.get().display() : "";
            }
        };
    }

    private static String quoted(List<String> names) {
        var text = new StringBuilder("[");
        for (var name : names) text.append(text.length() > 1 ? " " : "").append(JsonWriter.quoted(name));
        return text.append(']').toString();
    }

    /** A fact about an answer that is not in its data; empty when there is none of that name. */
    static Optional<Json> fact(Answer answer, String name) {
        var auth = answer.auth();
        var wrap = answer.wrapInfo();
        return switch (name) {
            case "token" -> auth.get("client_token");
            case "token_accessor" -> auth.get("accessor");
            case "token_duration" -> auth.get("lease_duration");
            case "token_renewable" -> auth.get("renewable");
            case "token_policies", "identity_policies", "policies" -> auth.get(name);
            case "wrapping_token" -> wrap.get("token");
            case "wrapping_accessor" -> wrap.get("accessor");
            case "wrapping_token_ttl" -> wrap.get("ttl");
            case "wrapping_token_creation_time" -> wrap.get("creation_time");
            case "wrapping_token_creation_path" -> wrap.get("creation_path");
            case "wrapped_accessor" -> wrap.text("wrapped_accessor").isEmpty() ? Optional.empty() : wrap.get("wrapped_accessor");
            case "lease_id", "lease_duration", "renewable", "request_id" -> answer.data().has(name) ? Optional.empty() : answer.body()
                    .get(name);
            case "refresh_interval" -> answer.leaseId().isEmpty() ? answer.body().get("lease_duration") : Optional.empty();
            default -> Optional.empty();
        };
    }
}
