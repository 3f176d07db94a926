package watchword.core.sys;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.sdk.Route.Trait;

/** What all operations of the OpenAPI document have in common: the envelope of answers, and errors. */
final class OpenApiParts {
    private OpenApiParts() {}

    private static final Map<String, Object> TEXT = Map.of("type", "string");
    private static final Map<String, Object> NUMBER = Map.of("type", "integer");
    private static final Map<String, Object> TRUTH = Map.of("type", "boolean");
    private static final Map<String, Object> TEXTS = Map.of("type", "array", "items", TEXT);

    /** What is named in the document once. */
    static final Map<String, Object> COMPONENTS = Map.of(
            "securitySchemes", Map.of("token", Map.of("type", "apiKey", "in", "header", "name", "X-Vault-Token")),
            "schemas", Map.of("Auth", auth(), "WrapInfo", wrapInfo(), "Errors", object("errors", TEXTS)),
            "responses", Map.of("Failed", json("The request failed; errors says why.", Map.of("$ref", "#/components/schemas/Errors"))));

    private static Map<String, Object> auth() {
        return nullable(object(
                "client_token", TEXT, "accessor", TEXT, "policies", TEXTS, "token_policies", TEXTS, "identity_policies", TEXTS,
                "metadata", nullable(Map.of("type", "object", "additionalProperties", TEXT)), "lease_duration", NUMBER, "renewable", TRUTH, "entity_id", TEXT,
                "token_type", TEXT, "orphan", TRUTH, "mfa_requirement", nullable(Map.of("type", "object")), "num_uses", NUMBER));
    }

    private static Map<String, Object> wrapInfo() {
        return nullable(object("token", TEXT, "accessor", TEXT, "ttl", NUMBER, "creation_time", TEXT, "creation_path", TEXT, "wrapped_accessor", TEXT));
    }

    private static Map<String, Object> object(Object... namesAndSchemas) {
        var properties = new LinkedHashMap<String, Object>();
        for (int i = 0; i < namesAndSchemas.length; i += 2) properties.put((String) namesAndSchemas[i], namesAndSchemas[i + 1]);
        return Map.of("type", "object", "properties", properties);
    }

    private static Map<String, Object> nullable(Map<String, Object> schema) {
        var with = new LinkedHashMap<>(schema);
        with.put("nullable", true);
        return with;
    }

    private static Map<String, Object> json(String description, Map<String, Object> schema) {
        return Map.of("description", description, "content", Map.of("application/json", Map.of("schema", schema)));
    }

    static Map<String, Object> responses(ApiRoute route) {
        var all = new LinkedHashMap<String, Object>();
        var good = route.is(Trait.OWN_FORM)
                ? ownForm(route)
                : json(route.is(Trait.GIVES_TOKEN) ? "A token, in auth." : "Carried out.", envelope(route));
        all.put("200", good);
        all.put("202", Map.of("description", "Begun, or carried out."));
        all.put("204", Map.of("description", "Carried out; there is nothing to tell."));
        for (var status : List.of("400", "403", "405", "412", "413", "415", "429", "500", "502", "503")) all.put(status, Map.of("$ref", "#/components/responses/Failed"));
        // A deleted version of a secret is told with 404 in the form of an answer.
        all.put("404", json("Nothing there; or facts about what is gone.", Map.of("type", "object")));
        if (route.equals(BootApi.HEALTH)) {
            all.put("501", ownForm(route));
            all.put("503", ownForm(route));
        }
        return all;
    }

    private static Map<String, Object> ownForm(ApiRoute route) {
        return route.output().fields().isEmpty()
                ? Map.of("description", "In a form of its own.")
                : json("In a form of its own.", route.output().openApi());
    }

    private static Map<String, Object> envelope(ApiRoute route) {
        var properties = new LinkedHashMap<String, Object>();
        if (route.is(Trait.FLAT)) {
            for (var field : route.output().fields()) {
                if (!field.body()) properties.put(field.name(), field.openApi());
            }
        }
        properties.put("request_id", TEXT);
        properties.put("lease_id", TEXT);
        properties.put("renewable", TRUTH);
        properties.put("lease_duration", NUMBER);
        properties.put("data", nullable(route.output().fields().isEmpty() ? Map.of("type", "object") : route.output().openApi()));
        properties.put("wrap_info", Map.of("$ref", "#/components/schemas/WrapInfo"));
        properties.put("warnings", nullable(TEXTS));
        properties.put("auth", Map.of("$ref", "#/components/schemas/Auth"));
        return Map.of("type", "object", "properties", properties, "required", List.of("request_id", "lease_id", "renewable", "lease_duration", "data", "wrap_info", "warnings", "auth"));
    }
}
