package watchword.core.quota;

import java.util.List;
import java.util.Optional;
import watchword.core.mount.Engines;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.core.mount.RouteTable;
import watchword.core.namespace.Namespace;
import watchword.core.request.RequestPath;
import watchword.sdk.Problem;
import watchword.sdk.Route.Operation;
import watchword.sdk.Storage;

/** What a quota may be about: everything, a namespace, a mount, what is below one, or the logins of a role. */
public final class QuotaPlaces {
    private final Mounts mounts;

    public QuotaPlaces(Mounts mounts) {
        this.mounts = mounts;
    }

    /**
     * A place that there is.
     *
     * @param mount path of the mount or namespace, from the root, with its trailing slash; empty for everything
     * @param suffix what of the mount; empty for all of it
     * @param roleInBody where logins of the role name it: in the body, or as the last segment of their path
     */
    record Place(String mount, String suffix, boolean roleInBody, boolean inheritable) {}

    /** @throws Problem.ProblemException when nothing is there, or no role */
    Place require(Storage.Reader store, String asked, String role, Optional<Boolean> inheritable) {
        var path = plain(asked);
        var at = mounts.locate(store, Namespace.ROOT, path);
        var mount = at.mount();
        if (mount.isEmpty() && at.from() < path.length()) throw invalid("invalid mount path \"" + path + "\"");
        if (mount.isPresent() && inheritable.orElse(false)) throw invalid("only namespace quotas can be configured as inheritable");
        if (mount.isEmpty() && !inheritable.orElse(true)) throw invalid("all global quotas must be inheritable");
        var mountPath = at.namespace().path() + mount.map(MountEntry::path).orElse("");
        var sent = path.length() > mountPath.length() ? path.substring(mountPath.length()) : "";
        var suffix = mount.isEmpty() || sent.isEmpty() ? sent : meant(mounts.engine(mount.get()), sent);
        return new Place(mountPath, suffix, !role.isEmpty() && roleInBody(mount, suffix, path), mount.isEmpty());
    }

    /** With names in their one form, as requests are counted. */
    private static String meant(Engines.Mounted engine, String below) {
        for (var operation : List.of(Operation.READ, Operation.WRITE)) {
            if (engine.routes().match(operation, below) instanceof RouteTable.Match.Found found) return engine.meant(below, found);
        }
        return below;
    }

    /** As paths of requests are: anything odd is refused here too. */
    static String plain(String path) {
        var text = path.strip();
        while (text.startsWith("/")) text = text.substring(1);
        while (text.endsWith("/")) text = text.substring(0, text.length() - 1);
        return text.isEmpty() ? "" : RequestPath.ofPlain(text).text();
    }

    /** Where the logins of an auth method name their role, if they do. */
    private boolean roleInBody(Optional<MountEntry> mount, String suffix, String path) {
        if (!suffix.isEmpty() || mount.isEmpty()) throw invalid("Quotas cannot contain both a path suffix and a role. If a role is provided, path must be a valid auth mount with a concept of roles");
        if (!mount.get().isAuth()) throw invalid("Mount path \"" + path + "\" is not a valid auth method and therefore unsuitable for use with role-based quotas");
        var routes = mounts.engine(mount.get()).routes();
        if (routes.match(Operation.WRITE, "login") instanceof RouteTable.Match.Found found && isLogin(found) && found.bound().input().knows("role")) return true;
        if (routes.match(Operation.WRITE, "login/name") instanceof RouteTable.Match.Found found && isLogin(found)) return false;
        throw invalid("Mount path \"" + path + "\" does not support use with role-based quotas");
    }

    private static boolean isLogin(RouteTable.Match.Found found) {
        return found.bound().route().isLogin();
    }

    private static Problem.ProblemException invalid(String message) {
        return new Problem.Invalid(message).asException();
    }
}
