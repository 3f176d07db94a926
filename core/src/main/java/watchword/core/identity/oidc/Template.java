package watchword.core.identity.oidc;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import watchword.core.json.Json;
import watchword.sdk.Problem;

/**
 * Claims with holes: a JSON object in which {@code {{...}}} stands for a value. It is read as a tree, with the holes marked, before it is
 * known what they will hold; so nothing that anybody is called can add a claim, or be anything but one value.
 */
final class Template {
    /** What a token's own claims are, which no template may set. */
    static final List<String> RESERVED = List.of("iat", "aud", "exp", "iss", "sub", "namespace", "nonce", "auth_time", "at_hash", "c_hash");
    private static final int MAX_CHARS = 32 << 10;
    /** Begins the string that marks a hole; a template with it is refused, so there is no other. */
    private static final String MARK = "\\u0000";

    private final Map<String, @Nullable Object> tree;

    private Template(Map<String, @Nullable Object> tree) {
        this.tree = tree;
    }

    /** Where a value goes. */
    private record Hole(Selector selector) {}

    /** A template as a client may write it: as it is, or in base64. */
    static String text(String given) {
        if (given.length() > MAX_CHARS) throw new Problem.Invalid("template: longer than " + MAX_CHARS + " characters").asException();
        try {
            return new String(Base64.getDecoder().decode(given.replace("\n", "").replace("\r", "")), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException asItIs) {
            return given;
        }
    }

    /** @throws Problem.ProblemException for one that cannot be read, or that would set what is reserved */
    static Template parse(String text) {
        if (text.isEmpty()) return new Template(Map.of());
        if (text.contains(MARK)) throw invalid("error parsing template JSON: a string with \\u0000");
        var holes = new ArrayList<Selector>();
        var template = new Template(object(marked(text, holes), holes));
        for (var name : template.names()) {
            if (RESERVED.contains(name)) throw invalid("top level key \"" + name + "\" not allowed. Restricted keys: " + String.join(", ", RESERVED));
        }
        return template;
    }

    private static String marked(String text, List<Selector> holes) {
        var json = new StringBuilder();
        int at = 0;
        for (int open = text.indexOf("{{"); open >= 0; open = text.indexOf("{{", at)) {
            int close = text.indexOf("}}", open);
            if (close < 0 || text.substring(open + 2, close).contains("{{")) throw invalid("error parsing template: unbalanced templating characters");
            json.append(text, at, open).append('"').append(MARK).append(holes.size()).append('"');
            holes.add(Selector.named(text.substring(open + 2, close).trim()));
            at = close + 2;
        }
        return json.append(text.substring(at)).toString();
    }

    private static Map<String, @Nullable Object> object(String json, List<Selector> holes) {
        try {
            if (Json.parse(json.getBytes(StandardCharsets.UTF_8)) instanceof Map<?, ?> map) return mapped(map, leaf -> isMark(leaf) ? new Hole(holes.get(Integer.parseInt(leaf.toString().substring(1)))) : leaf);
            throw invalid("error parsing template JSON: not an object");
        } catch (Json.MalformedException malformed) {
            throw invalid("error parsing template JSON: " + malformed.getMessage());
        }
    }

    private static boolean isMark(Object leaf) {
        return leaf instanceof String text && text.startsWith("\0");
    }

    Set<String> names() {
        return tree.keySet();
    }

    /** The claims, with everything in its place. */
    Map<String, @Nullable Object> claims(Subject subject) {
        return mapped(tree, leaf -> leaf instanceof Hole hole ? hole.selector().of(subject) : leaf);
    }

    // ---- trees ----

    private static Map<String, @Nullable Object> mapped(Map<?, ?> map, UnaryOperator<Object> leaf) {
        var all = new LinkedHashMap<String, @Nullable Object>();
        map.forEach((name, value) -> all.put(requirePlain(String.valueOf(name)), mapped(value, leaf)));
        return all;
    }

    private static @Nullable Object mapped(@Nullable Object tree, UnaryOperator<Object> leaf) {
        return switch (tree) {
            case null -> null;
            case Map<?, ?> map -> mapped(map, leaf);
            case List<?> list -> {
                var all = new ArrayList<@Nullable Object>();
                list.forEach(each -> all.add(mapped(each, leaf)));
                yield all;
            }
            case Object one -> leaf.apply(one);
        };
    }

    /** Names of claims are the template's own. */
    private static String requirePlain(String name) {
        if (isMark(name)) throw invalid("error parsing template JSON: a name cannot be a value of somebody");
        return name;
    }

    private static Problem.ProblemException invalid(String message) {
        return new Problem.Invalid(message).asException();
    }
}
