package watchword.engines.cert;

import java.util.Map;
import watchword.engines.EngineContract;
import watchword.engines.EnginePlayer;
import watchword.sdk.Outbound;

class CertContractTest implements EngineContract {
    @Override
    public EnginePlayer player() {
        return new EnginePlayer((context, _) -> new CertMethod(context, Outbound.NONE), Map.of());
    }
}
