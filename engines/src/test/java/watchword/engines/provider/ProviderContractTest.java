package watchword.engines.provider;

import java.util.Map;
import watchword.engines.EngineContract;
import watchword.engines.EnginePlayer;

class ProviderContractTest implements EngineContract {
    @Override
    public EnginePlayer player() {
        return new EnginePlayer((context, options) -> new ProviderEngine(context, new PretendedProviders(), _ -> {}), Map.of());
    }
}
