package watchword.core.sys;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import watchword.core.mount.MountEntry;
import watchword.core.wire.Schema;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;

/** {@code docs/api}, read off the routes: a page for each type of engine. */
public final class ApiReference {
    private static final String INTRODUCTION = """
            # HTTP API

            <!-- Written by the build from the routes; do not edit. -->

            The API is Vault's, version 1: every path begins with `/v1/`, and Vault's clients connect unchanged. A server describes itself too:
            `GET /v1/sys/internal/specs/openapi` is an OpenAPI document of everything that is mounted, and any path answers `?help=1`.

            ## Requests

            - The token stands in `X-Vault-Token`, or in `Authorization: Bearer TOKEN`.
            - The body is a JSON object of at most 32 MiB, unless the listener says otherwise. `PUT` means `POST`. A list is `LIST`, or `GET` with
              `?list=true`; `after` and `limit` page it. `PATCH` takes `application/merge-patch+json`: null removes a field.
            - `X-Vault-Wrap-TTL: 5m` puts any answer behind a token that unwraps it once.
            - A duration is `30s`, `5m`, `768h`, `30d`, or a number of seconds. A list may come as an array or with commas.

            ## Answers

            Unless a route has a form of its own, an answer is an envelope:

            | field | type | meaning |
            |---|---|---|
            | `request_id` | string | Id of the request, in the audit log too. |
            | `lease_id` | string | Id of the lease of what was issued; empty when there is none. |
            | `lease_duration` | integer | Seconds that the lease lasts. |
            | `renewable` | boolean | Whether it can be renewed. |
            | `data` | object | What was asked for: the fields that the route's table names. |
            | `auth` | object | A token that was made, or null. |
            | `wrap_info` | object | The token that holds the answer, when it was wrapped, or null. |
            | `warnings` | array of string | What the caller should know, or null. |

            A refusal is `{"errors": ["what is wrong"]}`, with one of these statuses:

            | status | meaning |
            |---|---|
            | 400 | The request cannot be carried out as it stands; `errors` says what to mend. |
            | 403 | The token is not valid, or its policies do not allow it. What exists is not told. |
            | 404 | There is nothing there. Without a message, there is no value at this path. |
            | 405 | The path is there, but not for this operation. |
            | 412 | The state that the request builds on has changed; ask again. |
            | 413, 415 | Too large, or of a content type that the route does not take. |
            | 429 | A quota is used up; `Retry-After` says when to come back. |
            | 500 | The server failed; its log says why, by the request's id. |
            | 503 | Sealed, or not able to record the request in the audit log, so that nothing was done. |

            ## Pages

            """;

    private ApiReference() {}

    /** @return the text of each page by its name, such as {@code kv-v2.md}; {@code README.md} leads to the others */
    public static Map<String, String> pages(List<ApiRoute.Mounted> mounts) {
        var pages = new TreeMap<String, String>();
        var index = new StringBuilder(INTRODUCTION);
        for (var mounted : mounts) {
            var name = name(mounted.mount(), mounts);
            if (pages.putIfAbsent(name + ".md", page(mounted, name)) != null) continue;
            index.append("- [").append(name).append("](").append(name).append(".md): ").append(mounted.engine().help()).append('\n');
        }
        pages.put("README.md", index.toString());
        return pages;
    }

    /** A method of the same name as an engine has a page of its own. */
    private static String name(MountEntry mount, List<ApiRoute.Mounted> all) {
        if (mount.isAuth() && all.stream().anyMatch(other -> !other.mount().isAuth() && other.mount().type().equals(mount.type()))) return "auth-" + mount.type();
        var version = mount.options().get("version");
        return version == null ? mount.type() : mount.type() + "-v" + version;
    }

    private static String page(ApiRoute.Mounted mounted, String name) {
        var text = new StringBuilder("# ").append(name).append("\n\n<!-- Written by the build from the routes; do not edit. -->\n\n").append(mounted.engine().help())
                .append(" Mounted at `").append(mounted.mount().path()).append("` here; another mount has its own path in its place.\n");
        var byPath = new LinkedHashMap<String, List<ApiRoute>>();
        for (var route : mounted.routes()) byPath.computeIfAbsent(route.path().text(), _ -> new ArrayList<>()).add(route);
        text.append("\n| path | |\n|---|---|\n");
        byPath.forEach((path, routes) -> text.append("| `").append(path.replace("*}", "}")).append("` | ")
                .append(routes.stream().map(route -> method(route.operation())).collect(Collectors.joining(", "))).append(" |\n"));
        byPath.forEach((path, routes) -> {
            text.append("\n## `/v1/").append(mounted.mount().path()).append(path.replace("*}", "}")).append("`\n");
            for (var route : routes) operation(text, route);
        });
        return text.toString();
    }

