package watchword.core.identity.oidc;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Storage;

/** What scopes tell of somebody. */
record ScopeClaims(Applications applications) {

    /** Of the scopes that are asked for, those that a provider has; what it does not know is passed over. */
    static List<String> known(String asked, ProviderRow provider) throws OAuthException {
        var all = Stream.of(asked.split(" ")).filter(scope -> !scope.isEmpty()).distinct().sorted().toList();
        if (!all.contains(ProviderRoutes.OPENID)) throw OAuthException.request("scope parameter must contain the \"openid\" value");
        return all.stream().filter(scope -> provider.scopesSupported().contains(scope) && !scope.equals(ProviderRoutes.OPENID)).toList();
    }

    Map<String, @Nullable Object> of(Storage.Reader store, List<String> scopes, Subject subject) throws OAuthException {
        var claims = new LinkedHashMap<String, @Nullable Object>();
        var teller = new LinkedHashMap<String, String>();
        for (var name : scopes) {
            var scope = applications.scope(store, name);
            if (scope.isEmpty()) continue;
            for (var claim : Template.parse(scope.get().template()).claims(subject).entrySet()) {
                var other = teller.put(claim.getKey(), name);
                if (other != null) throw OAuthException.request("found scopes with conflicting top-level claim: claim \"" + claim.getKey() + "\" in scopes \"" + name + "\", \"" + other + "\"");
                claims.put(claim.getKey(), claim.getValue());
            }
        }
        return claims;
    }
}
