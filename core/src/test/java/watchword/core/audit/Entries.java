package watchword.core.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import watchword.core.mount.MountEntry;
import watchword.core.policy.Decision;
import watchword.core.request.Answer;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.core.token.TokenCaller;
import watchword.core.token.TokenRow;
import watchword.sdk.Peer;
import watchword.sdk.Problem;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;

/** Entries for tests: a training job reads and writes secrets of its team. */
final class Entries {
    static final Decision ALLOWED = new Decision.Allow(false, "secret/data/*", List.of("train"), Duration.ZERO, Duration.ZERO, 0);
    static final Instant NOW = Instant.parse("2030-01-01T00:00:00.5Z");
    static final Secret SALT = Secret.copyOf("salt-for-tests");

    private Entries() {}

    static TokenCaller trainer() {
        return trainer("canary-token", "canary-accessor");
    }

    static TokenCaller trainer(String token, String accessor) {
        var row = new TokenRow("auth/jwt/login", List.of("trainer"), Map.of("job", "train-7"), "jwt-trainer", 3, 5, Instant.parse("2029-12-31T23:59:00Z"), Duration.ofHours(1),
                Duration.ZERO, Duration.ZERO, "", "entity-1", List.of(), TokenRow.SERVICE, true, Optional.of(Instant.parse("2030-01-01T00:59:00Z")), Optional.empty(), "", "",
                Optional.empty(), accessor);
        return new TokenCaller(Secret.copyOf(token), "token-key-1", accessor, row, List.of("default", "trainer"), List.of("team-a"), false);
    }

    static MountEntry kv() {
        return kv(List.of(), List.of());
    }

    static MountEntry kv(List<String> plainRequestKeys, List<String> plainAnswerKeys) {
        var config = new MountEntry.Config(Duration.ZERO, Duration.ZERO, false, Optional.empty(), Optional.empty(), Optional.of(plainRequestKeys), Optional.of(plainAnswerKeys),
                Optional.empty(), Optional.empty(), Optional.empty());
        return new MountEntry("secret/", "kv", "kv_1234abcd", "uuid-1", "", config, Map.of(), false, false, false, "", false);
    }

    static Request request(Operation operation, String path, Map<String, Object> body, Map<String, List<String>> headers) {
        return new Request("req-1", operation, new RequestPath(path), body, false, Optional.of(Secret.copyOf("canary-token")), Optional.empty(), headers,
                new Peer("10.0.0.7", 40_001, List.of()));
    }

    static AuditEntry asked(Request request) {
        return new AuditEntry(NOW, request, Optional.of(trainer()), Optional.of(kv()), ALLOWED, Optional.empty());
    }

    static AuditEntry asked(String path) {
        return asked(request(Operation.READ, path, Map.of(), Map.of()));
    }

    static AuditEntry wrote(Map<String, Object> body) {
        return asked(request(Operation.WRITE, "secret/data/db", body, Map.of()));
    }

    static Answer data(Map<String, Object> data) {
        return new Answer(200, Optional.of(data), false, Optional.empty(), Optional.empty(), Optional.empty(), List.of(), Optional.empty(), Optional.empty());
    }

    static AuditEntry answered(Request request, Answer answer) {
        return new AuditEntry(NOW, request, Optional.of(trainer()), Optional.of(kv()), ALLOWED, Optional.of(answer));
    }

    static AuditEntry answered(Answer answer) {
        return answered(request(Operation.READ, "secret/data/db", Map.of(), Map.of()), answer);
    }

    static AuditEntry failed(Problem problem) {
        return answered(Answer.of(problem));
    }

    /** A map that keeps its order. */
    @SuppressWarnings("NullAway") // JSON trees hold nulls
    static Map<String, Object> map(@Nullable Object... namesAndValues) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < namesAndValues.length; i += 2) map.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        return map;
    }
}