    private static void operation(StringBuilder text, ApiRoute route) {
        text.append("\n### ").append(method(route.operation())).append("\n\n").append(route.summary()).append(' ').append(needs(route)).append('\n');
        table(text, "field", route.input(), route.path().parameters());
        var answer = route.output();
        if (route.is(Trait.ROOT_ONLY)) text.append("\nAnswered in the root namespace alone.\n");
        if (route.is(Trait.GIVES_TOKEN)) text.append("\nAnswers with a token, in `auth`.\n");
        if (route.is(Trait.GIVES_LEASE)) text.append("\nAnswers with a lease, in the envelope.\n");
        if (route.is(Trait.OWN_FORM)) text.append("\nThe answer has no envelope.\n");
        if (route.is(Trait.FLAT)) text.append("\nThe fields stand beside `data` too.\n");
        table(text, "answer", answer, List.of());
    }

    private static String method(Operation operation) {
        return switch (operation) {
            case READ -> "GET";
            case LIST -> "LIST";
            case SCAN -> "SCAN";
            case WRITE -> "POST";
            case PATCH -> "PATCH";
            case DELETE -> "DELETE";
        };
    }

    private static String needs(ApiRoute route) {
        if (route.is(Trait.NO_TOKEN)) return "Needs no token of the header.";
        var capability = switch (route.operation()) {
            case READ -> "`read`";
            case LIST -> "`list`";
            case SCAN -> "`scan`";
            case WRITE -> route.mayCreate() ? "`create` for what is new, `update` for the rest" : "`update`";
            case PATCH -> "`patch`";
            case DELETE -> "`delete`";
        };
        return "Needs " + capability + (route.is(Trait.SUDO) ? " and `sudo`." : ".");
    }

    private static void table(StringBuilder text, String title, Schema<?> schema, List<String> inPath) {
        if (schema.fields().isEmpty()) return;
        text.append("\n| ").append(title).append(" | type | meaning |\n|---|---|---|\n");
        for (var field : schema.fields()) {
            var name = field.body() ? "(any)" : field.name();
            rows(text, name, field.openApi(), inPath.contains(field.name()) ? "In the path. " : "");
        }
    }

    /** A field, and below it the fields of what it holds. */
    private static void rows(StringBuilder text, String name, Map<?, ?> described, String before) {
        var meaning = before + (described.get("description") instanceof String doc ? doc : "");
        if (described.containsKey("default")) meaning += " Default: `" + described.get("default") + "`.";
        text.append("| `").append(name).append("` | ").append(type(described)).append(" | ").append(meaning.replace("|", "\\|").strip()).append(" |\n");
        below(text, name, described);
    }

    private static void below(StringBuilder text, String name, Map<?, ?> described) {
        if (described.get("properties") instanceof Map<?, ?> properties) {
            properties.forEach((below, schema) -> rows(text, name + "." + below, (Map<?, ?>) schema, ""));
        }
        if (described.get("items") instanceof Map<?, ?> items) below(text, name + "[]", items);
        if (described.get("additionalProperties") instanceof Map<?, ?> each) below(text, name.equals("(any)") ? "(name)" : name + ".(name)", each);
    }

    private static String type(Map<?, ?> described) {
        if (described.get("items") instanceof Map<?, ?> items) return "array of " + type(items);
        var format = described.get("format");
        var type = format == null ? String.valueOf(described.containsKey("type") ? described.get("type") : "any") : format.equals("password") ? "secret string" : format.toString();
        return type + (Boolean.TRUE.equals(described.get("nullable")) ? " or null" : "");
    }

    /** Fields without a sentence that says what they are, as {@code page: path operation field}; there should be none. */
    public static List<String> undocumented(List<ApiRoute.Mounted> mounts) {
        var all = new ArrayList<String>();
        for (var mounted : mounts) {
            for (var route : mounted.routes()) {
                var where = name(mounted.mount(), mounts) + ": " + route.path().text() + " " + route.operation() + " ";
                for (var schema : List.of(route.input(), route.output())) undocumented(all, where, schema.openApi());
            }
        }
        return all.stream().distinct().toList();
    }

    private static void undocumented(List<String> all, String where, Map<?, ?> described) {
        if (described.get("properties") instanceof Map<?, ?> properties) {
            properties.forEach((name, schema) -> {
                if (!((Map<?, ?>) schema).containsKey("description")) all.add(where + name);
                undocumented(all, where + name + ".", (Map<?, ?>) schema);
            });
        }
        if (described.get("items") instanceof Map<?, ?> items) undocumented(all, where, items);
        if (described.get("additionalProperties") instanceof Map<?, ?> each) undocumented(all, where, each);
    }
}
