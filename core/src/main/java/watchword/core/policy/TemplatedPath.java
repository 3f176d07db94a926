package watchword.core.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A rule's path in which {@code {{identity...}}} stands for something that the caller's identity tells, and {@code {{run}}} for its run.
 *
 * <p>A value can widen a rule: a user called {@code *} would turn {@code home/{{identity.entity.name}}/x} into a rule for every home. So a
 * value with a wildcard, slash, comma, control character or relative segment makes the rule void, unless the policy was told to take
 * wildcards or slashes. In the name of a run, slashes are between the claims that make it, and stand.
 *
 * @param text as written, without a leading slash
 */
public record TemplatedPath(String text, List<Part> parts) {
    private static final String RUN = "run";

    /** What a policy lets values contain. */
    public record Allowances(boolean wildcards, boolean slashes) {
        public static final Allowances NONE = new Allowances(false, false);
    }

    public sealed interface Part {
        record Literal(String text) implements Part {}

        /** @param ofClaims slashes in it are ours, not of who chose the value */
        record Value(Selector selector, boolean ofClaims) implements Part {}

        /** Names nothing that there is; a rule with it is always void. */
        record Unknown(String text) implements Part {}
    }

    @FunctionalInterface
    public interface Selector {
        Optional<String> of(IdentityView identity);
    }

    /** Braces that do not match. */
    static final class UnbalancedException extends Exception {
        UnbalancedException() {
            super("unbalanced templating characters", null, false, false);
        }
    }

    static TemplatedPath of(String text) throws UnbalancedException {
        var parts = new ArrayList<Part>();
        int at = 0;
        for (int open = text.indexOf("{{"); open >= 0; open = text.indexOf("{{", at)) {
            addLiteral(parts, text.substring(at, open));
            int close = text.indexOf("}}", open);
            if (close < 0) throw new UnbalancedException();
            var name = text.substring(open + 2, close);
            if (name.contains("{{")) throw new UnbalancedException();
            parts.add(selector(name.strip()).<Part>map(selector -> new Part.Value(selector, name.strip().equals(RUN))).orElseGet(() -> new Part.Unknown(name.strip())));
            at = close + 2;
        }
        addLiteral(parts, text.substring(at));
        return new TemplatedPath(text, List.copyOf(parts));
    }

    private static void addLiteral(List<Part> parts, String text) throws UnbalancedException {
        if (text.contains("}}")) throw new UnbalancedException();
        if (!text.isEmpty()) parts.add(new Part.Literal(text));
    }

    public boolean isTemplated() {
        return parts.stream().anyMatch(part -> !(part instanceof Part.Literal));
    }

    /** The path for one identity; empty when the rule is void for it. */
    Optional<String> resolve(IdentityView identity, Allowances allowances) {
        if (!isTemplated()) return Optional.of(text);
        var path = new StringBuilder();
        for (var part : parts) {
            switch (part) {
                case Part.Literal literal -> path.append(literal.text());
                case Part.Unknown _ -> {
                    return Optional.empty();
                }
                case Part.Value value -> {
                    var found = value.selector().of(identity);
                    if (found.isEmpty() || !isHarmless(found.get(), new Allowances(allowances.wildcards(), allowances.slashes() || value.ofClaims()))) return Optional.empty();
                    path.append(found.get());
                }
            }
        }
        return path.indexOf("+*") >= 0 ? Optional.empty() : Optional.of(path.toString());
    }

    private static boolean isHarmless(String value, Allowances allowances) {
        if (value.isEmpty() || value.indexOf(',') >= 0) return false;
        if (!allowances.wildcards() && (value.indexOf('*') >= 0 || value.indexOf('+') >= 0)) return false;
        if (!allowances.slashes() && value.indexOf('/') >= 0) return false;
        if (value.codePoints().anyMatch(TemplatedPath::isUnseen)) return false;
        for (var segment : value.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) return false;
        }
        return true;
    }

    private static boolean isUnseen(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.UNASSIGNED -> true;
            default -> false;
        };
    }

    private static Optional<Selector> selector(String name) {
        if (name.equals(RUN)) return Optional.of(identity -> Optional.of(identity.run()));
        if (name.matches("run\\.[1-9][0-9]?")) return Optional.of(identity -> claim(identity.run(), Integer.parseInt(name.substring("run.".length()))));
        if (name.startsWith("identity.entity.")) return entity(name.substring("identity.entity.".length()));
        if (name.startsWith("identity.groups.ids.")) return group(name.substring("identity.groups.ids.".length()), IdentityView::groupById);
        if (name.startsWith("identity.groups.names.")) return group(name.substring("identity.groups.names.".length()), IdentityView::groupByName);
        return Optional.empty();
    }

    /** One of the claims that a run's name is made of, counted from 1. */
    private static Optional<String> claim(String run, int number) {
        var claims = run.split("/", -1);
        return number > claims.length ? Optional.empty() : Optional.of(claims[number - 1]);
    }

    private static Optional<Selector> entity(String name) {
        if (name.equals("id")) return Optional.of(identity -> Optional.of(identity.entityId()));
        if (name.equals("name")) return Optional.of(identity -> Optional.of(identity.entityName()));
        if (name.startsWith("metadata.")) return Optional.of(identity -> value(identity.metadata(), name.substring("metadata.".length())));
        return name.startsWith("aliases.") ? alias(name.substring("aliases.".length())) : Optional.empty();
    }

    private static Optional<Selector> alias(String name) {
        int dot = name.indexOf('.');
        if (dot < 1) return Optional.empty();
        var accessor = name.substring(0, dot);
        var what = name.substring(dot + 1);
        if (what.equals("id")) return Optional.of(identity -> identity.alias(accessor).map(IdentityView.Alias::id));
        if (what.equals("name")) return Optional.of(identity -> identity.alias(accessor).map(IdentityView.Alias::name));
        if (what.startsWith("metadata.")) {
            return Optional.of(identity -> identity.alias(accessor).flatMap(alias -> value(alias.metadata(), what.substring("metadata.".length()))));
        }
        if (what.startsWith("custom_metadata.")) {
            return Optional.of(identity -> identity.alias(accessor).flatMap(alias -> value(alias.customMetadata(), what.substring("custom_metadata.".length()))));
        }
        return Optional.empty();
    }

    @FunctionalInterface
    private interface FindGroup {
        Optional<IdentityView.Group> in(IdentityView identity, String key);
    }

    private static Optional<Selector> group(String name, FindGroup find) {
        int dot = name.indexOf('.');
        if (dot < 1) return Optional.empty();
        var key = name.substring(0, dot);
        var what = name.substring(dot + 1);
        if (what.equals("id")) return Optional.of(identity -> find.in(identity, key).map(IdentityView.Group::id));
        if (what.equals("name")) return Optional.of(identity -> find.in(identity, key).map(IdentityView.Group::name));
        if (what.startsWith("metadata.")) {
            return Optional.of(identity -> find.in(identity, key).flatMap(group -> value(group.metadata(), what.substring("metadata.".length()))));
        }
        return Optional.empty();
    }

    private static Optional<String> value(Map<String, String> metadata, String key) {
        return Optional.ofNullable(metadata.get(key));
    }
}
