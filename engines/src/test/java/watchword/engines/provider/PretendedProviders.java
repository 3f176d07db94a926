package watchword.engines.provider;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import watchword.core.json.Json;
import watchword.engines.ServerPlayer;
import watchword.sdk.Outbound;
import watchword.sdk.Tree;

/** The admin APIs of the providers whose definitions come along, by host, as their documentation says they behave. */
final class PretendedProviders implements Outbound {
    static final String ADMIN = "admin-key-of-test";
    private static final int PAGE = 2;

    static final class Key {
        final String name;
        final String value;
        boolean active = true;

        Key(String name, String value) {
            this.name = name;
            this.value = value;
        }
    }

    /** By host, then by id, in the order in which they were made. */
    final Map<String, Map<String, Key>> keys = new LinkedHashMap<>();
    final List<Ask> asked = new ArrayList<>();
    /** Answers in place of what would be done, for the next requests that this is about. */
    final Deque<Answer> instead = new ArrayDeque<>();
    Predicate<Ask> about = _ -> true;
    private int made;

    Map<String, Key> of(String host) {
        return keys.computeIfAbsent(host, _ -> new LinkedHashMap<>());
    }

    /** What is done with a request in place of carrying it out. */
    void next(Predicate<Ask> which, int... statuses) {
        about = which;
        for (int status : statuses) instead.add(new Answer(status, status == 429 ? Map.of("retry-after", List.of("7")) : Map.of(), Json.write(Map.of("error", "as told"))));
    }

    String put(String host, String name, String value) {
        var id = "id_" + ++made;
        of(host).put(id, new Key(name, value));
        return id;
    }

    @Override
    public Answer send(Ask ask) {
        asked.add(ask);
        if (!instead.isEmpty() && about.test(ask)) return instead.remove();
        var path = URLDecoder.decode(ask.to().getRawPath(), StandardCharsets.UTF_8);
        return switch (ask.to().getHost()) {
            case "api.openai.com" -> openai(ask, path);
            case "api.anthropic.com" -> anthropic(ask, path);
            case "huggingface.co" -> path.equals("/api/whoami-v2") && takes("huggingface.co", bearer(ask)) ? answer(200, Map.of("name", "somebody")) : answer(401, Map.of("error", "Invalid credentials"));
            case "api.wandb.ai" -> wandb(ask);
            case "dbc.test" -> databricks(ask, path);
            default -> throw new AssertionError(ask.to().getHost());
        };
    }

    private boolean takes(String host, String key) {
        return of(host).values().stream().anyMatch(each -> each.active && each.value.equals(key));
    }

    private static String bearer(Ask ask) {
        return ask.headers().getOrDefault("Authorization", "").replaceFirst("^Bearer ", "");
    }

    private static Tree body(Ask ask) {
        return Tree.of(ServerPlayer.tree(ask.body()));
    }

