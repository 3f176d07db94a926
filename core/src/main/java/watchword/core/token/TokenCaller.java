package watchword.core.token;

import java.util.List;
import java.util.Map;
import watchword.core.namespace.Namespace;
import watchword.sdk.Caller;
import watchword.sdk.Secret;

/**
 * A caller by its token.
 *
 * @param token as it was sent
 * @param policies the token's own and those of its identity
 * @param sudo whether the policies give {@code sudo} on the path that is asked
 */
public record TokenCaller(
        Secret token, String tokenKey, String accessor, TokenRow row, List<String> policies, List<String> identityPolicies, boolean sudo)
        implements Caller {

    /** Of a route that needs no token. */
    public static final Caller NOBODY = new Nobody();

    private record Nobody() implements Caller {
        @Override
        public String tokenKey() {
            return "";
        }

        @Override
        public String accessor() {
            return "";
        }

        @Override
        public String displayName() {
            return "";
        }

        @Override
        public String entityId() {
            return "";
        }

        @Override
        public List<String> policies() {
            return List.of();
        }

        @Override
        public Map<String, String> metadata() {
            return Map.of();
        }
    }

    @Override
    public String displayName() {
        return row.displayName();
    }

    @Override
    public String entityId() {
        return row.entityId();
    }

    @Override
    public Map<String, String> metadata() {
        return row.meta();
    }

    /** As one of this entity, into which the token's own may have been merged. */
    public TokenCaller of(String entity) {
        return entity.equals(row.entityId()) ? this : new TokenCaller(token, tokenKey, accessor, row.of(entity), policies, identityPolicies, sudo);
    }

    /** Id of the namespace that the token is of. */
    public String namespaceId() {
        return Namespace.idIn(tokenKey);
    }

    public TokenCaller withSudo(boolean granted) {
        return granted == sudo ? this : new TokenCaller(token, tokenKey, accessor, row, policies, identityPolicies, granted);
    }
}
