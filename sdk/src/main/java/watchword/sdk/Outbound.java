package watchword.sdk;

import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * The only way out for engines: to addresses that the operator allows, over verified TLS, without following redirects or using
 * proxies or cookies, with an end to how long and how much. Blocks.
 */
public interface Outbound {

    /** For a server that reaches nothing. */
    Outbound NONE = _ -> {
        throw new Problem.Upstream("this server reaches nothing outside").asException();
    };

    /** Whether a text is an address that requests are built on: {@code http} or {@code https} and a host, without user info, query and fragment. */
    static boolean isAddress(String text) {
        try {
            var address = new URI(text);
            boolean web = "https".equalsIgnoreCase(address.getScheme()) || "http".equalsIgnoreCase(address.getScheme());
            return web && address.getHost() != null && address.getRawUserInfo() == null && address.getRawQuery() == null && address.getRawFragment() == null;
        } catch (URISyntaxException none) {
            return false;
        }
    }

    /**
     * @throws Problem.ProblemException {@link Problem.Upstream} when there is no answer: not allowed, not reached, not trusted, too slow, too
     *     large; the message names the host and why, and nothing that was sent. {@link Problem.Invalid} for an address that is none
     */
    Answer send(Ask ask);

    /**
     * A connection for what does not speak HTTP: a directory, a database. To an address that the operator allows, as for {@link #send}.
     *
     * @throws Problem.ProblemException {@link Problem.Upstream} when it is not allowed or not reached
     */
    default Socket connect(String host, int port, Duration timeout) {
        throw new Problem.Upstream("no connections are made from here").asException();
    }

    /**
     * TLS by what a {@link Trust} believes, for such a connection. Whoever uses it checks the name of the host.
     *
     * @throws Problem.ProblemException {@link Problem.Invalid} when the certificates or the key cannot be read
     */
    default SSLContext tls(Trust trust) {
        throw new Problem.Upstream("no connections are made from here").asException();
    }

    /**
     * A request.
     *
     * @param to {@code http} or {@code https}, with a host and without user info
     * @param timeout for the whole exchange
     * @param maxBytes of the answer's body
     */
    @SuppressWarnings("ArrayRecordComponent") // handed straight to the client; never compared
    record Ask(String method, URI to, Map<String, String> headers, byte[] body, Trust trust, Duration timeout, int maxBytes) {
        private static final Duration TIMEOUT = Duration.ofSeconds(10);
        private static final int MAX_BYTES = 1 << 20;

        public static Ask get(URI to) {
            return new Ask("GET", to, Map.of("Accept", "application/json"), new byte[0], Trust.SYSTEM, TIMEOUT, MAX_BYTES);
        }

        public static Ask post(URI to, String contentType, byte[] body) {
            return new Ask("POST", to, Map.of("Accept", "application/json", "Content-Type", contentType), body, Trust.SYSTEM, TIMEOUT, MAX_BYTES);
        }

        public Ask header(String name, String value) {
            var more = new LinkedHashMap<>(headers);
            more.put(name, value);
            return new Ask(method, to, more, body, trust, timeout, maxBytes);
        }

        public Ask trusting(Trust whom) {
            return new Ask(method, to, headers, body, whom, timeout, maxBytes);
        }

        public Ask within(Duration time) {
            return new Ask(method, to, headers, body, trust, time, maxBytes);
        }
    }

    /**
     * Whose certificates are believed.
     *
     * @param authorities PEM texts; the system's when empty
     * @param client certificate chain and key as PEM, for a server that asks who we are
     */
    record Trust(List<String> authorities, Optional<Client> client) {
        public static final Trust SYSTEM = new Trust(List.of(), Optional.empty());

        /** @param pem certificates, one after another; the system's when blank */
        public static Trust in(String pem) {
            return pem.isBlank() ? SYSTEM : new Trust(List.of(pem), Optional.empty());
        }

        public record Client(String certificates, Secret key) {}
    }

    /** @param headers names in lower case */
    @SuppressWarnings("ArrayRecordComponent") // bytes of an answer; never compared
    record Answer(int status, Map<String, List<String>> headers, byte[] body) {
        public Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name)).map(List::getFirst);
        }
    }
}
