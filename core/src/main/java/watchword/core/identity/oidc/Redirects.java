package watchword.core.identity.oidc;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where a code may be sent: exactly where the client said; but on the machine that asks, to whatever port is free there (RFC 8252, 7.3). */
final class Redirects {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private Redirects() {}

    static boolean allows(List<String> allowed, String given) {
        if (allowed.contains(given)) return parsed(given).isPresent();
        var there = parsed(given).flatMap(Redirects::withoutPort);
        return there.isPresent() && allowed.stream().anyMatch(each -> parsed(each).flatMap(Redirects::withoutPort).equals(there));
    }

    private static Optional<URI> parsed(String text) {
        try {
            return Optional.of(new URI(text));
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }

    private static Optional<String> withoutPort(URI uri) {
        if (uri.getHost() == null || !LOOPBACK.contains(uri.getHost()) || uri.getRawUserInfo() != null) return Optional.empty();
        return Optional.of(uri.getScheme() + "://" + uri.getHost() + uri.getRawPath() + "?" + uri.getRawQuery() + "#" + uri.getRawFragment());
    }
}
