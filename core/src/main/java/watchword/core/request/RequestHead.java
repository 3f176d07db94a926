package watchword.core.request;

import watchword.sdk.Route.Operation;

/** What is known of a request before its body is read: enough to refuse it by. */
public record RequestHead(Operation operation, RequestPath path, Request.Peer peer) {
    /** The path that policies, quotas and routes look at: a folder's, for a list or scan. */
    public RequestPath canonicalPath() {
        return operation == Operation.LIST || operation == Operation.SCAN ? path.asFolder() : path;
    }
}
