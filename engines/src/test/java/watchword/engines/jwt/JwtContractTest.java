package watchword.engines.jwt;

import java.util.Map;
import watchword.engines.EngineContract;
import watchword.engines.EnginePlayer;

final class JwtContractTest implements EngineContract {
    @Override
    public EnginePlayer player() {
        return new EnginePlayer((context, _) -> new JwtMethod(context, new Web(), "jwt"), Map.of());
    }
}
