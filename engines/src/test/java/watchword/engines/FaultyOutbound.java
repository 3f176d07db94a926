package watchword.engines;

import java.net.Socket;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import watchword.sdk.Outbound;

/** A way out on which the server can die, just before or just after one of its requests. */
public final class FaultyOutbound implements Outbound {
    private final Outbound way;
    private int until = Integer.MAX_VALUE;
    private boolean after;

    /** The server dies: nothing of it runs on, and nothing is tidied up. */
    public static final class Died extends Error {}

    public FaultyOutbound(Outbound way) {
        this.way = way;
    }

    /** @param after the request was carried out, but nobody heard of it */
    public void dieAt(int request, boolean after) {
        this.until = request;
        this.after = after;
    }

    public void live() {
        until = Integer.MAX_VALUE;
    }

    @Override
    public Answer send(Ask ask) {
        boolean now = until-- == 1;
        if (now && !after) throw new Died();
        var answer = way.send(ask);
        if (now) throw new Died();
        return answer;
    }

    @Override
    public Socket connect(String host, int port, Duration timeout) {
        return way.connect(host, port, timeout);
    }

    @Override
    public SSLContext tls(Trust trust) {
        return way.tls(trust);
    }
}
