package watchword.engines.ldap;

import java.util.Map;
import watchword.engines.EngineContract;
import watchword.engines.EnginePlayer;
import watchword.sdk.Problem;

class LdapContractTest implements EngineContract {
    @Override
    public EnginePlayer player() {
        return new EnginePlayer((context, _) -> new LdapMethod(context, _ -> {
            throw new Problem.Upstream("nothing is there").asException();
        }), Map.of());
    }
}
