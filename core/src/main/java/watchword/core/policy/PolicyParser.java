package watchword.core.policy;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import watchword.core.hcl.Hcl;
import watchword.core.hcl.Hcl.Item;
import watchword.core.hcl.Hcl.Value;
import watchword.core.policy.AclPolicy.Statement;
import watchword.core.wire.Durations;
import watchword.sdk.JsonNumber;
import watchword.sdk.Problem;

/** Reads the text of a policy, HCL or JSON. What it refuses, it refuses in the words that the field's tools print. */
public final class PolicyParser {
    private static final Set<String> TOP = Set.of("name", "path");
    private static final Set<String> KEYS = Set.of("comment", "policy", "capabilities", "allowed_parameters", "denied_parameters", "required_parameters",
            "min_wrapping_ttl", "max_wrapping_ttl", "pagination_limit", "expiration", "mfa_methods", "control_group", "list_scan_response_keys_filter_path",
            "subscribe_event_types", "break_glass");
    /** Restrictions that we could only pass over, and so would give more than the author of the policy meant to. */
    private static final Set<String> UNENFORCED = Set.of("mfa_methods", "list_scan_response_keys_filter_path");
    /** No request has a longer path. */
    private static final int MAX_PATH = 2048;

    private final List<String> warnings = new ArrayList<>();

    private PolicyParser() {}

    /** @throws Problem.ProblemException when the text is no policy */
    public static AclPolicy parse(String text, TemplatedPath.Allowances allowances) {
        try {
            var body = Hcl.parse(text);
            requireKeys(body, TOP, "");
            var parser = new PolicyParser();
            var statements = new ArrayList<Statement>();
            for (var item : Hcl.labeled(body, "path")) statements.add(parser.statement(item));
            return new AclPolicy(List.copyOf(statements), allowances, List.copyOf(parser.warnings));
        } catch (Hcl.SyntaxException syntax) {
            throw invalid(String.valueOf(syntax.getMessage()));
        }
    }

    private static Problem.ProblemException invalid(String why) {
        return new Problem.Invalid("failed to parse policy: " + why).asException();
    }

    static Problem.ProblemException invalid(String path, String why) {
        return invalid("path " + quoted(path) + ": " + why);
    }

    private static String quoted(String text) {
        var shown = new StringBuilder("\"");
        text.codePoints().limit(256).forEach(c -> {
            if (c == '"' || c == '\\') shown.append('\\');
            if (Character.isISOControl(c)) shown.append(String.format("\\u%04x", c));
            else shown.appendCodePoint(c);
        });
        return shown.append('"').toString();
    }

    private static void requireKeys(Value.Body body, Set<String> known, String prefix) {
        var wrong = body.items().stream().filter(item -> !known.contains(item.key()))
                .map(item -> "\t* " + prefix + "invalid key " + quoted(item.key()) + " on line " + item.at().line() + "\n").limit(20).toList();
        if (wrong.isEmpty()) return;
        throw invalid((wrong.size() == 1 ? "1 error" : wrong.size() + " errors") + " occurred:\n" + String.join("", wrong) + "\n");
    }

    private Statement statement(Item item) throws Hcl.SyntaxException {
        var path = item.labels().getFirst();
        if (item.labels().size() > 1) throw invalid(path, "a path has one label");
        if (!(item.value() instanceof Value.Body body)) throw invalid(path, "not a block");
        requireKeys(body, KEYS, "path " + quoted(path) + ": ");
        var once = new HashSet<String>();
        for (var inner : body.items()) {
            if (!inner.labels().isEmpty()) throw invalid(path, inner.key() + " takes no label");
            if (!once.add(inner.key())) throw invalid(path, inner.key() + " is set twice");
            if (UNENFORCED.contains(inner.key())) throw invalid(path, inner.key() + " is not supported: it could not be enforced");
        }
        var permissions = permissions(path, body);
        if (permissions.has(Capability.SUBSCRIBE) && permissions.eventTypes().isEmpty()) {
            warnings.add("path " + quoted(path) + ": subscribe gives nothing without subscribe_event_types");
        }
        return new Statement(path(path), permissions, expiration(path, body), item.at().line());
    }

    private TemplatedPath path(String path) {
        var plain = path.startsWith("/") ? path.substring(1) : path;
        if (plain.length() > MAX_PATH) throw invalid(path, "longer than " + MAX_PATH + " characters");
        if (plain.contains("+*")) throw invalid(path, "invalid use of wildcards ('+*' is forbidden)");
        try {
            var templated = TemplatedPath.of(plain);
            for (var part : templated.parts()) {
                if (part instanceof TemplatedPath.Part.Unknown unknown) {
                    warnings.add("path " + quoted(path) + ": " + quoted(unknown.text()) + " is nothing that a template can name; the path never applies");
                }
            }
            return templated;
        } catch (TemplatedPath.UnbalancedException unbalanced) {
            throw invalid("failed to validate policy templating: " + unbalanced.getMessage());
        }
    }

