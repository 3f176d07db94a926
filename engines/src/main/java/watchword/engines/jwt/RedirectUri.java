package watchword.engines.jwt;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a provider sends a user back to. It must be one that the role allows, character by character; on this machine, where a client
 * listens on whatever port is free, any port will do (RFC 8252 section 7.3).
 */
record RedirectUri(String text, String namespace) {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    /** @param namespaceInState whether a {@code namespace} in the query goes with the state instead */
    static Optional<RedirectUri> allowed(String given, List<String> allowed, boolean namespaceInState) {
        var parsed = parse(given);
        if (parsed.isEmpty() || parsed.get().getRawFragment() != null) return Optional.empty();
        var uri = namespaceInState ? withoutNamespace(given, parsed.get()) : new RedirectUri(given, "");
        return allowed.stream().anyMatch(each -> matches(uri.text(), each)) ? Optional.of(uri) : Optional.empty();
    }

    private static RedirectUri withoutNamespace(String given, URI uri) {
        var query = uri.getRawQuery();
        if (query == null || uri.getQuery() == null) return new RedirectUri(given, "");
        var namespace = Arrays.stream(query.split("&")).filter(field -> field.startsWith("namespace=")).findFirst();
        if (namespace.isEmpty()) return new RedirectUri(given, "");
        var rest = Arrays.stream(query.split("&")).filter(field -> !field.startsWith("namespace=")).collect(Collectors.joining("&"));
        var base = given.substring(0, given.indexOf('?'));
        var name = java.net.URLDecoder.decode(namespace.get().substring("namespace=".length()), java.nio.charset.StandardCharsets.UTF_8);
        return new RedirectUri(rest.isEmpty() ? base : base + "?" + rest, name);
    }

    private static boolean matches(String given, String allowed) {
        if (given.equals(allowed)) return true;
        var one = parse(given);
        var other = parse(allowed);
        return one.isPresent() && other.isPresent() && isLoopback(one.get()) && withoutPort(one.get()).equals(withoutPort(other.get()));
    }

    private static boolean isLoopback(URI uri) {
        return uri.getHost() != null && LOOPBACK.contains(uri.getHost());
    }

    private static List<String> withoutPort(URI uri) {
        return Arrays.asList(part(uri.getScheme()), part(uri.getRawUserInfo()), part(uri.getHost()), part(uri.getRawPath()), part(uri.getRawQuery()), part(uri.getRawFragment()));
    }

    private static String part(@Nullable String part) {
        return Objects.requireNonNullElse(part, "");
    }

    private static Optional<URI> parse(String text) {
        try {
            var uri = new URI(text);
            return uri.isAbsolute() ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }
}
