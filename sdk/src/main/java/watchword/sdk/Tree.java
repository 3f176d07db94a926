package watchword.sdk;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A tree of JSON from somebody else, asked leniently for what is there and strictly for what it is: what is missing, or of another type,
 * is empty, and a number is never taken for a text.
 */
public record Tree(Map<String, Object> members) {
    private static final Tree EMPTY = new Tree(Map.of());

    @SuppressWarnings("unchecked") // names in JSON are strings
    public static Tree of(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? new Tree((Map<String, Object>) map) : EMPTY;
    }

    public Tree at(String name) {
        return get(name).map(Tree::of).orElse(EMPTY);
    }

    public Optional<Object> get(String name) {
        return Optional.ofNullable(members.get(name));
    }

    public String text(String name) {
        return members.get(name) instanceof String text ? text : "";
    }

    public boolean is(String name) {
        return members.get(name) instanceof Boolean truth && truth;
    }

    /** A whole number, or one with a fraction, cut off. */
    public Optional<Long> number(String name) {
        return switch (members.get(name)) {
            case Long whole -> Optional.of(whole);
            case JsonNumber other when other.toString().length() < 40 && Math.abs(other.doubleValue()) < 1e15 -> Optional.of((long) other.doubleValue());
            case null, default -> Optional.empty();
        };
    }

    /** The texts of a list; of one text alone, that. */
    public List<String> texts(String name) {
        return switch (members.get(name)) {
            case String one -> List.of(one);
            case List<?> several -> several.stream().filter(String.class::isInstance).map(String.class::cast).toList();
            case null, default -> List.of();
        };
    }

    /** The members that are texts. */
    public Map<String, String> texts() {
        var texts = new LinkedHashMap<String, String>();
        members.forEach((name, value) -> {
            if (value instanceof String text) texts.put(name, text);
        });
        return texts;
    }
}
