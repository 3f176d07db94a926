package watchword.engines.aws.secrets;

import java.util.Map;
import watchword.engines.EngineContract;
import watchword.engines.EnginePlayer;
import watchword.sdk.Outbound;

class AwsContractTest implements EngineContract {
    @Override
    public EnginePlayer player() {
        return new EnginePlayer((context, _) -> new AwsEngine(context, Outbound.NONE), Map.of());
    }
}
