package watchword.core.sys;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.core.sys.ApiRoute.Mounted;
import watchword.core.wire.Schema;
import watchword.sdk.PathTemplate.Segment;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Storage;

/** An OpenAPI 3.0 document, read off the routes. A list is a GET of the folder, with its slash, that says {@code list=true}. */
public final class OpenApi {
    private final Map<String, Map<String, Object>> paths = new TreeMap<>();

    private OpenApi() {}

    /** Every route there is, by mount; those that a sealed server answers too are with the rest of {@code sys/}. */
    public static List<Mounted> routes(Storage.Reader store, Mounts mounts) {
        var entries = new ArrayList<MountEntry>(mounts.all(store, false));
        entries.addAll(mounts.all(store, true));
        return entries.stream().map(entry -> {
            var made = mounts.engine(entry);
            var routes = new ArrayList<ApiRoute>();
            if (entry.type().equals("system")) routes.addAll(BootApi.routes());
            for (var bound : made.routes().all()) routes.add(ApiRoute.of(bound));
            return new Mounted(entry, made.engine(), List.copyOf(routes));
        }).toList();
    }

    static Map<String, Object> of(ServerInfo info, List<Mounted> all) {
        var document = new OpenApi();
        for (var mounted : all) {
            for (var route : mounted.routes()) document.add(mounted.mount(), route);
        }
        var told = new LinkedHashMap<String, Object>();
        told.put("openapi", "3.0.2");
        told.put("info", Map.of("title", "Watchword API", "description", "HTTP API. All routes are prefixed with /v1/", "version", info.compatibleVersion()));
        told.put("servers", List.of(Map.of("url", "/v1")));
        told.put("security", List.of(Map.of("token", List.of())));
        told.put("paths", document.paths);
        told.put("components", OpenApiParts.COMPONENTS);
        return told;
    }

    private void add(MountEntry mount, ApiRoute route) {
        boolean folder = route.operation() == Operation.LIST || route.operation() == Operation.SCAN;
        var text = "/" + mount.path() + route.path().text().replace("*}", "}");
        var path = folder && !text.endsWith("/") ? text + "/" : text;
        var at = paths.computeIfAbsent(path, _ -> new LinkedHashMap<>());
        if (!route.path().parameters().isEmpty()) at.putIfAbsent("parameters", pathParameters(route));
        // A list and a scan of one folder are both a GET, told apart by the query, which OpenAPI cannot say; the list stands for both.
        at.putIfAbsent(method(route.operation()), operation(mount, route, method(route.operation()) + path));
    }

    private static String method(Operation operation) {
        return switch (operation) {
            case READ, LIST, SCAN -> "get";
            case WRITE -> "post";
            case PATCH -> "patch";
            case DELETE -> "delete";
        };
    }

    private static List<Object> pathParameters(ApiRoute route) {
        var all = new ArrayList<>();
        for (var segment : route.path().segments()) {
            switch (segment) {
                case Segment.Literal _ -> {}
                case Segment.One one -> all.add(pathParameter(route, one.name(), ""));
                case Segment.Rest rest -> all.add(pathParameter(route, rest.name(), " Its slashes are not encoded."));
            }
        }
        return all;
    }

    private static Map<String, Object> pathParameter(ApiRoute route, String name, String more) {
        var doc = route.input().fields().stream().filter(field -> field.name().equals(name)).map(Schema.Field::doc).findFirst().orElse("");
        return Map.of("name", name, "in", "path", "required", true, "description", doc + more, "schema", Map.of("type", "string"));
    }

    private static Map<String, Object> operation(MountEntry mount, ApiRoute route, String id) {
        var described = new LinkedHashMap<String, Object>();
        described.put("summary", route.summary());
        described.put("operationId", id.toLowerCase(Locale.ROOT).replaceAll("/$", "-names").replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", ""));
        described.put("tags", List.of(mount.isAuth() ? "auth" : mount.isSystem() ? "system" : "secrets"));
        if (route.is(Trait.SUDO)) described.put("x-vault-sudo", true);
        if (route.is(Trait.NO_TOKEN)) {
            described.put("x-vault-unauthenticated", true);
            described.put("security", List.of());
        }
        if (route.mayCreate()) described.put("x-vault-create-supported", true);
        var query = query(route);
        if (!query.isEmpty()) described.put("parameters", query);
        if (route.operation() == Operation.WRITE || route.operation() == Operation.PATCH) described.put("requestBody", Map.of("content", content(route)));
        described.put("responses", OpenApiParts.responses(route));
        return described;
    }

    private static List<Object> query(ApiRoute route) {
        var all = new ArrayList<>();
        switch (route.operation()) {
            case LIST -> all.add(flag("list"));
            case SCAN -> all.add(flag("scan"));
            case WRITE, PATCH -> {
                return List.of();
            }
            case READ, DELETE -> {}
        }
        for (var field : route.input().fields()) {
            if (field.body() || route.isInPath(field)) continue;
            all.add(Map.of("name", field.name(), "in", "query", "description", field.doc(), "schema", field.openApi()));
        }
        return all;
    }

    private static Map<String, Object> flag(String name) {
        return Map.of("name", name, "in", "query", "required", true, "schema", Map.of("type", "string", "enum", List.of("true")));
    }

    private static Map<String, Object> content(ApiRoute route) {
        var properties = new LinkedHashMap<String, Object>();
        for (var field : route.input().fields()) {
            if (!field.body() && !route.isInPath(field)) properties.put(field.name(), field.openApi());
        }
        var schema = new LinkedHashMap<String, Object>(Map.of("type", "object", "properties", properties));
        if (route.input().takesAnything()) schema.put("additionalProperties", true);
        return Map.of(route.operation() == Operation.PATCH ? "application/merge-patch+json" : "application/json", Map.of("schema", schema));
    }
}
