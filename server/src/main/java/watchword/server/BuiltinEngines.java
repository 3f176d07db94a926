package watchword.server;

import watchword.core.mount.EngineCatalog;
import watchword.engines.kv.KvEngines;

/** Every engine and auth method there is. Adding one is a line here. */
final class BuiltinEngines {
    private BuiltinEngines() {}

    static EngineCatalog catalog() {
        return EngineCatalog.builder()
                .engine("kv", (context, mount) -> KvEngines.create(context, mount.options()))
                .build();
    }
}
