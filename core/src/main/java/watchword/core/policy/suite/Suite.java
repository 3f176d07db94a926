package watchword.core.policy.suite;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import watchword.core.hcl.Hcl;
import watchword.core.hcl.Hcl.Item;
import watchword.core.hcl.Hcl.Value;
import watchword.core.policy.Acl;
import watchword.core.policy.Capability;
import watchword.core.policy.IdentityView;
import watchword.core.policy.PolicyParser;
import watchword.core.policy.Question;
import watchword.core.policy.TemplatedPath;
import watchword.core.wire.Durations;
import watchword.sdk.JsonNumber;
import watchword.sdk.Policies;
import watchword.sdk.Problem;

/**
 * A file of cases, in HCL or JSON, with the policies that they are about.
 *
 * @param identity whose values templates have
 */
public record Suite(List<Acl.Named> policies, IdentityView identity, List<Case> cases) {
    private static final int MAX_CASES = 10_000;
    private static final int MAX_POLICIES = 1_000;

    /** What is wrong with a suite, and where. */
    public static final class BrokenException extends Exception {
        private static final long serialVersionUID = 1;

        BrokenException(String message) {
            super(message, null, false, false);
        }
    }

    /** Where a policy's text is that a suite names by its file. */
    @FunctionalInterface
    public interface Texts {
        /** @throws BrokenException when there is none */
        String of(String file) throws BrokenException;
    }

    public static Suite parse(String text, Texts files) throws BrokenException {
        return parse(text, files, Map.of());
    }

    /** @param more texts of policies, by their names, besides those in the suite */
    public static Suite parse(String text, Texts files, Map<String, String> more) throws BrokenException {
        try {
            var body = Hcl.parse(text);
            requireKeys(body, Set.of("policy", "case", "identity"), "");
            var policies = new LinkedHashMap<String, Acl.Named>();
            for (var each : more.entrySet()) add(policies, each.getKey(), each.getValue(), TemplatedPath.Allowances.NONE, 1);
            for (var item : Hcl.labeled(body, "policy")) policy(item, files, policies);
            var cases = new ArrayList<Case>();
            for (var item : Hcl.labeled(body, "case")) cases.add(oneCase(item, policies.keySet()));
            if (cases.isEmpty()) throw new BrokenException("there is no case");
            if (cases.size() > MAX_CASES || policies.size() > MAX_POLICIES) throw new BrokenException("more than " + MAX_CASES + " cases or " + MAX_POLICIES + " policies");
            var identity = body.find("identity");
            return new Suite(List.copyOf(policies.values()), identity.isPresent() ? SuiteIdentity.of(body(identity.get(), "identity")) : IdentityView.NOBODY, List.copyOf(cases));
        } catch (Hcl.SyntaxException syntax) {
            throw new BrokenException(String.valueOf(syntax.getMessage()));
        }
    }

    /** Holds the policies against the cases. */
    List<Case.Outcome> run(Instant now) {
        record Caller(List<String> as, Instant at) {}
        var acls = new HashMap<Caller, Acl>();
        return cases.stream().map(each -> {
            var moment = each.at().orElse(now);
            var own = each.as().isEmpty() ? policies : policies.stream().filter(named -> each.as().contains(named.name())).toList();
            var acl = acls.computeIfAbsent(new Caller(each.as(), moment), _ -> Acl.of(own, false, identity, moment));
            return each.run(acl, own, identity, moment);
        }).toList();
    }

    /** How much there is to do at most. */
    long work() {
        return (long) cases.size() * policies.stream().mapToLong(named -> named.policy().statements().size()).sum();
    }

    // ---- policies ----

    private static void policy(Item item, Texts files, Map<String, Acl.Named> policies) throws BrokenException {
        var body = labeledBody(item);
        requireKeys(body, Set.of("file", "text", "allow_wildcards_in_identity_templates", "allow_slashes_in_identity_templates"), "policy: ");
        var file = body.find("file");
        var text = body.find("text");
        if (file.isPresent() == text.isPresent()) throw at(item, "a policy has a file or a text");
        var allowances = new TemplatedPath.Allowances(isOn(body, "allow_wildcards_in_identity_templates"), isOn(body, "allow_slashes_in_identity_templates"));
        add(policies, item.labels().getFirst(), text.isPresent() ? text(text.get()) : files.of(text(file.orElseThrow())), allowances, item.at().line());
    }

    private static void add(Map<String, Acl.Named> policies, String name, String text, TemplatedPath.Allowances allowances, int line) throws BrokenException {
        var canonical = Policies.name(name);
        try {
            if (policies.put(canonical, new Acl.Named(canonical, PolicyParser.parse(Hcl.decoded(text), allowances))) != null) {
                throw new BrokenException("line " + line + ": policy " + canonical + " is there twice");
            }
        } catch (Problem.ProblemException unreadable) {
            throw new BrokenException("policy " + canonical + ": " + unreadable.getMessage());
        }
    }

