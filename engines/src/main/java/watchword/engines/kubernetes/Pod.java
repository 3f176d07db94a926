package watchword.engines.kubernetes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import watchword.sdk.Secret;

/** What the cluster gives a server that runs in one of its pods. Read each time, since the cluster replaces it. */
public record Pod(Path folder) {
    /** Where every pod has it. */
    public static final Pod USUAL = new Pod(Path.of("/var/run/secrets/kubernetes.io/serviceaccount"));

    private static final int MAX_BYTES = 1 << 20;

    Optional<String> authorities() {
        return read("ca.crt");
    }

    Optional<Secret> token() {
        return read("token").map(String::strip).map(Secret::copyOf);
    }

    private Optional<String> read(String name) {
        var file = folder.resolve(name);
        try (var in = Files.newInputStream(file)) {
            return Optional.of(new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8)).filter(text -> !text.isBlank());
        } catch (IOException notInAPod) {
            return Optional.empty();
        }
    }
}
