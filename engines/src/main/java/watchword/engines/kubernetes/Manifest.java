package watchword.engines.kubernetes;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import watchword.sdk.JsonCodec;
import watchword.sdk.Tree;

/** A text in JSON or YAML, as people write them for a cluster: an object of plain values. */
public final class Manifest {
    private static final int MOST_CHARACTERS = 256 << 10;
    private static final int MOST_DEPTH = 32;

    private Manifest() {}

    /** Empty for what is neither, and for one with aliases, which could stand for more than is written. */
    public static Optional<Tree> read(String text, JsonCodec json) {
        if (text.length() > MOST_CHARACTERS) return Optional.empty();
        if (text.stripLeading().startsWith("{")) return json.read(text.getBytes(StandardCharsets.UTF_8)).filter(Map.class::isInstance).map(Tree::of);
        try {
            var settings = LoadSettings.builder().setMaxAliasesForCollections(0).setAllowDuplicateKeys(false).setCodePointLimit(MOST_CHARACTERS).build();
            if (!isShallow(settings, text)) return Optional.empty();
            return new Load(settings).loadFromString(text) instanceof Map<?, ?> map ? Optional.of(Tree.of(plain(map, 0))) : Optional.empty();
        } catch (YamlEngineException | IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    /** Looked at before it is loaded, which goes as deep as the text does. */
    private static boolean isShallow(LoadSettings settings, String text) {
        int depth = 0;
        for (var event : new Parse(settings).parseString(text)) {
            if (event instanceof CollectionStartEvent && ++depth > MOST_DEPTH) return false;
            if (event instanceof CollectionEndEvent) depth--;
        }
        return true;
    }

    private static Object plain(@Nullable Object value, int depth) {
        if (depth > MOST_DEPTH) throw new IllegalArgumentException("too deep");
        return switch (value) {
            case Map<?, ?> map -> {
                var members = new LinkedHashMap<String, Object>();
                map.forEach((name, member) -> {
                    if (member != null) members.put(String.valueOf(name), plain(member, depth + 1));
                });
                yield members;
            }
            case List<?> list -> list.stream().map(each -> plain(each, depth + 1)).toList();
            case Integer whole -> (long) whole;
            case String text -> text;
            case Boolean truth -> truth;
            case Long whole -> whole;
            case null, default -> throw new IllegalArgumentException("no plain value");
        };
    }
}
