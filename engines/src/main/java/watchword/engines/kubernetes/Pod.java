package watchword.engines.kubernetes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import watchword.sdk.Secret;

/** What the cluster gives a server that runs in one of its pods. Read each time, since the cluster replaces it. */
public record Pod(Path folder, Map<String, String> environment) {
    private static final List<String> ADDRESS = List.of("KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT_HTTPS");

    /** Where every pod has it. */
    public static final Pod USUAL = new Pod(Path.of("/var/run/secrets/kubernetes.io/serviceaccount"), System.getenv());

    private static final int MAX_BYTES = 1 << 20;

    /** @param environment of which only what tells where the API server is stays here */
    public Pod {
        environment = environment.entrySet().stream().filter(each -> ADDRESS.contains(each.getKey())).collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** One that is told nothing of where the API server is. */
    public Pod(Path folder) {
        this(folder, Map.of());
    }

    /** Where the API server is. */
    public Optional<String> address() {
        return missing().isEmpty() ? Optional.of("https://" + String.join(":", ADDRESS.stream().map(environment::get).toList())) : Optional.empty();
    }

    /** Names of what the environment lacks that tells where the API server is. */
    public List<String> missing() {
        return ADDRESS.stream().filter(name -> environment.getOrDefault(name, "").isEmpty()).toList();
    }

    public Optional<String> authorities() {
        return read("ca.crt");
    }

    public Optional<Secret> token() {
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
