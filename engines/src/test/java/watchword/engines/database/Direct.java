package watchword.engines.database;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;

/** The way out without rules, that remembers where it led. */
final class Direct implements Outbound {
    final List<String> reached = new ArrayList<>();

    @Override
    public Answer send(Ask ask) {
        throw new AssertionError("nothing here speaks HTTP");
    }

    @Override
    public Socket connect(String host, int port, Duration timeout) {
        synchronized (reached) {
            reached.add(host + ":" + port);
        }
        var socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), Math.toIntExact(timeout.toMillis()));
            return socket;
        } catch (IOException failed) {
            throw new Problem.Upstream(host + ": not reached").asException();
        }
    }
}
