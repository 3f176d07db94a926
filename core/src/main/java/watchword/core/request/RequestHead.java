package watchword.core.request;

import watchword.sdk.Peer;
import watchword.sdk.Route.Operation;

/** What is known of a request before its body is read: enough to refuse it by. */
public record RequestHead(Operation operation, RequestPath path, Peer peer) {
    /** Whether the body is no JSON and of any length: it is read by the route, so by nobody who is not allowed to call it. */
    public boolean uploads() {
        return operation == Operation.WRITE && (path.text().equals("sys/storage/raft/snapshot") || path.text().equals("sys/storage/raft/snapshot-force"));
    }

    /** The path that policies, quotas and routes look at: a folder's, for a list or scan. */
    public RequestPath canonicalPath() {
        return operation == Operation.LIST || operation == Operation.SCAN ? path.asFolder() : path;
    }
}
