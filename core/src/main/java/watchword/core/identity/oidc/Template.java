package watchword.core.identity.oidc;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    @SuppressWarnings("unchecked") // an object's keys are strings
    private static Map<String, @Nullable Object> object(String json, List<Selector> holes) {
        try {
            if (Json.parse(json.getBytes(StandardCharsets.UTF_8)) instanceof Map<?, ?> map) return (Map<String, @Nullable Object>) java.util.Objects.requireNonNull(withHoles(map, holes));
            throw invalid("error parsing template JSON: not an object");
        } catch (Json.MalformedException malformed) {
            throw invalid("error parsing template JSON: " + malformed.getMessage());
        }
    }

    private static @Nullable Object withHoles(@Nullable Object tree, List<Selector> holes) {
        return switch (tree) {
            case Map<?, ?> map -> {
                var with = new LinkedHashMap<String, @Nullable Object>();
                map.forEach((name, value) -> with.put(requirePlain(String.valueOf(name)), withHoles(value, holes)));
                yield with;
            }
            case List<?> list -> {
                var with = new ArrayList<@Nullable Object>();
                list.forEach(value -> with.add(withHoles(value, holes)));
                yield with;
            }
            case String text when text.startsWith("\0") -> new Hole(holes.get(Integer.parseInt(text.substring(1))));
            case null, default -> tree;
        };
    }

    /** Names of claims are the template's own. */
    private static String requirePlain(String name) {
        if (name.startsWith("\0")) throw invalid("error parsing template JSON: a name cannot be a value of somebody");
        return name;
    }

    Set<String> names() {
        return tree.keySet();
    }

    /** The claims, with everything in its place. */
    Map<String, @Nullable Object> claims(Subject subject) {
        var claims = new LinkedHashMap<String, @Nullable Object>();
        tree.forEach((name, value) -> claims.put(name, filled(value, subject)));
        return claims;
    }

    private static @Nullable Object filled(@Nullable Object tree, Subject subject) {
        return switch (tree) {
            case Map<?, ?> map -> {
                var with = new LinkedHashMap<String, @Nullable Object>();
                map.forEach((name, value) -> with.put(String.valueOf(name), filled(value, subject)));
                yield with;
            }
            case List<?> list -> {
                var with = new ArrayList<@Nullable Object>();
                list.forEach(value -> with.add(filled(value, subject)));
                yield with;
            }
            case Hole hole -> hole.selector().of(subject);
            case null, default -> tree;
        };
    }

    private static Problem.ProblemException invalid(String message) {
        return new Problem.Invalid(message).asException();
    }
}
