package watchword.core.metric;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import watchword.core.request.Request;
import watchword.core.request.Response;

/** Requests that are being served. Any thread. */
public final class Flights {
    private final Map<String, Flight> running = new ConcurrentHashMap<>();

    /** One of them. @param since milliseconds since the epoch */
    public record Flight(Request request, long since) {}

    public Response during(Request request, long now, Supplier<Response> serve) {
        running.put(request.id(), new Flight(request, now));
        try {
            return serve.get();
        } finally {
            running.remove(request.id());
        }
    }

    public Map<String, Flight> now() {
        return Map.copyOf(running);
    }

    public int size() {
        return running.size();
    }
}
