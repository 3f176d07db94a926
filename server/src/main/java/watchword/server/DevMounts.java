package watchword.server;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.Server;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.sdk.Peer;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;

/** Mounts {@code secret/}, as development servers of the field do; asked for as any client would. */
final class DevMounts {
    private DevMounts() {}

    static void create(Server server, Secret token) {
        var request = new Request("dev", Operation.WRITE, new RequestPath("sys/mounts/secret"), Map.of("type", "kv", "options", Map.of("version", "2"), "description", "key/value secret storage"), false,
                Optional.of(token), Optional.empty(), Map.of(), new Peer("127.0.0.1", 0, List.of()));
        int status = server.serve(request).status();
        if (status != 204) throw new IllegalStateException("cannot mount secret/: status " + status);
    }
}
