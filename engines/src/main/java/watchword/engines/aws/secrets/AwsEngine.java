package watchword.engines.aws.secrets;

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

/** Gives out credentials of AWS. */
public final class AwsEngine implements Engine, Revocable, Rotating {
    private final InstantSource clock;
    private final RootRoutes root;
    private final RoleRoutes roles;
    private final CredentialRoutes credentials;
    private final StaticRoutes users;

    public AwsEngine(EngineContext context, Outbound outbound) {
        this(context, outbound, time -> LockSupport.parkNanos(time.toNanos()));
    }

    /** @param pause waits */
    AwsEngine(EngineContext context, Outbound outbound, Consumer<Duration> pause) {
        var world = new Api.World(outbound, context.clock(), pause);
        this.clock = context.clock();
        this.root = new RootRoutes(context, world);
        this.roles = new RoleRoutes(context);
        this.credentials = new CredentialRoutes(context, root, roles);
        this.users = new StaticRoutes(context, root, world);
    }

    @Override
    public String type() {
        return "aws";
    }

    @Override
    public String help() {
        return "Makes users and sessions of AWS for as long as they are needed, and rotates the keys of users that exist.";
    }

    @Override
    public List<Route<?, ?>> routes() {
        var all = new ArrayList<Route<?, ?>>();
        all.addAll(root.routes());
        all.addAll(roles.routes());
        all.addAll(credentials.routes());
        all.addAll(users.routes());
        return List.copyOf(all);
    }

    /** A session ends by itself, and STS has no way to end it before; a user is deleted. */
    @Override
    public void revoke(Reply.Revocation revocation, Storage mountStorage) {
        if (revocation.kind().equals(Sessions.KIND)) return;
        Users.unmake(mountStorage.<Api>read(root::api), revocation, clock.instant());
    }

    @Override
    public Rotated rotate(String what, Storage mountStorage) {
        if (what.equals(RootRoutes.ROOT)) return root.rotate(mountStorage);
        return what.startsWith(StaticRoutes.ROLES) ? users.rotate(what.substring(StaticRoutes.ROLES.length()), mountStorage) : Rotated.GONE;
    }
}
