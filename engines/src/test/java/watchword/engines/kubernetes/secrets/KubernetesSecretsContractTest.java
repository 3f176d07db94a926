package watchword.engines.kubernetes.secrets;

import java.nio.file.Path;
import java.util.Map;
import watchword.engines.EngineContract;
import watchword.engines.EnginePlayer;
import watchword.engines.kubernetes.Pod;

class KubernetesSecretsContractTest implements EngineContract {
    @Override
    public EnginePlayer player() {
        return new EnginePlayer((context, options) -> new KubernetesEngine(context, new PretendedApi(), new Pod(Path.of("/nowhere"))), Map.of());
    }
}