    private static String query(Ask ask, String name) {
        for (var pair : String.valueOf(ask.to().getRawQuery()).split("&")) {
            if (pair.startsWith(name + "=")) return URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8);
        }
        return "";
    }

    private Answer openai(Ask ask, String path) {
        var host = "api.openai.com";
        if (path.equals("/v1/models")) return takes(host, bearer(ask)) ? answer(200, Map.of("object", "list")) : answer(401, Map.of("error", Map.of("code", "invalid_api_key")));
        if (!bearer(ask).equals(ADMIN)) return answer(401, Map.of("error", "no"));
        var accounts = "/v1/organization/projects/proj_abc/service_accounts";
        if (!path.startsWith(accounts)) return answer(404, Map.of("error", "no such project"));
        if (ask.method().equals("POST")) {
            var name = body(ask).text("name");
            var id = put(host, name, "sk-svcacct-" + name);
            return answer(200, Map.of("object", "organization.project.service_account", "id", id, "name", name, "api_key", Map.of("id", "key_" + id, "value", "sk-svcacct-" + name)));
        }
        if (ask.method().equals("GET")) return page(host, query(ask, "after"), key -> Map.of("id", key.getKey(), "name", key.getValue().name));
        return of(host).remove(path.substring(accounts.length() + 1)) == null ? answer(404, Map.of()) : answer(200, Map.of("deleted", true));
    }

    private Answer page(String host, String after, Function<Map.Entry<String, Key>, Map<String, Object>> shown) {
        var all = List.copyOf(of(host).entrySet());
        int from = 0;
        while (!after.isEmpty() && from < all.size() && !all.get(from++).getKey().equals(after)) {}
        var page = all.subList(from, Math.min(all.size(), from + PAGE));
        return answer(200, Map.of("data", page.stream().map(shown).toList(), "has_more", from + PAGE < all.size(), "last_id", page.isEmpty() ? "" : page.getLast().getKey()));
    }

    private Answer anthropic(Ask ask, String path) {
        var host = "api.anthropic.com";
        if (!"2023-06-01".equals(ask.headers().get("anthropic-version"))) return answer(400, Map.of());
        var key = ask.headers().getOrDefault("x-api-key", "");
        if (path.equals("/v1/models")) return takes(host, key) ? answer(200, Map.of("data", List.of())) : answer(401, Map.of("type", "error"));
        if (!key.equals(ADMIN)) return answer(401, Map.of("type", "error"));
        if (ask.method().equals("GET")) return page(host, query(ask, "after_id"), each -> Map.of("id", each.getKey(), "name", each.getValue().name, "status", each.getValue().active ? "active" : "inactive"));
        var found = of(host).get(path.substring(path.lastIndexOf('/') + 1));
        if (found == null) return answer(404, Map.of());
        found.active = body(ask).text("status").equals("active");
        return answer(200, Map.of());
    }

    private Answer wandb(Ask ask) {
        var host = "api.wandb.ai";
        var pair = new String(Base64.getDecoder().decode(ask.headers().getOrDefault("Authorization", "").replaceFirst("^Basic ", "")), StandardCharsets.UTF_8);
        if (!pair.startsWith("api:")) return answer(401, Map.of());
        var question = body(ask).text("query");
        var variables = body(ask).at("variables");
        if (!pair.equals("api:" + ADMIN)) return answer(200, Map.of("data", takes(host, pair.substring(4)) ? Map.of("viewer", Map.of("id", "me")) : Map.of()));
        if (question.contains("GenerateApiKey")) {
            var name = variables.text("description");
            var id = put(host, name, "wandb-" + name);
            return answer(200, Map.of("data", Map.of("generateApiKey", Map.of("apiKey", Map.of("id", id, "name", "wandb-" + name)))));
        }
        if (question.contains("DeleteApiKey")) {
            return of(host).remove(variables.text("id")) == null ? answer(200, Map.of("errors", List.of(Map.of("message", "not found")))) : answer(200, Map.of("data", Map.of("deleteApiKey", Map.of("success", true))));
        }
        var edges = of(host).entrySet().stream().map(each -> Map.of("node", Map.of("id", each.getKey(), "description", each.getValue().name))).toList();
        return answer(200, Map.of("data", Map.of("viewer", Map.of("id", "me", "apiKeys", Map.of("edges", edges)))));
    }

    private Answer databricks(Ask ask, String path) {
        var host = "dbc.test";
        if (path.equals("/api/2.0/preview/scim/v2/Me")) return takes(host, bearer(ask)) ? answer(200, Map.of("id", "1")) : answer(403, Map.of("error_code", "PERMISSION_DENIED"));
        if (!bearer(ask).equals(ADMIN)) return answer(403, Map.of());
        return switch (path) {
            case "/api/2.0/token/create" -> {
                var name = body(ask).text("comment");
                if (body(ask).get("lifetime_seconds").filter(seconds -> !(seconds instanceof Long)).isPresent()) yield answer(400, Map.of("error_code", "INVALID_PARAMETER_VALUE"));
                var id = put(host, name, "dapi-" + name);
                yield answer(200, Map.of("token_value", "dapi-" + name, "token_info", Map.of("token_id", id, "comment", name)));
            }
            case "/api/2.0/token/list" -> {
                var infos = of(host).entrySet().stream().map(each -> Map.of("token_id", each.getKey(), "comment", each.getValue().name)).toList();
                yield answer(200, infos.isEmpty() ? Map.of() : Map.of("token_infos", infos));
            }
            default -> of(host).remove(body(ask).text("token_id")) == null ? answer(404, Map.of("error_code", "RESOURCE_DOES_NOT_EXIST")) : answer(200, Map.of());
        };
    }

    private static Answer answer(int status, Map<String, Object> tree) {
        return new Answer(status, Map.of(), Json.write(tree));
    }
}
