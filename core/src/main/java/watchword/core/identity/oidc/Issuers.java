package watchword.core.identity.oidc;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import watchword.core.namespace.Namespaces;
import watchword.core.wire.Rows;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/** By which addresses verifiers find what belongs to a token. */
final class Issuers {
    static final String EXPLICIT = "If \"issuer\" is set explicitly, all tokens must be validated against that address, including those issued by secondary clusters. "
            + "Setting issuer to \"\" will restore the default behavior of using the cluster's api_addr as the issuer.";
    private static final int MAX_CHARS = 512;
    private static final String CONFIG = "config";

    private final Rows<Config> configs = new Rows<>("core/oidc/", Config.class);
    private final String apiAddress;

    /** @param apiAddress by which clients reach this server */
    Issuers(String apiAddress) {
        this.apiAddress = apiAddress;
    }

    /** @param issuer scheme, host and port; empty for the server's own */
    record Config(String issuer) {}

    Config config(Storage.Reader store) {
        return configs.get(store, CONFIG).orElse(new Config(""));
    }

    void configure(Storage.Writer store, String issuer) {
        configs.put(store, CONFIG, new Config(require(issuer)));
    }

    /** The issuer of a namespace's tokens. */
    String of(Storage.Reader store) {
        return below(store, config(store).issuer());
    }

    String of(Storage.Reader store, String name, ProviderRow provider) {
        return below(store, provider.issuer()) + "/provider/" + name;
    }

    private String below(Storage.Reader store, String address) {
        return (address.isEmpty() ? apiAddress : address) + "/v1/" + Namespaces.of(store).path() + "identity/oidc";
    }

    /** @throws Problem.ProblemException for more, or less, than scheme, host and port */
    static String require(String issuer) {
        if (!issuer.isEmpty() && (issuer.length() > MAX_CHARS || address(issuer).isEmpty())) {
            throw new Problem.Invalid("invalid issuer, which must include only a scheme, host, and optional port (e.g. https://example.com:8200)").asException();
        }
        return issuer;
    }

    private static Optional<URI> address(String text) {
        try {
            var uri = new URI(text);
            boolean plain = uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getUserInfo() == null
                    && uri.getRawPath().isEmpty() && uri.getRawQuery() == null && uri.getRawFragment() == null;
            return plain ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }
}
