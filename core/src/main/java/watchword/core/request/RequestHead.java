package watchword.core.request;

import watchword.sdk.Peer;
import watchword.sdk.Route.Operation;

/**
 * What is known of a request before its body is read: enough to refuse it by.
 *
 * @param namespace as {@link Request} has it
 */
public record RequestHead(Operation operation, RequestPath path, Peer peer, String namespace) {
    public RequestHead(Operation operation, RequestPath path, Peer peer) {
        this(operation, path, peer, "");
    }

    /** The path from the root, however much of it a header told. */
    public RequestPath wholePath() {
        return namespace.isEmpty() ? path : new RequestPath(namespace + path.text());
    }

    /** Whether the body is no JSON and of any length: it is read by the route, so by nobody who is not allowed to call it. */
    public boolean uploads() {
        return operation == Operation.WRITE && (path.text().equals("sys/storage/raft/snapshot") || path.text().equals("sys/storage/raft/snapshot-force"));
    }

    /** The path that quotas look at: from the root, and a folder's for a list or scan. */
    public RequestPath canonicalPath() {
        return operation == Operation.LIST || operation == Operation.SCAN ? wholePath().asFolder() : wholePath();
    }
}
