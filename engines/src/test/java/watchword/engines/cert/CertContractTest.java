package watchword.engines.cert;

import java.util.Map;
import watchword.engines.EngineContract;
import watchword.engines.EnginePlayer;
import watchword.sdk.Problem;

class CertContractTest implements EngineContract {
    @Override
    public EnginePlayer player() {
        return new EnginePlayer((context, options) -> new CertMethod(context, ask -> {
            throw new Problem.Upstream("nobody there").asException();
        }), Map.of());
    }
}
