package watchword.engines.database;

import java.util.Map;
import java.util.Set;
import watchword.engines.EngineContract;
import watchword.engines.EnginePlayer;
import watchword.sdk.Outbound;

class DatabaseContractTest implements EngineContract {
    @Override
    public EnginePlayer player() {
        return new EnginePlayer((context, _) -> new DatabaseEngine(context, Outbound.NONE), Map.of());
    }

    @Override
    public Set<String> mistakesAnsweredAs500() {
        return Set.of("1 error occurred:\n\t* failed to find entry for connection with that name\n\n", "1 error occurred:\n\t* \"one\" is not an allowed role\n\n",
                "1 error occurred:\n\t* unable to rotate root credentials: no username in configuration\n\n", "1 error occurred:\n\t* unable to rotate root credentials: no password in configuration\n\n");
    }
}
