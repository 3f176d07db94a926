package watchword.server;

import watchword.core.mount.EngineCatalog;
import watchword.engines.jwt.JwtMethod;
import watchword.engines.kv.KvEngines;
import watchword.engines.ldap.LdapMethod;
import watchword.sdk.Outbound;

/** Every engine and auth method there is. Adding one is a line here. */
final class BuiltinEngines {
    private BuiltinEngines() {}

    /** @param outbound for those that ask others */
    static EngineCatalog catalog(Outbound outbound) {
        return EngineCatalog.builder()
                .engine("kv", (context, mount) -> KvEngines.create(context, mount.options()))
                .auth("ldap", (context, mount) -> new LdapMethod(context, outbound))
                .auth("jwt", (context, mount) -> new JwtMethod(context, outbound, "jwt"))
                .auth("oidc", (context, mount) -> new JwtMethod(context, outbound, "oidc"))
                .build();
    }
}
