package watchword.server.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import watchword.core.hcl.Hcl.Item;
import watchword.core.hcl.Hcl.Value;
import watchword.core.wire.Schema;
import watchword.sdk.JsonNumber;

/**
 * One block, or what all files say outside of blocks: read into the records that declare its settings, and remembers where each stands.
 * What no record took is left over, to be named.
 */
final class Section {
    private final String name;
    private final Place place;
    private final Map<String, Place> places = new LinkedHashMap<>();
    private final Map<String, Object> tree = new LinkedHashMap<>();
    private final Set<String> known = new LinkedHashSet<>();
    private final Map<String, Object> effective = new LinkedHashMap<>();

    /** Where something stands. @param line 0 where it is not known */
    record Place(String file, int line) {
        @Override
        public String toString() {
            return file + (line > 0 ? ":" + line : "");
        }
    }

    /** An item and the file it is from. */
    record Placed(String file, Item item) {
        Place place() {
            return new Place(file, item.at().line());
        }

        /** As it is written: {@code listener "tcp"}. */
        String name() {
            var name = new StringBuilder(item.key());
            for (var label : item.labels()) name.append(" \"").append(label).append('"');
            return name.toString();
        }
    }

    /** What is said last counts. */
    Section(String name, Place place, List<Placed> items) {
        this.name = name;
        this.place = place;
        for (var each : items) {
            if (!each.item().labels().isEmpty()) continue;
            places.put(each.item().key(), each.place());
            tree.put(each.item().key(), tree(each.item().value()));
        }
    }

    /** @throws ConfigException when what stands there is no block */
    static Section of(Placed block) throws ConfigException {
        if (!(block.item().value() instanceof Value.Body body)) throw new ConfigException(block.place() + ": " + block.name() + " must be a block");
        return new Section(block.name(), block.place(), body.items().stream().map(item -> new Placed(block.file(), item)).toList());
    }

    private static Object tree(Value value) {
        return switch (value) {
            case Value.Text text -> text.text();
            case Value.Bool bool -> bool.value();
            case Value.Number number -> number(number.text());
            case Value.Items items -> items.values().stream().map(Section::tree).toList();
            case Value.Body body -> {
                var map = new LinkedHashMap<String, Object>();
                for (var item : body.items()) map.put(item.key(), tree(item.value()));
                yield map;
            }
        };
    }

    private static Object number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notWhole) {
            return new JsonNumber(text);
        }
    }

    <R extends Record> R read(Schema<R> schema) throws ConfigException {
        var wanted = new LinkedHashMap<String, Object>();
        for (var field : schema.fields()) {
            known.add(field.name());
            var value = tree.get(field.name());
            if (value != null) wanted.put(field.name(), isEnum(field) && value instanceof String text ? text.toLowerCase(Locale.ROOT) : value);
        }
        try {
            var read = schema.decodeRequest(wanted, Map.of());
            effective.putAll(schema.encodeAnswer(read));
            return read;
        } catch (Schema.FieldException unreadable) {
            throw wrong(unreadable.field(), "must be " + kind(schema, unreadable.field()));
        } catch (RefusedException refused) {
            throw wrong(refused);
        }
    }

    private static boolean isEnum(Schema.Field field) {
        return field.openApi().containsKey("enum");
    }

    private static String kind(Schema<?> schema, String name) {
        var field = schema.fields().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
        if (field.openApi().get("enum") instanceof List<?> words) return "one of " + String.join(", ", words.stream().map(Object::toString).toList());
        return switch (field.typeName()) {
            case "integer" -> "a whole number";
            case "boolean" -> "true or false";
            case "duration" -> "a duration, such as 768h or 30m";
            case "array" -> "a list of texts";
            case "object" -> "a block";
            default -> "text";
        };
    }

    ConfigException wrong(RefusedException refused) {
        return wrong(refused.setting(), String.valueOf(refused.getMessage()));
    }

    ConfigException wrong(String setting, String what) {
        return new ConfigException(at(setting) + what);
    }

    private String at(String setting) {
        return places.getOrDefault(setting, place) + ": " + (name.isEmpty() ? "" : name + ": ") + setting + " ";
    }

    /** Takes settings that no record declares. */
    Map<String, String> texts(Set<String> except) {
        var texts = new LinkedHashMap<String, String>();
        tree.forEach((key, value) -> {
            if (except.contains(key) || value instanceof Map<?, ?>) return;
            known.add(key);
            texts.put(key, value.toString());
        });
        return texts;
    }

    /**
     * What nobody took.
     *
     * @param foreign why each setting of another server is not used; nothing of those that mean nothing here anyway
     * @param unknown those that nobody knows
     */
    record LeftOver(List<String> foreign, List<String> unknown) {}

    /**
     * Names what nobody took.
     *
     * @param more names besides the settings that may have been meant
     * @throws ConfigException for a name that is almost one of ours: to pass over what was meant to protect would be worse than not to start
     */
    LeftOver leftOver(Foreign foreign, Set<String> more) throws ConfigException {
        var left = new LeftOver(new ArrayList<>(), new ArrayList<>());
        for (var key : tree.keySet()) {
            if (known.contains(key)) continue;
            if (foreign.knows(key)) {
                foreign.why(key).ifPresent(why -> left.foreign().add(at(key) + why));
                continue;
            }
            var near = Likeness.of(key, known).or(() -> Likeness.of(key, more));
            if (near.isPresent()) throw wrong(key, "is not known; did you mean " + near.get() + "?");
            left.unknown().add(at(key) + "is not known and is passed over");
        }
        return left;
    }

    /** What a setting comes to, where that is more than was written. */
    void comesTo(String setting, Object value) {
        effective.put(setting, value);
    }

    /** Its name and what it comes to, defaults included. */
    ServerConfig.Effective effective() {
        return new ServerConfig.Effective(name, new LinkedHashMap<>(effective));
    }
}
