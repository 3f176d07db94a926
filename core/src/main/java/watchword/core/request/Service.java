package watchword.core.request;

import java.util.Map;
import java.util.Optional;

/** What a listener serves: first it shows a request's head, and only when that is let in it reads the body. Any thread. */
public interface Service {

    /** Looks at a request before its body is read or parsed; whoever is refused costs no more than this. */
    Entry enter(RequestHead head);

    Response serve(Request request);

    /** Serves a request to a path that the listener's configuration opens to all: without a token, if it only looks. */
    Response serveOpen(Request request);

    /**
     * Looks at a request that a page of another origin makes, before anything else.
     *
     * @param wanted the method that a browser asks leave for, empty when it does not ask
     */
    Entry cross(String method, String origin, String wanted);

    /**
     * Whether a request is let in.
     *
     * @param refusal the answer to one that is not
     * @param headers for the answer to one that is
     */
    record Entry(Optional<Response> refusal, Map<String, String> headers) {
        public static final Entry OPEN = new Entry(Optional.empty(), Map.of());

        public static Entry refused(Response answer) {
            return new Entry(Optional.of(answer), Map.of());
        }
    }
}
