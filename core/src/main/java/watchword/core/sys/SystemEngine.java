package watchword.core.sys;

import java.util.List;
import watchword.sdk.Engine;
import watchword.sdk.Route.Trait;
import watchword.sdk.Route;

/** The engine at {@code sys/}: every package's own routes, put together. */
public final class SystemEngine implements Engine {
    private final List<Route<?, ?>> routes;

    public SystemEngine(List<List<Route<?, ?>>> parts) {
        this.routes = parts.stream().<Route<?, ?>>flatMap(List::stream).toList();
    }

    /** Routes about the server as a whole. */
    public static List<Route<?, ?>> rootOnly(List<Route<?, ?>> routes) {
        return routes.stream().<Route<?, ?>>map(route -> route.with(Trait.ROOT_ONLY)).toList();
    }

    @Override
    public String type() {
        return "system";
    }

    @Override
    public String help() {
        return "Configures and tells about the server itself.";
    }

    @Override
    public List<Route<?, ?>> routes() {
        return routes;
    }
}
