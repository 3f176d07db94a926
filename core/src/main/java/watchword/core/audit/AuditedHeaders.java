package watchword.core.audit;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The request headers that go on record, by name in lower case, and whether their values are hashed. Immutable.
 *
 * @param hashed true for hashed values
 */
public record AuditedHeaders(Map<String, Boolean> hashed) {
    public static final AuditedHeaders NONE = new AuditedHeaders(Map.of());

    public AuditedHeaders {
        hashed = Map.copyOf(hashed);
    }

    AuditedHeaders with(String name, boolean hash) {
        var changed = new LinkedHashMap<>(hashed);
        changed.put(name.toLowerCase(Locale.ROOT), hash);
        return new AuditedHeaders(changed);
    }

    AuditedHeaders without(String name) {
        var changed = new LinkedHashMap<>(hashed);
        changed.remove(name.toLowerCase(Locale.ROOT));
        return new AuditedHeaders(changed);
    }

    /** A header that carries a credential: its values are hashed whatever anybody configured, on raw devices too. */
    static boolean isCredential(String lowerCaseName) {
        return switch (lowerCaseName) {
            case "x-vault-token", "authorization", "proxy-authorization", "cookie", "set-cookie", "x-amz-security-token", "x-api-key", "x-watchword-key" -> true;
            default -> lowerCaseName.startsWith("x-vault-inline-auth-");
        };
    }
}
