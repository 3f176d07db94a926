package watchword.engines.gcp.secrets;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import watchword.sdk.Engine;
import watchword.sdk.EngineContext;
import watchword.sdk.Outbound;
import watchword.sdk.Reply;
import watchword.sdk.Revocable;
import watchword.sdk.Rotating;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** Gives out credentials of Google's cloud. */
public final class GcpEngine implements Engine, Revocable, Rotating {
    private final InstantSource clock;
    private final Keys keys;
    private final ConfigRoutes config;
    private final StaticRoutes accounts;
    private final ImpersonatedRoutes impersonated;

    public GcpEngine(EngineContext context, Outbound outbound) {
        this(context, outbound, time -> LockSupport.parkNanos(time.toNanos()));
    }

    /** @param pause waits */
    GcpEngine(EngineContext context, Outbound outbound, Consumer<Duration> pause) {
        var world = new Google.World(outbound, context.clock(), pause, context.json(), new Tokens());
        this.clock = context.clock();
        this.keys = new Keys(context);
        this.config = new ConfigRoutes(context, world, keys);
        this.accounts = new StaticRoutes(context, config, keys);
        this.impersonated = new ImpersonatedRoutes(context, config);
    }

    @Override
    public String type() {
        return "gcp";
    }

    @Override
    public String help() {
        return "Gives out access tokens and keys of Google's service accounts, tokens also for parts of buckets alone.";
    }

    @Override
    public List<Route<?, ?>> routes() {
        var all = new ArrayList<Route<?, ?>>();
        all.addAll(config.routes());
        all.addAll(accounts.routes());
        all.addAll(impersonated.routes());
        return List.copyOf(all);
    }

    @Override
    public void revoke(Reply.Revocation revocation, Storage mountStorage) {
        keys.end(mountStorage, mountStorage.<Google>read(config::google), revocation);
    }

    @Override
    public Rotated rotate(String what, Storage mountStorage) {
        if (what.equals(ConfigRoutes.ROOT)) return config.rotate(mountStorage);
        if (what.startsWith(StaticRoutes.ACCOUNTS)) return accounts.rotate(what.substring(StaticRoutes.ACCOUNTS.length()), mountStorage);
        return what.startsWith(Keys.UNFINISHED) ? finish(what.substring(Keys.UNFINISHED.length()), mountStorage) : Rotated.GONE;
    }

    /** Deletes what a replacement that was cut off left behind: a key that was never recorded, or the one before. */
    private Rotated finish(String of, Storage storage) {
        var email = of.substring(0, of.indexOf('/'));
        var mark = of.substring(of.indexOf('/') + 1);
        if (keys.isMaking(storage, email, mark, clock.instant())) return Rotated.DONE; // looked for again
        keys.endLost(storage, storage.<Google>read(config::google), email, mark);
        if (mark.startsWith(StaticRoutes.ACCOUNTS)) accounts.endPrevious(mark.substring(StaticRoutes.ACCOUNTS.length()), storage);
        else config.endPrevious(storage);
        return Rotated.GONE;
    }
}
