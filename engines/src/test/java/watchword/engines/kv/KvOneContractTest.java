package watchword.engines.kv;

import java.util.Map;
import watchword.engines.EngineContract;
import watchword.engines.EnginePlayer;

class KvOneContractTest implements EngineContract {
    @Override
    public EnginePlayer player() {
        return new EnginePlayer(KvEngines::create, Map.of());
    }
}
