package watchword.engines.provider;

import static watchword.engines.provider.Written.member;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import watchword.engines.provider.Definition.Basic;
import watchword.engines.provider.Definition.Call;
import watchword.engines.provider.Definition.Create;
import watchword.engines.provider.Definition.Listing;
import watchword.engines.provider.Definition.Next;
import watchword.sdk.Outbound;

/** Reads a {@link Definition}. The language has no more in it than this: what is not known is refused, with its line. */
final class DefinitionReader {
    static final String ADMIN_KEY = "admin_key";
    static final String KEY = "key";
    static final String ID = "id";
    static final String NAME = "name";
    private static final Set<String> OURS = Set.of(ADMIN_KEY, KEY, ID, NAME);
    private static final Set<String> METHODS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE");
    private static final Set<String> OF_A_CALL = Set.of("method", "path", "query", "headers", "basic", "body", "ok", "gone", "denied", "errors", "expect");
    /** Those by which a request is told from the next; they are the client's. */
    private static final Set<String> NO_HEADERS = Set.of("host", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "content-type");

    private final Map<String, String> parameters = new LinkedHashMap<>();
    private final Map<String, String> optional = new LinkedHashMap<>();

    private DefinitionReader() {}

    /** @throws watchword.sdk.Problem.ProblemException that names the line and the field when it is none */
    static Definition read(String text) {
        return new DefinitionReader().definition(Written.read(text));
    }

    private Definition definition(Written root) {
        var members = known(root, Set.of("provider", "about", "base_url", "parameters", "optional", "create", "list", "test", "delete"));
        parameters(members, "parameters", parameters);
        parameters(members, "optional", optional);
        var base = member(members, "base_url");
        base.filter(url -> !Outbound.isAddress(url.text())).ifPresent(url -> {
            throw url.wrong("must be a URL that begins with https:// or http://, without a name, query or fragment");
        });
        var create = member(members, "create").map(this::create);
        var list = member(members, "list").map(this::listing);
        var delete = member(members, "delete").map(step -> call(step, Set.of(), Set.of(ADMIN_KEY, ID)));
        if (create.isPresent() && (list.isEmpty() || delete.isEmpty())) {
            throw require(members, root, "create").wrong("needs list and delete beside it: by them a key is found and ended whose making nobody heard of");
        }
        return new Definition(require(members, root, "provider").text(), member(members, "about").map(Written::text).orElse(""), base.map(Written::text).orElse(""),
                Map.copyOf(parameters), Map.copyOf(optional), create, list, call(require(members, root, "test"), Set.of(), Set.of(KEY)), delete);
    }

    private static void parameters(Map<String, Written> members, String which, Map<String, String> into) {
        member(members, which).ifPresent(written -> written.members().forEach((name, about) -> {
            if (!name.matches("[a-z][a-z0-9_]{0,63}") || OURS.contains(name)) throw about.wrong("is no name for a parameter");
            into.put(name, about.text());
        }));
    }

    private Create create(Written step) {
        var members = step.members();
        return new Create(call(step, Set.of(KEY, ID), Set.of(ADMIN_KEY, NAME)), require(members, step, KEY).pointer(), require(members, step, ID).pointer());
    }

    private Listing listing(Written step) {
        var members = step.members();
        return new Listing(call(step, Set.of("items", ID, NAME, "next"), Set.of(ADMIN_KEY)), require(members, step, "items").pointer(), require(members, step, ID).pointer(),
                require(members, step, NAME).pointer(), member(members, "next").map(DefinitionReader::next));
    }

    private static Next next(Written written) {
        var members = known(written, Set.of("parameter", "value", "more"));
        return new Next(require(members, written, "parameter").text(), require(members, written, "value").pointer(), member(members, "more").map(Written::pointer));
    }

    private Call call(Written step, Set<String> more, Set<String> values) {
        var all = new LinkedHashSet<>(OF_A_CALL);
        all.addAll(more);
        var members = known(step, all);
        var method = require(members, step, "method");
        if (!METHODS.contains(method.text())) throw method.wrong("must be GET, POST, PUT, PATCH or DELETE");
        var path = require(members, step, "path");
        if (!path.text().matches("(/([A-Za-z0-9._~-]|\\{\\{\\w+}})+)+")) throw path.wrong("must be segments after slashes: letters, digits, . _ ~ - and {{names}}");
        if (path.text().matches(".*/\\.{1,2}(/.*)?")) throw path.wrong("must not have a segment of dots");
        return new Call(method.text(), template(path, values), templates(members, "query", values), headers(members, values), member(members, "basic").map(basic -> basic(basic, values)),
                member(members, "body").map(body -> body(body, values)), statuses(members, "ok", Set.of(200, 201, 202, 204)), statuses(members, "gone", Set.of(404)),
                statuses(members, "denied", Set.of(401, 403)), member(members, "errors").map(Written::pointer),
                member(members, "expect").map(Written::pointer));
    }

    private Basic basic(Written written, Set<String> values) {
        var members = known(written, Set.of("username", "password"));
        return new Basic(template(require(members, written, "username"), values), template(require(members, written, "password"), values));
    }

    private Map<String, Template> headers(Map<String, Written> members, Set<String> values) {
        member(members, "headers").ifPresent(written -> written.members().forEach((name, header) -> {
            if (!name.matches("[A-Za-z0-9-]{1,64}") || NO_HEADERS.contains(name.toLowerCase(Locale.ROOT))) throw header.wrong("is no header that is written here");
        }));
        return templates(members, "headers", values);
    }

    private Map<String, Template> templates(Map<String, Written> members, String which, Set<String> values) {
        var templates = new LinkedHashMap<String, Template>();
        member(members, which).ifPresent(written -> written.members().forEach((name, value) -> templates.put(name, template(value, values))));
        return templates;
    }

    private Template template(Written written, Set<String> values) {
        var template = written.template();
        if (template.hasNumber()) throw written.wrong("can have a :number only as a whole value in a body");
        requireKnown(written, template, values);
        return template;
    }

    private Object body(Written written, Set<String> values) {
        var tree = written.tree();
        requireKnown(written, tree, values);
        return tree;
    }

    private void requireKnown(Written written, Object tree, Set<String> values) {
        switch (tree) {
            case Template template -> {
                if (template.hasNumber() && !template.isOneName()) throw written.wrong("can have a :number only as a whole value in a body");
                for (var name : template.names()) {
                    if (!values.contains(name) && !parameters.containsKey(name) && !optional.containsKey(name)) throw written.wrong("has {{" + name + "}}, which is no parameter and not known in this step");
                }
            }
            case Map<?, ?> map -> map.values().forEach(value -> requireKnown(written, value, values));
            case List<?> list -> list.forEach(value -> requireKnown(written, value, values));
            default -> {}
        }
    }

    private static Set<Integer> statuses(Map<String, Written> members, String which, Set<Integer> usual) {
        return member(members, which).map(written -> {
            var statuses = new LinkedHashSet<Integer>();
            for (var item : written.items()) statuses.add(item.status());
            return Set.copyOf(statuses);
        }).orElse(usual);
    }

    private static Map<String, Written> known(Written written, Set<String> names) {
        var members = written.members();
        members.forEach((name, member) -> {
            if (!names.contains(name)) throw member.wrong("is not known here");
        });
        return members;
    }

    private static Written require(Map<String, Written> members, Written parent, String name) {
        return member(members, name).orElseThrow(() -> parent.wrong("needs " + name));
    }
}
