package watchword.engines.approle;

import java.util.Map;
import java.util.Set;
import watchword.engines.EngineContract;
import watchword.engines.EnginePlayer;

class AppRoleContractTest implements EngineContract {
    @Override
    public EnginePlayer player() {
        return new EnginePlayer((context, _) -> new AppRoleMethod(context), Map.of());
    }

    @Override
    public Set<String> mistakesAnsweredAs500() {
        return Set.of("missing role_id");
    }
}
