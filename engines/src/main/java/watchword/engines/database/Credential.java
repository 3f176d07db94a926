package watchword.engines.database;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/**
 * What an account proves itself by, and how that is made. The databases here take passwords; the other kinds are kept as clients set them.
 *
 * @param type {@code password}, {@code rsa_private_key} or {@code client_certificate}
 * @param config read back
 * @param caKey of an authority that signs client certificates; not read back
 */
record Credential(String type, Map<String, String> config, Secret caKey) {
    static final String PASSWORD = "password";
    static final Credential USUAL = new Credential(PASSWORD, Map.of(), Secret.copyOf(""));
    private static final int MAX_TEXT = 64 << 10;
    private static final String CA_KEY = "ca_private_key";

    /** @throws Problem.ProblemException when it is not one that could be made */
    Credential with(Optional<String> newType, Optional<Map<String, String>> given) {
        var wanted = newType.filter(text -> !text.isEmpty()).orElse(type);
        if (!List.of(PASSWORD, "rsa_private_key", "client_certificate").contains(wanted)) throw new Problem.Invalid("invalid credential_type").asException();
        if (given.isEmpty() && wanted.equals(type) && !config.isEmpty()) return this;
        var sent = given.orElse(Map.of());
        if (sent.values().stream().mapToInt(String::length).sum() > MAX_TEXT) throw invalid("it is too long");
        var checked = new LinkedHashMap<String, String>();
        switch (wanted) {
            case PASSWORD -> Optional.ofNullable(sent.get("password_policy")).filter(policy -> !policy.isEmpty()).ifPresent(policy -> checked.put("password_policy", policy));
            case "rsa_private_key" -> {
                checked.put("format", oneOf(sent, "format", "pkcs8", Set.of("pkcs8")));
                checked.put("key_bits", oneOf(sent, "key_bits", "2048", Set.of("2048", "3072", "4096")));
            }
            default -> {
                var keyType = oneOf(sent, "key_type", "", Set.of("rsa", "ec", "ed25519"));
                checked.put("key_type", keyType);
                if (keyType.equals("rsa")) checked.put("key_bits", oneOf(sent, "key_bits", "2048", Set.of("2048", "3072", "4096")));
                if (keyType.equals("ec")) checked.put("key_bits", oneOf(sent, "key_bits", "256", Set.of("224", "256", "384", "521")));
                checked.put("signature_bits", oneOf(sent, "signature_bits", "256", Set.of("256", "384", "512")));
                for (var needed : List.of("common_name_template", "ca_cert", CA_KEY)) {
                    if (sent.getOrDefault(needed, "").isEmpty()) throw invalid("missing required " + needed);
                    if (!needed.equals(CA_KEY)) checked.put(needed, sent.getOrDefault(needed, ""));
                }
            }
        }
        return new Credential(wanted, checked, Secret.copyOf(sent.getOrDefault(CA_KEY, "")));
    }

    private static String oneOf(Map<String, String> sent, String field, String otherwise, Set<String> allowed) {
        var value = sent.getOrDefault(field, otherwise);
        if (!allowed.contains(value)) throw invalid("invalid " + field);
        return value;
    }

    private static Problem.ProblemException invalid(String why) {
        return new Problem.Invalid("credential_config validation failed: " + why).asException();
    }

    Optional<Map<String, String>> shown() {
        return Optional.of(config).filter(map -> !map.isEmpty());
    }

    String passwordPolicy(Config connection) {
        return config.getOrDefault("password_policy", connection.passwordPolicy());
    }

    void requirePassword() {
        if (!type.equals(PASSWORD)) throw new Problem.Invalid("unsupported credential_type: \"" + type + "\"").asException();
    }
}
