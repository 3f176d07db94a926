package watchword.core.identity.oidc;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import watchword.core.json.Json;
import watchword.crypto.jose.SigningKey;

/** What a token says, first what every token does. Nothing that is told of somebody can take the place of that. */
final class Claims {
    private final Map<String, @Nullable Object> all = new LinkedHashMap<>();

    Claims(String issuer, String namespaceId, String subject, String audience, Instant now, Duration ttl) {
        all.put("iss", issuer);
        all.put("namespace", namespaceId);
        all.put("sub", subject);
        all.put("aud", audience);
        all.put("iat", now.getEpochSecond());
        all.put("exp", now.plus(ttl).getEpochSecond());
    }

    Claims with(String name, Object value) {
        all.put(name, value);
        return this;
    }

    /** With what a template tells. */
    Claims telling(Map<String, ?> told) {
        told.forEach((name, value) -> {
            if (!Template.RESERVED.contains(name)) all.putIfAbsent(name, value);
        });
        return this;
    }

    /** @param type what the token is for, as its header tells; empty for an ID token */
    String signed(SigningKey key, String type) {
        return key.sign(type, Json.write(all));
    }
}
