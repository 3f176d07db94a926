package watchword.core.pipeline;

import java.util.Optional;
import watchword.core.mount.Engines;
import watchword.core.mount.MountEntry;
import watchword.core.mount.RouteTable;
import watchword.core.namespace.Namespace;
import watchword.core.policy.Decision;
import watchword.core.request.Request;
import watchword.core.token.TokenCaller;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/**
 * Where a request leads.
 *
 * @param request with its path as it is in the namespace
 * @param store the namespace's part
 * @param path in it; a folder's, for a list or scan
 */
record Place(Request request, Namespace namespace, Storage.Reader store, String path, Optional<MountEntry> mount, Optional<RouteTable.Match> match) {

    Optional<RouteTable.Match.Found> found() {
        return match.isPresent() && match.get() instanceof RouteTable.Match.Found found ? Optional.of(found) : Optional.empty();
    }

    Admission.Refused refused(Optional<TokenCaller> caller, Decision decision, Problem problem) {
        return new Admission.Refused(request, namespace, caller, mount, decision, problem);
    }

    /** A path as its engine will take it, in whichever spelling names were sent. */
    static String meant(MountEntry mount, Engines.Mounted engine, RouteTable.Match.Found found, String path) {
        var below = below(mount, path);
        return path.substring(0, path.length() - below.length()) + engine.meant(below, found);
    }

    /** What of a path is below a mount. */
    static String below(MountEntry mount, String path) {
        return path.length() <= mount.path().length() ? "" : path.substring(mount.path().length());
    }
}
