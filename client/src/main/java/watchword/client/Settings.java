package watchword.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How to reach a server.
 *
 * @param token empty for none
 */
public record Settings(String address, String token, String namespace, Optional<Path> caCertificate, boolean skipVerify, Duration timeout, int retries) {

    /** From the environment's {@code VAULT_*} (or {@code WATCHWORD_*}, {@code BAO_*}) variables. */
    public static Settings from(Map<String, String> environment) {
        return new Settings(
                value(environment, "ADDR").orElse("https://127.0.0.1:8200"),
                value(environment, "TOKEN").orElse(""),
                value(environment, "NAMESPACE").orElse(""),
                value(environment, "CACERT").map(Path::of),
                value(environment, "SKIP_VERIFY").map(text -> text.equals("true") || text.equals("1")).orElse(false),
                value(environment, "CLIENT_TIMEOUT").map(Settings::seconds).orElse(Duration.ofSeconds(60)),
                value(environment, "MAX_RETRIES").map(Integer::parseInt).orElse(2));
    }

    private static Duration seconds(String text) {
        return Duration.ofSeconds(Long.parseLong(text.endsWith("s") ? text.substring(0, text.length() - 1) : text));
    }

    /** Watchword's own name first, then the field's. */
    public static Optional<String> value(Map<String, String> environment, String name) {
        for (var prefix : new String[] {"WATCHWORD_", "VAULT_", "BAO_"}) {
            var value = environment.get(prefix + name);
            if (value != null && !value.isEmpty()) return Optional.of(value);
        }
        return Optional.empty();
    }

    public Settings withAddress(String other) {
        return new Settings(other, token, namespace, caCertificate, skipVerify, timeout, retries);
    }

    public Settings withToken(String other) {
        return new Settings(address, other, namespace, caCertificate, skipVerify, timeout, retries);
    }

    @Override
    public String toString() {
        return "Settings[" + address + "]";
    }
}
