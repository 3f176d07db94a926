package watchword.sdk;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The shape of a path below a mount: literal segments and parameters. {@code roles/{name}} takes one segment as {@code name};
 * {@code data/{path*}} takes whatever is left, slashes included, possibly nothing. Only literals may follow {@code {x*}}, which then takes
 * at least one segment: {@code mounts/{path*}/tune}.
 */
public record PathTemplate(String text, List<Segment> segments) {

    public sealed interface Segment {
        record Literal(String text) implements Segment {}

        record One(String name) implements Segment {}

        record Rest(String name) implements Segment {}
    }

    /** @throws IllegalArgumentException when {@code text} is not a template: a mistake in an engine's code */
    public static PathTemplate of(String text) {
        var segments = new ArrayList<Segment>();
        var names = new HashSet<String>();
        for (var part : text.isEmpty() ? new String[0] : text.split("/", -1)) {
            var segment = segment(part);
            if (!(segment instanceof Segment.Literal) && segments.stream().anyMatch(Segment.Rest.class::isInstance)) {
                throw new IllegalArgumentException("only literals may follow what takes the rest: " + text);
            }
            if (!(segment instanceof Segment.Literal) && !names.add(name(segment))) {
                throw new IllegalArgumentException("a parameter named twice: " + text);
            }
            segments.add(segment);
        }
        return new PathTemplate(text, List.copyOf(segments));
    }

    private static Segment segment(String part) {
        if (!part.startsWith("{")) return new Segment.Literal(part);
        if (part.endsWith("*}")) return new Segment.Rest(part.substring(1, part.length() - 2));
        if (part.endsWith("}")) return new Segment.One(part.substring(1, part.length() - 1));
        throw new IllegalArgumentException("unclosed parameter: " + part);
    }

    /** The parameters' names, in the order of the path. */
    public List<String> parameters() {
        return segments.stream().filter(s -> !(s instanceof Segment.Literal)).map(PathTemplate::name).toList();
    }

    /** The path with these values of its parameters. */
    public String fill(UnaryOperator<String> values) {
        return segments.stream().map(segment -> segment instanceof Segment.Literal literal ? literal.text() : values.apply(name(segment))).collect(Collectors.joining("/"));
    }

    private static String name(Segment segment) {
        return switch (segment) {
            case Segment.Literal literal -> literal.text();
            case Segment.One one -> one.name();
            case Segment.Rest rest -> rest.name();
        };
    }

    @Override
    public String toString() {
        return text;
    }
}