    private static Permissions permissions(String path, Value.Body body) throws Hcl.SyntaxException {
        var min = duration(path, body, "min_wrapping_ttl");
        var max = duration(path, body, "max_wrapping_ttl");
        if (!min.isZero() && !max.isZero() && max.compareTo(min) < 0) throw invalid(path, "max_wrapping_ttl cannot be less than min_wrapping_ttl");
        var required = Set.copyOf(texts(path, body, "required_parameters").stream().map(name -> name.toLowerCase(Locale.ROOT)).toList());
        var allowed = parameters(path, body, "allowed_parameters");
        var denied = parameters(path, body, "denied_parameters");
        var parameters = required.isEmpty() && allowed.isEmpty() && denied.isEmpty() ? Parameters.ANY : new Parameters(required, allowed, denied);
        int bits = bits(path, body);
        return new Permissions(bits, parameters, min, max, pageLimit(path, body), Set.copyOf(texts(path, body, "subscribe_event_types")), ControlGroupParser.parse(path, body, bits));
    }

    private static int bits(String path, Value.Body body) {
        int bits = 0;
        for (var word : texts(path, body, "capabilities")) {
            bits |= Capability.of(word).orElseThrow(() -> invalid(path, "invalid capability " + quoted(word))).bit();
        }
        var legacy = body.find("policy");
        if (legacy.isPresent()) bits |= legacyBits(path, text(path, "policy", legacy.get()));
        return Capability.DENY.isIn(bits) ? Capability.DENY.bit() : bits;
    }

    private static int legacyBits(String path, String word) {
        int read = Capability.READ.bit() | Capability.LIST.bit();
        int write = read | Capability.CREATE.bit() | Capability.UPDATE.bit() | Capability.DELETE.bit();
        return switch (word) {
            case "" -> 0;
            case "deny" -> Capability.DENY.bit();
            case "read" -> read;
            case "write" -> write;
            case "sudo" -> write | Capability.SUDO.bit();
            default -> throw invalid(path, "invalid policy " + quoted(word));
        };
    }

    static List<String> texts(String path, Value.Body body, String key) {
        var value = body.find(key);
        if (value.isEmpty()) return List.of();
        if (!(value.get() instanceof Value.Items items)) return List.of(text(path, key, value.get()));
        return items.values().stream().map(each -> text(path, key, each)).toList();
    }

    static String text(String path, String key, Value value) {
        return switch (value) {
            case Value.Text text -> text.text();
            case Value.Number number -> number.text();
            case Value.Bool bool -> String.valueOf(bool.value());
            case Value.Items _, Value.Body _ -> throw invalid(path, key + " on line " + value.at().line() + " must be text");
        };
    }

    private static Map<String, List<Object>> parameters(String path, Value.Body body, String key) {
        var value = body.find(key);
        if (value.isEmpty()) return Map.of();
        if (!(value.get() instanceof Value.Body names)) throw invalid(path, key + " must be an object");
        var parameters = new HashMap<String, List<Object>>();
        for (var item : names.items()) {
            if (!(item.value() instanceof Value.Items values)) throw invalid(path, key + " on line " + item.at().line() + " must hold lists");
            var before = parameters.put(item.key().toLowerCase(Locale.ROOT), values.values().stream().map(PolicyParser::plain).toList());
            if (before != null) throw invalid(path, key + " names " + quoted(item.key()) + " twice");
        }
        return Map.copyOf(parameters);
    }

    /** As a request's JSON would have it. */
    private static Object plain(Value value) {
        return switch (value) {
            case Value.Text text -> text.text();
            case Value.Bool bool -> bool.value();
            case Value.Number number -> new JsonNumber(number.text());
            case Value.Items items -> items.values().stream().map(PolicyParser::plain).toList();
            case Value.Body body -> {
                var map = new HashMap<String, Object>();
                for (var item : body.items()) map.put(item.key(), plain(item.value()));
                yield Map.copyOf(map);
            }
        };
    }

    static Duration duration(String path, Value.Body body, String key) {
        var value = body.find(key);
        if (value.isEmpty()) return Duration.ZERO;
        try {
            var duration = Durations.parse(text(path, key, value.get()));
            if (duration.isNegative()) throw invalid(path, "error parsing " + key + ": cannot be negative");
            return duration;
        } catch (Durations.InvalidException unreadable) {
            throw invalid(path, "error parsing " + key + ": " + unreadable.getMessage());
        }
    }

    private static int pageLimit(String path, Value.Body body) {
        var value = body.find("pagination_limit");
        if (value.isEmpty()) return 0;
        try {
            int limit = Integer.parseInt(text(path, "pagination_limit", value.get()));
            if (limit >= 0) return limit;
        } catch (NumberFormatException notANumber) {
            // said below
        }
        throw invalid(path, "pagination_limit must be a number, 0 or more");
    }

    /** A time, or seconds since 1970. */
    private static Optional<Instant> expiration(String path, Value.Body body) {
        var value = body.find("expiration");
        if (value.isEmpty()) return Optional.empty();
        var text = text(path, "expiration", value.get());
        if (text.isEmpty()) return Optional.empty();
        try {
            return Optional.of(text.matches("\\d{1,11}") ? Instant.ofEpochSecond(Long.parseLong(text)) : Instant.parse(text));
        } catch (DateTimeException unreadable) {
            throw invalid(path, "invalid expiration time: expected a time as in 2030-01-01T00:00:00Z");
        }
    }
}
