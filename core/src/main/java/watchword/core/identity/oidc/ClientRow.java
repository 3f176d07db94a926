package watchword.core.identity.oidc;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Secret;

/**
 * An application.
 *
 * @param secret of one that can keep it; empty for a public one, which proves by PKCE alone that it began what it ends
 */
record ClientRow(List<String> redirectUris, List<String> assignments, String key, Duration idTokenTtl, Duration accessTokenTtl, String clientId, Optional<Secret> secret,
        boolean authorizationCode, boolean clientCredentials) {
    static final String CONFIDENTIAL = "confidential";
    static final String PUBLIC = "public";

    boolean isPublic() {
        return secret.isEmpty();
    }

    String type() {
        return isPublic() ? PUBLIC : CONFIDENTIAL;
    }
}
