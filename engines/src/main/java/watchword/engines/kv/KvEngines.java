package watchword.engines.kv;

import java.util.Map;
import watchword.sdk.Engine;
import watchword.sdk.EngineContext;

/** Makes the engine behind a mount of type {@code kv}. */
public final class KvEngines {
    private KvEngines() {}

    /**
     * @param options the mount's: {@code version} 1 (the default) or 2, {@code max_value_bytes}
     * @throws watchword.sdk.Problem.ProblemException 400 for options there are not
     */
    public static Engine create(EngineContext context, Map<String, String> options) {
        var settled = MountOptions.of(options);
        return switch (settled.version()) {
            case ONE -> new KvOneEngine(context, settled);
            case TWO -> new KvTwoEngine(context, settled);
        };
    }
}
