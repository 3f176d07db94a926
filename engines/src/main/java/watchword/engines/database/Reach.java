package watchword.engines.database;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;

/**
 * The way to one database server. Drivers make their socket factories by the names of classes, so what these may reach is bound to the
 * thread for as long as the driver connects.
 *
 * @param checkedName what the server's certificate must be for; empty for any name
 */
record Reach(Outbound outbound, String host, int port, Outbound.Trust trust, String checkedName) {
    static final ScopedValue<Reach> BOUND = ScopedValue.newInstance();
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** @throws IOException with the problem as its cause */
    Socket connect() throws IOException {
        try {
            return outbound.connect(host, port, CONNECT_TIMEOUT);
        } catch (Problem.ProblemException refused) {
            throw new IOException("not reached", refused);
        }
    }

    static Reach bound() throws IOException {
        if (!BOUND.isBound()) throw new IOException("connections are made elsewhere");
        return BOUND.get();
    }
}
