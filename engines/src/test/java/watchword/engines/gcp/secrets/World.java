package watchword.engines.gcp.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import watchword.engines.CloudPlayer;
import watchword.engines.FaultyOutbound.Died;

/** A server with the engine at {@code gcp/}, and the cloud that it asks. */
final class World extends CloudPlayer<PretendedGoogle> {
    final PretendedGoogle google = cloud;

    World() {
        super("gcp", PretendedGoogle::new, GcpEngine::new);
        assertThat(write("gcp/config", Map.of("credentials", PretendedGoogle.file(PretendedGoogle.ROOT, "rootkey"), "ttl", "10m", "max_ttl", "1h")).status()).isEqualTo(204);
    }

    void account(String path, Object... fields) {
        var written = write("gcp/" + path, body(fields));
        assertThat(written.status()).as(String.valueOf(written.body())).isEqualTo(204);
    }

    static Map<String, Object> body(Object... fields) {
        var body = new HashMap<String, Object>();
        body.put("service_account_email", PretendedGoogle.APP);
        for (int i = 0; i < fields.length; i += 2) body.put(String.valueOf(fields[i]), fields[i + 1]);
        return body;
    }

    void dieAfter(String step) {
        google.after = action -> {
            if (action.equals(step)) throw new Died();
        };
    }

    void dieBefore(String step) {
        google.before = action -> {
            if (action.equals(step)) throw new Died();
            return Optional.empty();
        };
    }

    void live() {
        google.after = _ -> {};
        google.before = _ -> Optional.empty();
    }
}
