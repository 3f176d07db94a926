package watchword.engines.kubernetes;

import java.nio.file.Path;
import java.util.Map;
import watchword.engines.EngineContract;
import watchword.engines.EnginePlayer;

class KubernetesContractTest implements EngineContract {
    @Override
    public EnginePlayer player() {
        return new EnginePlayer((context, options) -> new KubernetesMethod(context, new PretendedCluster(), new Pod(Path.of("/nowhere"))), Map.of());
    }
}
