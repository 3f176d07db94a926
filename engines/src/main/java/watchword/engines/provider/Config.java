package watchword.engines.provider;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import watchword.sdk.Secret;

/**
 * A provider, and who asks there.
 *
 * @param provider name of a definition that comes along; empty with a definition of its own
 * @param definition text of that
 * @param baseUrl in place of the definition's; empty for that
 */
record Config(String provider, String definition, String baseUrl, Secret adminKey, Map<String, String> parameters) {

    Definition read() {
        return definition.isEmpty() ? Definitions.builtin(provider) : DefinitionReader.read(definition);
    }

    static boolean isAddress(String url) {
        try {
            var address = new URI(url);
            boolean web = "https".equalsIgnoreCase(address.getScheme()) || "http".equalsIgnoreCase(address.getScheme());
            return web && address.getHost() != null && address.getRawUserInfo() == null && address.getRawQuery() == null && address.getRawFragment() == null;
        } catch (URISyntaxException none) {
            return false;
        }
    }
}
