package watchword.engines.kv;

import java.util.Map;
import watchword.sdk.Engine;
import watchword.sdk.EngineContext;
import watchword.sdk.Problem;

/** Which version a mount's options ask for. */
public final class KvEngines {
    private KvEngines() {}

    public static Engine create(EngineContext context, Map<String, String> options) {
        return switch (options.getOrDefault("version", "1")) {
            case "1", "" -> new KvOneEngine(context);
            case "2" -> new KvTwoEngine(context);
            default -> throw new Problem.Invalid("invalid kv version: must be 1 or 2").asException();
        };
    }

    /** Version 1 may become version 2; the way back would lose versions. */
    static void requireUpgrade(Map<String, String> before, Map<String, String> after) {
        if (before.getOrDefault("version", "1").equals("2") && !after.getOrDefault("version", "1").equals("2")) {
            throw new Problem.Invalid("cannot downgrade mount from version 2").asException();
        }
    }
}
