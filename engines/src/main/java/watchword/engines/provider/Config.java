package watchword.engines.provider;

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
}
