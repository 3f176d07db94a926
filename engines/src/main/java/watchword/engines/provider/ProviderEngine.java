package watchword.engines.provider;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Engine;
import watchword.sdk.EngineContext;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.Revocation;
import watchword.sdk.Revocable;
import watchword.sdk.Rotating;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** Keeps keys of AI services and replaces them, or makes one for each caller. */
public final class ProviderEngine implements Engine, Revocable, Rotating {
    private static final String KIND = "key";
    private static final String CONFIG = "config";
    private static final String NAME = "name";

    private final SecureRandom random;
    private final ConfigRoutes configs;
    private final KeyRoutes keys;

    public ProviderEngine(EngineContext context, Outbound outbound) {
        this(context, outbound, time -> LockSupport.parkNanos(time.toNanos()));
    }

    /** @param pause lets time go by until a provider takes a key it has just made */
    ProviderEngine(EngineContext context, Outbound outbound, Consumer<Duration> pause) {
        var kept = context.table("key", KeptKey.class);
        this.random = context.random();
        this.configs = new ConfigRoutes(context, kept, outbound);
        this.keys = new KeyRoutes(context, kept, configs, pause);
    }

    record Wanted(@Doc("Name of the key.") String name) {}

    record Creds(
            @Doc("The key.") Secret key,
            @Doc("What the provider calls it; left out when nobody said.") Optional<String> keyId,
            @Doc("When it took the place of the one before; left out of a dynamic key.") Optional<Instant> lastVaultRotation,
            @Doc("Seconds after which to look again; left out of a dynamic key, which has a lease.") Optional<Duration> ttl,
            @Doc("How many keys there were, with this one; left out of a dynamic key.") Optional<Long> version) {}

    @Override
    public String type() {
        return "provider";
    }

    @Override
    public String help() {
        return "Keeps keys of AI services and replaces them by the services' own admin APIs, or makes one for each caller.";
    }

    @Override
    public List<Route<?, ?>> routes() {
        var all = new ArrayList<Route<?, ?>>();
        all.addAll(configs.routes());
        all.addAll(keys.routes());
        all.add(Route.effect(Operation.READ, "creds/{name}", Wanted.class, Creds.class, this::creds, "Get the current key, or a key of one's own.").with(Trait.GIVES_LEASE));
        return List.copyOf(all);
    }

    private Reply<Creds> creds(Call.Effect<Wanted> call) {
        var name = call.input().name();
        var key = call.storage().<KeptKey>read(store -> keys.require(store, name));
        return key.isDynamic() ? made(call, key) : current(call, key);
    }

    private Reply<Creds> current(Call.Effect<Wanted> call, KeptKey key) {
        var held = call.storage().<HeldKey>read(store -> keys.held(store, call.input().name()));
        var live = held.current().orElseThrow(() -> new Problem.NotFound().asException());
        var left = key.terms().schedule().map(schedule -> schedule.left(live.since(), call.now()));
        var ttl = key.overlap().isZero() ? left.orElse(Duration.ZERO) : key.ttl();
        return Reply.of(new Creds(live.key(), Optional.of(live.id()).filter(id -> !id.isEmpty()), Optional.of(live.since()), Optional.of(ttl), Optional.of(held.version())));
    }

    private Reply<Creds> made(Call.Effect<Wanted> call, KeptKey key) {
        var provider = call.storage().<Provider>read(store -> configs.provider(store, key.config()));
        var name = Replacement.name(key.mark(), random);
        var revocation = new Revocation(KIND, Map.of(CONFIG, key.config(), NAME, name));
        call.announce(revocation);
        var made = provider.create(name);
        return Reply.of(new Creds(made.key(), Optional.of(made.id()), Optional.empty(), Optional.empty(), Optional.empty()))
                .until(new Reply.Term.Leased(key.ttl(), key.maxTtl(), true, revocation));
    }

    /** By its name, which was on record before it was made. */
    @Override
    public void revoke(Revocation revocation, Storage mountStorage) {
        var name = revocation.handle().getOrDefault(NAME, "");
        var provider = mountStorage.<Provider>read(store -> configs.provider(store, revocation.handle().getOrDefault(CONFIG, "")));
        for (var listed : provider.list()) if (listed.name().equals(name)) provider.delete(listed.id());
    }

    @Override
    public Rotated rotate(String what, Storage mountStorage) {
        if (what.startsWith(KeyRoutes.KEYS)) return keys.rotate(what.substring(KeyRoutes.KEYS.length()), mountStorage);
        if (what.startsWith(KeyRoutes.OVERLAPS)) return keys.lookAfterOverlap(what.substring(KeyRoutes.OVERLAPS.length()), mountStorage);
        return Rotated.GONE;
    }
}
