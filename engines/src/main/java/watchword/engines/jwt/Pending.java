package watchword.engines.jwt;

import java.util.Optional;
import watchword.sdk.Secret;

/**
 * A login that was begun with {@code oidc/auth_url} and has not ended.
 *
 * @param verifier of the code (RFC 7636)
 * @param clientNonce that the client began with and must end with; empty for none
 * @param requester address of who began it
 * @param confirmation what only a page that we showed to the user's browser has: it brings the user's consent, and hands back what a form
 *     brought; empty until it was shown
 * @param code that came by a form; empty for none
 * @param idToken likewise
 * @param deviceCode of a login on another device; empty for none
 * @param consented whether the user has consented, so that the code is being exchanged, or was
 * @param person who came back, for the client to fetch; for direct logins
 */
record Pending(
        String role, String redirectUri, String nonce, Secret verifier, Secret clientNonce, String requester, Secret confirmation, Secret code, Secret idToken, Secret deviceCode,
        boolean consented, Optional<Person> person) {
    static final Secret NONE = Secret.copyOf("");

    boolean isBegunWith(String presentedNonce) {
        return clientNonce.size() == 0 || clientNonce.sameAs(Secret.copyOf(presentedNonce));
    }

    Pending showing(Secret confirmation) {
        return new Pending(role, redirectUri, nonce, verifier, clientNonce, requester, confirmation, code, idToken, deviceCode, consented, person);
    }

    /** Whether the provider's answer is here already, brought by the user's browser. */
    boolean cameByForm() {
        return code.size() > 0 || idToken.size() > 0;
    }

    /** What a form brought, and what the page has that answers it. */
    Pending received(Secret code, Secret idToken, Secret confirmation) {
        return new Pending(role, redirectUri, nonce, verifier, clientNonce, requester, confirmation, code, idToken, deviceCode, consented, person);
    }

    Pending consenting() {
        return new Pending(role, redirectUri, nonce, verifier, clientNonce, requester, NONE, code, idToken, deviceCode, true, person);
    }

    Pending ended(Person who) {
        return new Pending(role, redirectUri, nonce, NONE, clientNonce, requester, NONE, NONE, NONE, NONE, true, Optional.of(who));
    }
}
