package watchword.engines.gcp.secrets;

import java.util.Map;
import watchword.engines.EngineContract;
import watchword.engines.EnginePlayer;
import watchword.sdk.Problem;

class GcpContractTest implements EngineContract {
    @Override
    public EnginePlayer player() {
        return new EnginePlayer((context, options) -> new GcpEngine(context, ask -> {
            throw new Problem.Upstream("nobody there").asException();
        }), Map.of());
    }
}