    private static boolean isOn(Value.Body body, String key) {
        return body.find(key).map(value -> value instanceof Value.Bool bool && bool.value()).orElse(false);
    }

    // ---- cases ----

    private static Case oneCase(Item item, Set<String> policies) throws BrokenException {
        var body = labeledBody(item);
        requireKeys(body, Set.of("as", "path", "operation", "parameters", "wrap_ttl", "sudo", "expect", "by", "at"), "case: ");
        var as = texts(body, "as");
        for (var name : as) if (!policies.contains(name)) throw at(item, "as: there is no policy " + name);
        var by = body.find("by").isPresent() ? Optional.of(Policies.name(text(required(item, body, "by")))) : Optional.<String>empty();
        if (by.isPresent() && !policies.contains(by.get())) throw at(item, "by: there is no policy " + by.get());
        var wanted = Capability.ofOperation(text(required(item, body, "operation")))
                .orElseThrow(() -> at(item, "operation: create, read, update, patch, delete, list or scan"));
        Map<String, Object> parameters = body.find("parameters").isPresent() ? plain(body(required(item, body, "parameters"), "parameters")) : Map.of();
        var question = Question.typed(wanted, text(required(item, body, "path")), parameters, wrapTtl(item, body)).withSudo(isOn(body, "sudo"));
        boolean allowed = switch (text(required(item, body, "expect"))) {
            case "allow" -> true;
            case "deny" -> false;
            default -> throw at(item, "expect: allow or deny");
        };
        return new Case(item.labels().getFirst(), as, question, allowed, by, moment(item, body), item.at().line());
    }

    private static Optional<Duration> wrapTtl(Item item, Value.Body body) throws BrokenException {
        if (body.find("wrap_ttl").isEmpty()) return Optional.empty();
        try {
            return Optional.of(Durations.parse(text(required(item, body, "wrap_ttl"))));
        } catch (Durations.InvalidException unreadable) {
            throw at(item, "wrap_ttl: " + unreadable.getMessage());
        }
    }

    private static Optional<Instant> moment(Item item, Value.Body body) throws BrokenException {
        if (body.find("at").isEmpty()) return Optional.empty();
        try {
            return Optional.of(Instant.parse(text(required(item, body, "at"))));
        } catch (DateTimeException unreadable) {
            throw at(item, "at: a time as 2030-01-01T00:00:00Z");
        }
    }

    // ---- values ----

    private static BrokenException at(Item item, String what) {
        return new BrokenException("line " + item.at().line() + ": " + what);
    }

    private static Value required(Item item, Value.Body body, String key) throws BrokenException {
        return body.find(key).orElseThrow(() -> at(item, "no " + key));
    }

    private static Value.Body labeledBody(Item item) throws BrokenException {
        if (item.labels().size() != 1 || item.labels().getFirst().isBlank()) throw at(item, item.key() + " has one name");
        return body(item.value(), item.key());
    }

    static Value.Body body(Value value, String what) throws BrokenException {
        if (value instanceof Value.Body body) return body;
        throw new BrokenException("line " + value.at().line() + ": " + what + " must be a block");
    }

    static void requireKeys(Value.Body body, Set<String> known, String prefix) throws BrokenException {
        var once = new HashSet<String>();
        for (var item : body.items()) {
            if (!known.contains(item.key())) throw at(item, prefix + "there is no " + item.key());
            if (item.labels().isEmpty() && !(item.value() instanceof Value.Body) && !once.add(item.key())) throw at(item, prefix + item.key() + " is there twice");
        }
    }

    static String text(Value value) throws BrokenException {
        return switch (value) {
            case Value.Text text -> text.text();
            case Value.Number number -> number.text();
            case Value.Bool bool -> String.valueOf(bool.value());
            case Value.Items _, Value.Body _ -> throw new BrokenException("line " + value.at().line() + ": must be text");
        };
    }

    private static List<String> texts(Value.Body body, String key) throws BrokenException {
        var value = body.find(key);
        if (value.isEmpty()) return List.of();
        var texts = new ArrayList<String>();
        for (var each : value.get() instanceof Value.Items items ? items.values() : List.of(value.get())) texts.add(Policies.name(text(each)));
        return List.copyOf(texts);
    }

    /** As a request's JSON would have it. */
    private static Map<String, Object> plain(Value.Body body) {
        var map = new HashMap<String, Object>();
        for (var item : body.items()) map.put(item.key(), plain(item.value()));
        return Map.copyOf(map);
    }

    private static Object plain(Value value) {
        return switch (value) {
            case Value.Text text -> text.text();
            case Value.Bool bool -> bool.value();
            case Value.Number number -> new JsonNumber(number.text());
            case Value.Items items -> items.values().stream().map(Suite::plain).toList();
            case Value.Body body -> plain(body);
        };
    }
}
