package watchword.core.sys;

import java.util.List;
import watchword.sdk.Engine;
import watchword.sdk.Route;

/** The engine at {@code sys/}: every package's own routes, put together. */
public final class SystemEngine implements Engine {
    private final List<Route<?, ?>> routes;

    public SystemEngine(List<List<Route<?, ?>>> parts) {
        this.routes = parts.stream().<Route<?, ?>>flatMap(List::stream).toList();
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
