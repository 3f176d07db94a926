package watchword.core.policy.advise;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.core.json.Json;

/** An audit log of an entity that tests write line by line. */
final class WrittenLog {
    private final StringBuilder text = new StringBuilder();
    private int second;

    /** Request and answer, given by policy {@code trainer}. */
    WrittenLog did(String operation, String path, String rule) {
        return did(operation, path, rule, "trainer", Map.of());
    }

    WrittenLog did(String operation, String path, String rule, String policy, Map<String, Object> more) {
        var time = String.format("2030-01-01T%02d:%02d:%02d.000000000Z", second / 3600, second / 60 % 60, second % 60);
        second++;
        for (var type : List.of("request", "response")) {
            var results = new LinkedHashMap<String, Object>();
            results.put("allowed", true);
            results.put("rule", rule);
            results.put("granting_policies", List.of(Map.of("name", policy, "namespace_id", "root", "type", "acl")));
            results.putAll(more);
            var line = new LinkedHashMap<String, Object>();
            line.put("time", time);
            line.put("type", type);
            line.put("auth", Map.of("entity_id", "e1", "display_name", "jwt-trainer", "accessor", "hmac-sha256:aa", "policies", List.of("default", policy), "metadata", Map.of("role", "train"),
                    "policy_results", results));
            line.put("request", Map.of("operation", operation, "mount_point", path.substring(0, path.indexOf('/') + 1), "path", path, "namespace", Map.of("id", "root"),
                    "data", Map.of("x", List.of("hmac-sha256:bb"))));
            line.put("seq", (long) second);
            raw(new String(Json.writeAscii(line), StandardCharsets.US_ASCII));
        }
        return this;
    }

    WrittenLog raw(String line) {
        text.append(line).append('\n');
        return this;
    }

    Path to(Path folder) throws IOException {
        return Files.writeString(folder.resolve("audit.log"), text);
    }
}
