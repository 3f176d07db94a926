package watchword.core.identity.oidc;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import watchword.core.json.Json;
import watchword.core.request.Response;
import watchword.sdk.Reply;

/** Answers that are documents of others' specifications, which anybody may read. */
final class PublicAnswer {
    private static final Duration DISCOVERY = Duration.ofHours(1);

    private PublicAnswer() {}

    static <O extends Record> Reply<O> json(int status, Map<String, ? extends @Nullable Object> tree, Map<String, String> headers) {
        return Reply.raw(status, Response.JSON, Json.write(tree), headers);
    }

    static <O extends Record> Reply<O> discovery(Map<String, Object> document) {
        return json(200, document, fresh(DISCOVERY));
    }

    /** Keys, which may be kept for as long as the key that changes most often says. */
    static <O extends Record> Reply<O> keySet(List<NamedKey> keys, Instant now) {
        var freshness = keys.stream().map(NamedKey::freshness).min(Comparator.naturalOrder());
        return json(200, NamedKeys.jwkSet(keys, now), freshness.map(PublicAnswer::fresh).orElse(Map.of()));
    }

    private static Map<String, String> fresh(Duration duration) {
        return Map.of("Cache-Control", "max-age=" + duration.toSeconds());
    }
}
