package watchword.engines.gcp.secrets;

import java.util.Map;
import watchword.engines.EngineContract;
import watchword.engines.EnginePlayer;
import watchword.sdk.Outbound;

class GcpContractTest implements EngineContract {
    @Override
    public EnginePlayer player() {
        return new EnginePlayer((context, _) -> new GcpEngine(context, Outbound.NONE), Map.of());
    }
}
