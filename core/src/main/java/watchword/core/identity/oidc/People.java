package watchword.core.identity.oidc;

import java.time.Instant;
import watchword.core.identity.IdentityStore;
import watchword.core.namespace.NamespaceStore;
import watchword.core.policy.IdentityView;
import watchword.core.token.TokenCaller;
import watchword.core.token.TokenRow;
import watchword.sdk.Caller;
import watchword.sdk.Storage;

/** Whom a namespace's tokens may tell of: its own entities, those that are enabled. */
record People(IdentityStore identities) {

    /** Whoever asks; nobody, for a token without an entity of this namespace: in another, groups of the same names are others. */
    Subject calling(Storage.Reader store, Caller caller, Instant now) {
        if (!(caller instanceof TokenCaller own) || !own.namespaceId().equals(NamespaceStore.idOf(store))) return new Subject(IdentityView.NOBODY, "", now);
        return new Subject(named(store, own.entityId()), own.row().login().map(TokenRow.FromLogin::run).orElse(""), now);
    }

    IdentityView named(Storage.Reader store, String entityId) {
        return entityId.isEmpty() ? IdentityView.NOBODY : identities.of(store, entityId);
    }

    boolean isDisabled(Storage.Reader store, String entityId) {
        return identities.isDisabled(store, entityId);
    }
}
