package watchword.core.identity;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import watchword.sdk.Engine;
import watchword.sdk.Route;

/** The engine at {@code identity/}. */
public final class IdentityEngine implements Engine {
    private final List<Route<?, ?>> routes;

    /** @param more routes of other packages whose place is below {@code identity/} */
    public IdentityEngine(IdentityStore identities, List<List<Route<?, ?>>> more) {
        var own = List.of(new EntityRoutes(identities).routes(), new AliasRoutes(identities).routes(), new GroupRoutes(identities).routes(), new GroupAliasRoutes(identities).routes());
        this.routes = Stream.concat(own.stream(), more.stream()).<Route<?, ?>>flatMap(List::stream).toList();
    }

    @Override
    public String type() {
        return "identity";
    }

    @Override
    public String help() {
        return "Knows who is behind tokens: entities, their names in auth methods, and groups.";
    }

    @Override
    public Set<String> names() {
        return Set.of("name");
    }

    @Override
    public List<Route<?, ?>> routes() {
        return routes;
    }
}
