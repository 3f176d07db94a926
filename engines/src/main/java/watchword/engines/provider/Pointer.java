package watchword.engines.provider;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A place in an answer, as a JSON pointer (RFC 6901). */
record Pointer(List<String> names) {
    private static final int MOST_NAMES = 16;

    /** Empty for what is none. */
    static Optional<Pointer> parse(String text) {
        if (text.isEmpty()) return Optional.of(new Pointer(List.of()));
        if (!text.startsWith("/") || text.matches("(?s).*~(?![01]).*")) return Optional.empty();
        var names = Stream.of(text.substring(1).split("/", -1)).map(name -> name.replace("~1", "/").replace("~0", "~")).toList();
        return names.size() > MOST_NAMES ? Optional.empty() : Optional.of(new Pointer(names));
    }

    Optional<Object> in(@Nullable Object tree) {
        @Nullable Object here = tree;
        for (var name : names) {
            here = switch (here) {
                case Map<?, ?> map -> map.get(name);
                case List<?> list when name.matches("0|[1-9]\\d{0,5}") && Integer.parseInt(name) < list.size() -> list.get(Integer.parseInt(name));
                case null, default -> null;
            };
        }
        return Optional.ofNullable(here);
    }

    /** A text, or a whole number as one; empty for anything else. */
    String text(@Nullable Object tree) {
        return switch (in(tree).orElse("")) {
            case String text -> text;
            case Long whole -> Long.toString(whole);
            default -> "";
        };
    }
}
