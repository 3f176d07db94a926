package watchword.core.identity.oidc;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import watchword.core.identity.IdentityStore;
import watchword.core.lease.ExpiryIndex.End;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** Tokens for others, put together: the routes, and what is due. Any thread. */
public final class Oidc {
    private final NamedKeys keys;
    private final Grants grants = new Grants();
    private final List<Route<?, ?>> routes;

    /** @param apiAddress by which clients reach this server */
    public Oidc(IdentityStore identities, String apiAddress, SecureRandom random, InstantSource clock) {
        var text = new RandomText(random);
        this.keys = new NamedKeys(text, clock);
        var issuers = new Issuers(apiAddress);
        var people = new People(identities);
        var applications = new Applications();
        var roles = new RoleRoutes(keys, text);
        var clients = new ClientRoutes(applications, keys, text);
        this.routes = Stream.of(new KeyRoutes(keys, roles, clients, issuers).routes(), roles.routes(), new WorkloadRoutes(keys, roles, issuers, people).routes(), clients.routes(),
                new ProviderRoutes(applications, keys, issuers).routes(), new SignIn(applications, grants, people, text).routes(),
                new Exchange(applications, keys, grants, issuers, people, text).routes(), new UserInfo(applications, grants, people).routes()).<Route<?, ?>>flatMap(List::stream).toList();
    }

    public List<Route<?, ?>> routes() {
        return routes;
    }

    /** Lets keys take their turns, and makes those that come after. @param whole the whole store */
    public void settle(Storage whole, End due) {
        keys.settle(whole, due);
    }

    /** Removes a code or an access token that has ended. */
    public void end(Storage.Writer store, End due) {
        grants.end(store, due);
    }
}
