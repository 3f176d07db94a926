package watchword.core.sys;

import java.util.List;
import java.util.Set;
import watchword.core.mount.MountEntry;
import watchword.core.mount.RouteTable;
import watchword.core.wire.Schema;
import watchword.sdk.Engine;
import watchword.sdk.PathTemplate;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;

/**
 * A route as it is told to readers: of {@code sys/internal/specs/openapi} and of {@code docs/api}.
 *
 * @param path below the mount
 * @param mayCreate whether a write of something new needs {@code create} in place of {@code update}
 * @param changes whether it changes anything, or makes it
 */
public record ApiRoute(
        Operation operation, PathTemplate path, Schema<?> input, Schema<?> output, Set<Trait> traits, String summary, boolean mayCreate, boolean changes) {

    /** The routes of a mount. */
    public record Mounted(MountEntry mount, Engine engine, List<ApiRoute> routes) {}

    static ApiRoute of(RouteTable.Bound<?, ?> bound) {
        var route = bound.route();
        return new ApiRoute(route.operation(), route.path(), bound.input(), bound.output(), route.traits(), route.summary(), route.existence().isPresent(),
                !(route.handler() instanceof Route.Handler.Reads<?, ?>));
    }

    public boolean is(Trait trait) {
        return traits.contains(trait);
    }

    /** Whether a field of the input stands in the path. */
    public boolean isInPath(Schema.Field field) {
        return path.parameters().contains(field.name());
    }
}
