package watchword.engines.ldap.secrets;

import java.util.Map;
import watchword.engines.EngineContract;
import watchword.engines.EnginePlayer;
import watchword.sdk.Outbound;

class LdapSecretsContractTest implements EngineContract {
    @Override
    public EnginePlayer player() {
        return new EnginePlayer((context, _) -> new LdapEngine(context, Outbound.NONE), Map.of());
    }
}
