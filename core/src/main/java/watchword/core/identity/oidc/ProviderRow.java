package watchword.core.identity.oidc;

import java.util.List;

/**
 * A provider, by which people sign in to applications.
 *
 * @param issuer scheme, host and port; empty for the server's own
 */
record ProviderRow(String issuer, List<String> allowedClientIds, List<String> scopesSupported) {
    /** What a namespace has from the beginning. */
    static final ProviderRow DEFAULT = new ProviderRow("", List.of(NamedKey.ANY_CLIENT), List.of());

    boolean allows(String clientId) {
        return allowedClientIds.contains(NamedKey.ANY_CLIENT) || allowedClientIds.contains(clientId);
    }
}
