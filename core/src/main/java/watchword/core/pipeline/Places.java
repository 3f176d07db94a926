package watchword.core.pipeline;

import java.util.Optional;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.core.mount.RouteTable;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceRoutes;
import watchword.core.namespace.NamespaceStore;
import watchword.core.namespace.Namespaces;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.core.token.TokenCaller;
import watchword.sdk.Problem;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Storage;

/** Finds where requests lead: which namespace, mount and route. Says nothing of who may go there. */
final class Places {
    private final Mounts mounts;

    Places(Mounts mounts) {
        this.mounts = mounts;
    }

    /** Looks up the namespace that a request's header and the beginning of its path name; nothing when there is none at what the header says. */
    Optional<Place> of(Storage.Reader store, Request sent) {
        boolean folder = sent.operation() == Operation.LIST || sent.operation() == Operation.SCAN;
        var path = folder ? sent.path().asFolder().text() : sent.path().text();
        var named = sent.namespace().isEmpty() ? Optional.of(Namespace.ROOT) : Namespaces.tree(store).at(sent.namespace());
        return named.map(namespace -> mounts.locate(store, namespace, path)).filter(at -> !at.namespace().tainted())
                .map(at -> place(sent, at.namespace(), at.store(), path.substring(at.from()), at.from(), at.mount()));
    }

    private Place place(Request sent, Namespace namespace, Storage.Reader part, String path, int from, Optional<MountEntry> covering) {
        var mount = covering.filter(m -> !m.tainted());
        var match = mount.map(m -> mounts.engine(m).routes().match(sent.operation(), Place.below(m, path)));
        var text = sent.path().text();
        var request = namespace.isRoot() ? sent : sent.in(namespace.path(), new RequestPath(text.substring(Math.min(from, text.length()))));
        return new Place(request, namespace, part, path, mount, match);
    }

    /** Whether a token is of the namespace that is asked, or of one above it. */
    static boolean isWithin(Storage.Reader asked, TokenCaller token) {
        if (token.namespaceId().equals(NamespaceStore.idOf(asked))) return true;
        return Namespaces.tree(asked).byId(token.namespaceId()).filter(own -> own.holds(Namespaces.of(asked))).isPresent();
    }

    /** What is about the token that calls is answered in its own namespace. */
    Place own(Storage.Reader store, Place place, TokenCaller token) {
        if (token.namespaceId().equals(place.namespace().id())) return place;
        if (place.found().filter(found -> found.bound().route().is(Trait.SELF)).isEmpty()) return place;
        var home = NamespaceStore.view(store, token.namespaceId());
        var namespace = Namespaces.of(home);
        return place(place.request().in(namespace.path(), place.request().path()), namespace, home, place.path(), 0, mounts.covering(home, place.path()));
    }

    /** Why nobody is answered here. */
    static Optional<Problem> barred(Place place) {
        var route = place.found().map(found -> found.bound().route());
        var locked = Namespaces.locked(place.store(), place.namespace());
        if (locked.isPresent() && !place.request().path().text().equals(NamespaceRoutes.UNLOCK)) return locked;
        return route.filter(found -> found.is(Trait.ROOT_ONLY)).map(_ -> new Problem.Invalid("operation only available in root namespace"));
    }

    /** The path as its engine will take it, in whichever spelling names were sent. */
    String meant(Place place) {
        return place.mount().isPresent() && place.found().isPresent() ? meant(place.mount().get(), place.found().get(), place.path()) : place.path();
    }

    String meant(MountEntry mount, RouteTable.Match.Found found, String path) {
        return Place.meant(mount, mounts.engine(mount), found, path);
    }
}
