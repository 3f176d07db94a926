package watchword.core.mount;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import watchword.core.json.Json;
import watchword.core.wire.Rows;
import watchword.sdk.Engine;
import watchword.sdk.EngineContext;
import watchword.sdk.JsonCodec;
import watchword.sdk.Secret;
import watchword.sdk.Table;

/** The engine behind each mount, made when first asked and again when its options change. Any thread. */
public final class Engines implements AutoCloseable {

    /** An engine with its routes. Those of the server's own are the same in every namespace. */
    public record Mounted(Engine engine, RouteTable routes) {}

    private record Key(String uuid, String type, Map<String, String> options) {}

    private final EngineCatalog catalog;
    private final InstantSource clock;
    private final SecureRandom random;
    private final BiFunction<MountEntry, String, Secret> passwords;
    private final Map<Key, Mounted> made = new ConcurrentHashMap<>();

    /** @param passwords makes one by a policy, for a mount */
    public Engines(EngineCatalog catalog, InstantSource clock, SecureRandom random, BiFunction<MountEntry, String, Secret> passwords) {
        this.catalog = catalog;
        this.clock = clock;
        this.random = random;
        this.passwords = passwords;
    }

    public EngineCatalog catalog() {
        return catalog;
    }

    public Mounted of(MountEntry mount) {
        var key = mount.isSystem() ? new Key("", mount.kind(), Map.of()) : new Key(mount.uuid(), mount.type(), mount.options());
        var known = made.get(key);
        return known != null ? known : made.computeIfAbsent(key, _ -> make(mount));
    }

    private Mounted make(MountEntry mount) {
        var factory = catalog.find(mount.isAuth(), mount.kind())
                .orElseThrow(() -> new IllegalStateException("no engine of type " + mount.type()));
        var engine = factory.create(new Context(clock, random, policy -> passwords.apply(mount, policy)), mount);
        return new Mounted(engine, new RouteTable(engine.routes()));
    }

    /** Forgets the engine of a mount that is gone. */
    void forget(MountEntry mount) {
        for (var key : made.keySet()) if (key.uuid().equals(mount.uuid())) letGo(key);
    }

    private void letGo(Key key) {
        var mounted = made.remove(key);
        if (mounted != null) mounted.engine().close();
    }

    @Override
    public void close() {
        for (var key : made.keySet()) letGo(key);
    }

    private record Context(InstantSource clock, SecureRandom random, Function<String, Secret> passwords) implements EngineContext {
        @Override
        public Secret password(String policy) {
            return passwords.apply(policy);
        }

        @Override
        public JsonCodec json() {
            return Json.CODEC;
        }

        @Override
        public <T extends Record> Table<T> table(String name, Class<T> type) {
            return new Rows<>(name + "/", type);
        }
    }
}
