package watchword.core.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import watchword.core.hcl.Hcl;
import watchword.core.hcl.Hcl.Item;
import watchword.core.hcl.Hcl.Value;
import watchword.core.wire.Durations;
import watchword.sdk.JsonNumber;
import watchword.sdk.Problem;

/**
 * A policy read from its text.
 *
 * @param templated whether a path has {@code {{...}}}, to be filled in for each caller
 */
record AclPolicy(String name, List<Rule> rules, boolean templated) {
    private static final Set<String> KEYS = Set.of("comment", "policy", "capabilities", "allowed_parameters", "denied_parameters", "required_parameters",
            "min_wrapping_ttl", "max_wrapping_ttl", "mfa_methods", "control_group", "subscribe_event_types", "expiration", "pagination_limit",
            "list_scan_response_keys_filter_path", "response_keys_filter_path");

    /** One {@code path} block. {@code path} is as written, without a leading slash. */
    record Rule(String path, Permissions permissions) {}

    /** @throws Problem.ProblemException in the words that the field's tools print */
    static AclPolicy parse(String name, String text) {
        try {
            var rules = new ArrayList<Rule>();
            var body = Hcl.parse(text);
            for (var item : body.items()) {
                if (!item.key().equals("path") && !item.key().equals("name")) throw invalid("invalid key \"" + item.key() + "\" on line " + item.at().line());
            }
            for (var item : Hcl.labeled(body, "path")) rules.add(rule(item));
            return new AclPolicy(name, List.copyOf(rules), rules.stream().anyMatch(rule -> rule.path().contains("{{")));
        } catch (Hcl.SyntaxException syntax) {
            throw invalid(String.valueOf(syntax.getMessage()));
        }
    }

    private static Problem.ProblemException invalid(String why) {
        return new Problem.Invalid("failed to parse policy: " + why).asException();
    }

    private static Rule rule(Item item) {
        var path = item.labels().getFirst();
        if (!(item.value() instanceof Value.Body body)) throw invalid("path \"" + path + "\": not a block");
        for (var inner : body.items()) {
            if (!KEYS.contains(inner.key())) throw invalid("path \"" + path + "\": invalid key \"" + inner.key() + "\" on line " + inner.at().line());
        }
        var plain = path.startsWith("/") ? path.substring(1) : path;
        if (plain.contains("+*")) throw invalid("path \"" + path + "\": invalid use of wildcards ('+*' is forbidden)");
        var min = duration(path, body, "min_wrapping_ttl");
        var max = duration(path, body, "max_wrapping_ttl");
        if (!min.isZero() && !max.isZero() && max.compareTo(min) < 0) throw invalid("path \"" + path + "\": max_wrapping_ttl cannot be less than min_wrapping_ttl");
        var permissions = new Permissions(bits(path, body), texts(body, "required_parameters").stream().map(t -> t.toLowerCase(Locale.ROOT)).toList(),
                parameters(path, body, "allowed_parameters"), parameters(path, body, "denied_parameters"), min, max);
        return new Rule(plain, permissions);
    }

    private static int bits(String path, Value.Body body) {
        int bits = 0;
        for (var word : texts(body, "capabilities")) {
            bits |= Capability.of(word).orElseThrow(() -> invalid("path \"" + path + "\": invalid capability \"" + word + "\"")).bit();
        }
        if (body.find("policy").orElse(null) instanceof Value.Text legacy) bits |= legacyBits(path, legacy.text());
        return (bits & Capability.DENY.bit()) != 0 ? Capability.DENY.bit() : bits;
    }

    private static int legacyBits(String path, String word) {
        int read = Capability.READ.bit() | Capability.LIST.bit();
        int write = read | Capability.CREATE.bit() | Capability.UPDATE.bit() | Capability.DELETE.bit();
        return switch (word) {
            case "deny" -> Capability.DENY.bit();
            case "read" -> read;
            case "write" -> write;
            case "sudo" -> write | Capability.SUDO.bit();
            default -> throw invalid("path \"" + path + "\": invalid policy \"" + word + "\"");
        };
    }

    private static List<String> texts(Value.Body body, String key) {
        return body.find(key).map(value -> switch (value) {
            case Value.Items items -> items.values().stream().map(AclPolicy::text).toList();
            default -> List.of(text(value));
        }).orElse(List.of());
    }

    private static String text(Value value) {
        return switch (value) {
            case Value.Text text -> text.text();
            case Value.Number number -> number.text();
            case Value.Bool bool -> String.valueOf(bool.value());
            default -> throw invalid("expected text on line " + value.at().line());
        };
    }

    private static Map<String, List<Object>> parameters(String path, Value.Body body, String key) {
        var value = body.find(key);
        if (value.isEmpty()) return Map.of();
        if (!(value.get() instanceof Value.Body names)) throw invalid("path \"" + path + "\": " + key + " must be an object");
        var parameters = new HashMap<String, List<Object>>();
        for (var item : names.items()) {
            if (!(item.value() instanceof Value.Items values)) throw invalid("path \"" + path + "\": " + key + " must hold lists");
            parameters.put(item.key().toLowerCase(Locale.ROOT), values.values().stream().map(AclPolicy::plain).toList());
        }
        return Map.copyOf(parameters);
    }

    private static Object plain(Value value) {
        return switch (value) {
            case Value.Bool bool -> bool.value();
            case Value.Number number -> new JsonNumber(number.text());
            default -> text(value);
        };
    }

    private static Duration duration(String path, Value.Body body, String key) {
        Optional<Value> value = body.find(key);
        if (value.isEmpty()) return Duration.ZERO;
        try {
            return Durations.parse(text(value.get()));
        } catch (Durations.InvalidException invalid) {
            throw invalid("path \"" + path + "\": error parsing " + key + ": " + invalid.getMessage());
        }
    }
}
