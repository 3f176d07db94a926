package watchword.core.mount;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import watchword.core.wire.Schema;
import watchword.sdk.PathTemplate.Segment;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;

/**
 * An engine's routes as a tree of path segments. A literal segment is tried before a parameter, and a parameter before the rest of the
 * path, so the more specific route answers. Immutable.
 */
public final class RouteTable {
    private final Node root = new Node();
    private final List<Bound<?, ?>> all;

    /** @throws IllegalArgumentException when two routes answer the same operation on the same paths; names both */
    public RouteTable(List<? extends Route<?, ?>> routes) {
        this.all = routes.stream().<Bound<?, ?>>map(RouteTable::bind).toList();
        for (var bound : all) root.add(bound, 0);
    }

    private static <I extends Record, O extends Record> Bound<I, O> bind(Route<I, O> route) {
        return new Bound<>(route, Schema.of(route.input()), Schema.of(route.output()), route.path().parameters());
    }

    /** A route with the schemas of its records. */
    public record Bound<I extends Record, O extends Record>(Route<I, O> route, Schema<I> input, Schema<O> output, List<String> parameters) {}

    /** What a path led to: a route and its parameters, a path without that operation, or nothing. */
    public sealed interface Match {
        record Found(Bound<?, ?> bound, Map<String, String> parameters) implements Match {
            /** A path with secrets in it masked, as in the older form of a token's look-up. */
            public String shown(String path) {
                for (var field : bound.input().fields()) {
                    var value = parameters.get(field.name());
                    if (value != null && !value.isEmpty() && field.typeName().equals("password")) path = path.replace(value, "***");
                }
                return path;
            }
        }

        record OtherOperations() implements Match {}

        record Nothing() implements Match {}
    }

    private static final Match OTHER = new Match.OtherOperations();
    private static final Match NOTHING = new Match.Nothing();

    public List<Bound<?, ?>> all() {
        return all;
    }

    /** @param path below the mount; for a list or scan with or without its trailing slash */
    public Match match(Operation operation, String path) {
        boolean folder = operation == Operation.LIST || operation == Operation.SCAN;
        var plain = folder && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        var values = new String[16];
        return root.match(operation, plain, 0, values, 0);
    }

    /** Routes of every operation on a path, for help. */
    public List<Bound<?, ?>> on(String path) {
        return List.of(Operation.values()).stream()
                .map(operation -> match(operation, path))
                .<Bound<?, ?>>mapMulti((match, out) -> {
                    if (match instanceof Match.Found found) out.accept(found.bound());
                })
                .toList();
    }

    private static final class Node {
        private final Map<String, Node> literals = new HashMap<>();
        private @Nullable Node one;
        private final Map<Operation, Bound<?, ?>> here = new EnumMap<>(Operation.class);
        private final Map<Operation, Bound<?, ?>> rest = new EnumMap<>(Operation.class);
        /** What takes the rest but for an ending, by the ending with its slash before it. */
        private final Map<String, Map<Operation, Bound<?, ?>>> endings = new HashMap<>();

        void add(Bound<?, ?> bound, int depth) {
            var segments = bound.route().path().segments();
            if (depth == segments.size()) {
                put(here, bound);
                return;
            }
            switch (segments.get(depth)) {
                case Segment.Literal literal -> literals.computeIfAbsent(literal.text(), _ -> new Node()).add(bound, depth + 1);
                case Segment.One _ -> {
                    if (one == null) one = new Node();
                    one.add(bound, depth + 1);
                }
                case Segment.Rest _ -> put(depth + 1 == segments.size() ? rest : endings.computeIfAbsent(ending(segments.subList(depth + 1, segments.size())), _ -> new EnumMap<>(Operation.class)), bound);
            }
        }

        private static String ending(List<Segment> literals) {
            var text = new StringBuilder();
            for (var each : literals) text.append('/').append(((Segment.Literal) each).text());
            return text.toString();
        }

        private static void put(Map<Operation, Bound<?, ?>> routes, Bound<?, ?> bound) {
            var other = routes.put(bound.route().operation(), bound);
            if (other != null) {
                throw new IllegalArgumentException(
                        "two routes answer " + bound.route().operation() + ": " + other.route().path() + " and " + bound.route().path());
            }
        }

        Match match(Operation operation, String path, int from, String[] values, int taken) {
            if (from > path.length() || path.isEmpty()) {
                var end = found(here, operation, values, taken, null);
                return end == NOTHING ? found(rest, operation, values, taken, "") : end;
            }
            int slash = path.indexOf('/', from);
            int to = slash < 0 ? path.length() : slash;
            var segment = path.substring(from, to);
            Match best = NOTHING;
            var literal = literals.get(segment);
            if (literal != null) {
                best = literal.match(operation, path, to + 1, values, taken);
                if (best instanceof Match.Found) return best;
            }
            if (one != null && !segment.isEmpty() && taken < values.length) {
                values[taken] = segment;
                var match = one.match(operation, path, to + 1, values, taken + 1);
                if (match instanceof Match.Found) return match;
                if (match == OTHER) best = match;
            }
            for (var ending : endings.entrySet()) {
                int end = path.length() - ending.getKey().length();
                if (end <= from || !path.endsWith(ending.getKey())) continue;
                var match = found(ending.getValue(), operation, values, taken, path.substring(from, end));
                if (match instanceof Match.Found) return match;
                best = match;
            }
            var match = found(rest, operation, values, taken, path.substring(from));
            return match == NOTHING || (match == OTHER && best == OTHER) ? best : match;
        }

        private static Match found(Map<Operation, Bound<?, ?>> routes, Operation operation, String[] values, int taken, @Nullable String rest) {
            if (routes.isEmpty()) return NOTHING;
            var bound = routes.get(operation);
            if (bound == null) return OTHER;
            var names = bound.parameters();
            if (names.isEmpty()) return new Match.Found(bound, Map.of());
            if (names.size() == 1) return new Match.Found(bound, Map.of(names.getFirst(), rest != null && taken == 0 ? rest : values[0]));
            var parameters = new HashMap<String, String>();
            for (int i = 0; i < taken; i++) parameters.put(names.get(i), values[i]);
            if (rest != null) parameters.put(names.getLast(), rest);
            return new Match.Found(bound, parameters);
        }
    }
}
