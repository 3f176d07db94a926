package watchword.engines.userpass;

import java.util.Map;
import java.util.Set;
import watchword.crypto.PasswordHashes;
import watchword.engines.EngineContract;
import watchword.engines.EnginePlayer;

class UserpassContractTest implements EngineContract {
    @Override
    public EnginePlayer player() {
        return new EnginePlayer((context, _) -> new UserpassMethod(context, new PasswordHashes(2, PasswordHashes.Cost.NEXT_TO_NOTHING)), Map.of());
    }

    @Override
    public Set<String> mistakesAnsweredAs500() {
        return Set.of("missing password");
    }
}
