package watchword.core.policy;

import watchword.sdk.Storage;

/** Where policies learn of the identity behind a token. */
@FunctionalInterface
public interface Identities {

    /** For a server without an identity store. */
    Identities NONE = (_, _) -> IdentityView.NOBODY;

    /** @param entityId not empty; {@link IdentityView#NOBODY} is the answer for one that is not there, or that is disabled */
    IdentityView of(Storage.Reader store, String entityId);
}
