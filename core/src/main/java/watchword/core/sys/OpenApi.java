package watchword.core.sys;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.core.mount.RouteTable;
import watchword.sdk.Route;

/** An OpenAPI 3.0 document, read off the routes. */
final class OpenApi {
    private OpenApi() {}

    static Map<String, Object> of(ServerInfo info, Mounts mounts, List<MountEntry> all) {
        var paths = new TreeMap<String, Map<String, Object>>();
        for (var mount : all) {
            for (var bound : mounts.engine(mount).routes().all()) {
                var path = "/" + mount.path() + bound.route().path().text().replace("*}", "}");
                var at = paths.computeIfAbsent(path, _ -> new LinkedHashMap<>());
                if (!bound.parameters().isEmpty()) at.putIfAbsent("parameters", parameters(bound));
                at.put(method(bound.route().operation()), operation(bound, mount));
            }
        }
        return Map.of(
                "openapi", "3.0.2",
                "info", Map.of("title", "Watchword API", "description", "HTTP API. All routes are prefixed with /v1/", "version", info.compatibleVersion()),
                "paths", paths);
    }

    private static String method(Route.Operation operation) {
        return switch (operation) {
            case READ, LIST, SCAN -> "get";
            case WRITE -> "post";
            case PATCH -> "patch";
            case DELETE -> "delete";
        };
    }

    private static List<Object> parameters(RouteTable.Bound<?, ?> bound) {
        return bound.parameters().stream()
                .<Object>map(name -> Map.of("name", name, "in", "path", "required", true, "schema", Map.of("type", "string"))).toList();
    }

    private static Map<String, Object> operation(RouteTable.Bound<?, ?> bound, MountEntry mount) {
        var described = new LinkedHashMap<String, Object>();
        described.put("summary", bound.route().summary());
        described.put("tags", List.of(mount.isAuth() ? "auth" : mount.isSystem() ? "system" : "secrets"));
        var operation = bound.route().operation();
        if (bound.route().is(Route.Trait.SUDO)) described.put("x-vault-sudo", true);
        if (bound.route().is(Route.Trait.NO_TOKEN)) described.put("x-vault-unauthenticated", true);
        if (operation == Route.Operation.LIST) {
            described.put("parameters", List.of(Map.of("name", "list", "in", "query", "schema", Map.of("type", "string", "enum", List.of("true")))));
        } else if (operation == Route.Operation.WRITE || operation == Route.Operation.PATCH) {
            described.put("requestBody", Map.of("content", Map.of("application/json", Map.of("schema", body(bound)))));
        }
        described.put("responses", Map.of("200", Map.of("description", "OK", "content", Map.of("application/json", Map.of("schema", bound.output().openApi())))));
        return described;
    }

    private static Map<String, Object> body(RouteTable.Bound<?, ?> bound) {
        var properties = new LinkedHashMap<String, Object>();
        for (var field : bound.input().fields()) {
            if (!field.body() && !bound.parameters().contains(field.name())) properties.put(field.name(), field.openApi());
        }
        return Map.of("type", "object", "properties", properties);
    }
}
