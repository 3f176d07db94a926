package watchword.engines.ldap.secrets;

import java.time.Instant;
import java.util.Optional;
import watchword.sdk.ChangingSecret;
import watchword.sdk.Inline;
import watchword.sdk.RotationTerms;
import watchword.sdk.Secret;

/**
 * An account whose password this server sets.
 *
 * @param dn empty when it is searched for by its name
 * @param password empty until it is set for the first time
 */
record StaticRole(String dn, String username, @Inline RotationTerms rotation, ChangingSecret password) {

    StaticRole with(ChangingSecret other) {
        return new StaticRole(dn, username, rotation, other);
    }

    /** When the password was last set from here. */
    Optional<Instant> rotated() {
        return password.previous().map(_ -> password.since());
    }

    Secret lastPassword() {
        return password.previous().orElse(Secret.copyOf(""));
    }
}
