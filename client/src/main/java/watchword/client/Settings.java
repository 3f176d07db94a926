package watchword.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How to reach a server, and as whom.
 *
 * @param namespace empty for none
 * @param timeout for one request from connecting to the end of its answer
 * @param retries how many more times a request is tried; see {@link Client}
 */
public record Settings(Address address, Token token, String namespace, TlsSettings tls, Duration timeout, int retries) {
    private static final String[] PREFIXES = {"WATCHWORD_", "VAULT_", "BAO_"};
    private static final int MOST_RETRIES = 100;

    /** The settings for an address, and the defaults for everything else. */
    public static Settings of(Address address) {
        return new Settings(address, Token.NONE, "", TlsSettings.NONE, Duration.ofSeconds(60), 2);
    }

    /**
     * From variables as every client of the field reads them: {@code VAULT_ADDR}, {@code VAULT_TOKEN}, {@code VAULT_NAMESPACE},
     * {@code VAULT_CACERT}, {@code VAULT_CAPATH}, {@code VAULT_CLIENT_CERT}, {@code VAULT_CLIENT_KEY}, {@code VAULT_TLS_SERVER_NAME},
     * {@code VAULT_SKIP_VERIFY}, {@code VAULT_CLIENT_TIMEOUT} and {@code VAULT_MAX_RETRIES}. Each may begin with {@code WATCHWORD_}, which
     * wins, or {@code BAO_} instead.
     *
     * @throws SettingsException naming the variable
     */
    public static Settings from(Map<String, String> environment) throws SettingsException {
        var variables = new Variables(environment);
        try {
            return new Settings(
                    Address.parse(variables.value("ADDR").orElse("https://127.0.0.1:8200")),
                    Token.of(variables.value("TOKEN").orElse("")),
                    variables.value("NAMESPACE").orElse(""),
                    new TlsSettings(variables.path("CACERT"), variables.path("CAPATH"), variables.path("CLIENT_CERT"),
                            variables.path("CLIENT_KEY"),
                            variables.value("TLS_SERVER_NAME").orElse(""), variables.truth("SKIP_VERIFY")),
                    variables.duration("CLIENT_TIMEOUT", Duration.ofSeconds(60)),
                    variables.whole("MAX_RETRIES", 2, MOST_RETRIES));
        } catch (IllegalArgumentException unusable) {
            throw new SettingsException(String.valueOf(unusable.getMessage()));
        }
    }

    /** A variable under any of the three prefixes: our own, Vault's, OpenBao's, in this order. Empty counts as absent. */
    public static Optional<String> variable(Map<String, String> environment, String name) {
        for (var prefix : PREFIXES) {
            var value = environment.get(prefix + name);
            if (value != null && !value.isEmpty()) return Optional.of(value);
        }
        return Optional.empty();
    }

    public Settings withAddress(Address other) {
        return new Settings(other, token, namespace, tls, timeout, retries);
    }

    public Settings withToken(Token other) {
        return new Settings(address, other, namespace, tls, timeout, retries);
    }

    public Settings withNamespace(String other) {
        return new Settings(address, token, other, tls, timeout, retries);
    }

    public Settings withTls(TlsSettings other) {
        return new Settings(address, token, namespace, other, timeout, retries);
    }

    /** The same server, given less time: for calls that nobody wants to wait for. */
    public Settings within(Duration longest, int tries) {
        return new Settings(address, token, namespace, tls, timeout.compareTo(longest) < 0 ? timeout : longest, Math.min(retries, tries));
    }

    /** Reads variables; what it cannot use it names in an {@link IllegalArgumentException}. */
    private record Variables(Map<String, String> environment) {
        Optional<String> value(String name) {
            return variable(environment, name);
        }

        Optional<Path> path(String name) {
            var value = value(name);
            return value.isPresent() ? Optional.of(Path.of(value.get())) : Optional.empty();
        }

        boolean truth(String name) {
            var value = value(name).orElse("false");
            return switch (value) {
                case "1", "t", "T", "true", "TRUE", "True" -> true;
                case "0", "f", "F", "false", "FALSE", "False" -> false;
                default -> throw new IllegalArgumentException("VAULT_" + name + " is true or false, not \"" + value + "\"");
            };
        }

        Duration duration(String name, Duration otherwise) {
            var value = value(name);
            if (value.isEmpty()) return otherwise;
            var duration = DurationText.parse(value.get());
            if (duration.isEmpty() || duration.get().isZero()) {
                throw new IllegalArgumentException("VAULT_" + name + " is a time such as 60s, not \"" + value.get() + "\"");
            }
            return duration.get();
        }

        int whole(String name, int otherwise, int most) {
            var value = value(name);
            if (value.isEmpty()) return otherwise;
            try {
                int number = Integer.parseInt(value.get());
                if (number >= 0 && number <= most) return number;
            } catch (NumberFormatException notWhole) {
                // told below
            }
            throw new IllegalArgumentException("VAULT_" + name + " is a number from 0 to " + most + ", not \"" + value.get() + "\"");
        }
    }
}
