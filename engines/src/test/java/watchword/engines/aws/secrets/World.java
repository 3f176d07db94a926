package watchword.engines.aws.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import watchword.engines.CloudPlayer;

/** A server with the engine at {@code aws/}, and the cloud that it asks. */
final class World extends CloudPlayer<PretendedCloud> {
    World() {
        super("aws", PretendedCloud::new, AwsEngine::new);
        write("aws/config/root", Map.of("access_key", PretendedCloud.ROOT_KEY, "secret_key", "root-secret", "iam_endpoint", "https://iam.test", "sts_endpoint", "https://sts.test"));
    }

    void role(String name, Object... fields) {
        var body = new HashMap<String, Object>();
        for (int i = 0; i < fields.length; i += 2) body.put(String.valueOf(fields[i]), fields[i + 1]);
        var written = write("aws/roles/" + name, body);
        assertThat(written.status()).as(String.valueOf(written.body())).isIn(200, 204);
    }
}
