package watchword.core.wire;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import watchword.core.json.Json;
import watchword.core.wire.Shape.MismatchException;
import watchword.core.wire.Shape.Mode;
import watchword.sdk.JsonNumber;
import watchword.sdk.Secret;

/** The closed list of types that a record's component may have. An engine cannot add one on its own. */
final class Shapes {
    private Shapes() {}

    /** Stands for a value that is not told. */
    private static final String MASK = "***";

    static final Shape<String> STRING = shape("string", Shapes::text, (value, mode) -> value, "");
    static final Shape<Long> LONG = shape("integer", (tree, mode) -> integer(tree), (value, mode) -> value, 0L);
    static final Shape<Integer> INT = shape("integer", (tree, mode) -> smallInteger(tree), (value, mode) -> value.longValue(), 0);
    static final Shape<Boolean> BOOLEAN = shape("boolean", (tree, mode) -> truth(tree), (value, mode) -> value, false);
    static final Shape<Duration> DURATION = shape("duration", Shapes::duration, Shapes::writeDuration, Duration.ZERO);
    static final Shape<Instant> INSTANT = shape("timestamp", (tree, mode) -> instant(tree), (value, mode) -> value.toString(), Instant.EPOCH);
    static final Shape<Secret> SECRET = shape("password", Shapes::secret, Shapes::writeSecret, Secret.copyOf(""));
    static final Shape<Object> ANY = shape("any", (tree, mode) -> tree, Shapes::writeAny, "");
    /** See {@link watchword.sdk.Unsplit}. */
    static final Shape<List<String>> TEXTS = new Shape<>("array", Map.of("type", "array", "items", STRING.openApi()), (tree, mode) -> texts(tree), (list, mode) -> list, List::of);
    static final Shape<Map<String, Object>> OBJECT = shape("object", (tree, mode) -> object(tree), Shapes::writeAny, Map.of());

    static Shape<?> of(Type type) {
        return switch (type) {
            case Class<?> plain -> ofClass(plain);
            case ParameterizedType generic -> ofGeneric(generic);
            default -> throw new IllegalArgumentException("no wire form for " + type);
        };
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // the class is the type argument
    private static Shape<?> ofClass(Class<?> type) {
        if (type == String.class) return STRING;
        if (type == long.class || type == Long.class) return LONG;
        if (type == int.class || type == Integer.class) return INT;
        if (type == boolean.class || type == Boolean.class) return BOOLEAN;
        if (type == Duration.class) return DURATION;
        if (type == Instant.class) return INSTANT;
        if (type == Secret.class) return SECRET;
        if (type == Object.class) return ANY;
        if (type.isEnum()) return ofEnum((Class) type);
        if (type.isRecord()) return ofRecord((Class) type);
        throw new IllegalArgumentException("no wire form for " + type);
    }

    private static Shape<?> ofGeneric(ParameterizedType type) {
        var arguments = type.getActualTypeArguments();
        if (type.getRawType() == List.class) return ofList(of(arguments[0]));
        if (type.getRawType() == Map.class && arguments[0] == String.class) {
            return arguments[1] == Object.class ? OBJECT : ofMap(of(arguments[1]));
        }
        throw new IllegalArgumentException("no wire form for " + type);
    }

    private static <T> Shape<List<T>> ofList(Shape<T> element) {
        return new Shape<>("array", Map.of("type", "array", "items", element.openApi()),
                (tree, mode) -> readList(element, tree, mode),
                (list, mode) -> list.stream().map(value -> element.writer().write(value, mode)).toList(),
                List::of);
    }

    private static <T> List<T> readList(Shape<T> element, Object tree, Mode mode) throws MismatchException {
        var parts = switch (tree) {
            case List<?> list -> list;
            case String text when text.isBlank() -> List.of();
            case String text -> List.of(text.split(",", -1));
            case Map<?, ?> _ -> throw mismatch("[]" + element.name(), tree);
            default -> List.of(tree);
        };
        var read = new ArrayList<T>(parts.size());
        for (var part : parts) {
            if (part == null) continue;
            read.add(element.reader().read(part instanceof String text && element == STRING ? text.trim() : part, mode));
        }
        return List.copyOf(read);
    }

    private static <T> Shape<Map<String, T>> ofMap(Shape<T> value) {
        return new Shape<>("object", Map.of("type", "object", "additionalProperties", value.openApi()), (tree, mode) -> {
            var read = new LinkedHashMap<String, T>();
            for (var entry : pairs(tree).entrySet()) {
                if (entry.getValue() != null) read.put(entry.getKey(), value.reader().read(entry.getValue(), mode));
            }
            return Collections.unmodifiableMap(read);
        }, (map, mode) -> {
            var written = new LinkedHashMap<String, @Nullable Object>();
            map.forEach((key, each) -> written.put(key, value.writer().write(each, mode)));
            return written;
        }, Map::of);
    }

    /** A map may come as an object, or as the text of one; or, on a command line, as {@code ["k=v", ...]} or {@code "k=v"}. */
    private static Map<String, Object> pairs(Object tree) throws MismatchException {
        if (tree instanceof Map<?, ?>) return object(tree);
        if (tree instanceof String text && text.isBlank()) return Map.of();
        if (tree instanceof String text && text.strip().startsWith("{")) return written(text);
        var pairs = new LinkedHashMap<String, Object>();
        for (var each : tree instanceof List<?> list ? list : List.of(tree)) {
            if (!(each instanceof String text) || text.indexOf('=') < 1) throw mismatch("map[string]string", tree);
            pairs.put(text.substring(0, text.indexOf('=')).trim(), text.substring(text.indexOf('=') + 1).trim());
        }
        return pairs;
    }

    private static Map<String, Object> written(String text) throws MismatchException {
        try {
            if (Json.parse(text.getBytes(StandardCharsets.UTF_8)) instanceof Map<?, ?> map) return object(map);
            throw mismatch("map[string]string", text);
        } catch (Json.MalformedException malformed) {
            throw mismatch("map[string]string", text);
        }
    }

    private static List<String> texts(Object tree) throws MismatchException {
        if (tree instanceof Map<?, ?>) throw mismatch("[]string", tree);
        var read = new ArrayList<String>();
        for (var part : tree instanceof List<?> list ? list : tree.equals("") ? List.of() : List.of(tree)) {
            if (part != null) read.add(text(part, Mode.WIRE));
        }
        return List.copyOf(read);
    }

    private static <E extends Enum<E>> Shape<E> ofEnum(Class<E> type) {
        var constants = type.getEnumConstants();
        return new Shape<>("string", Map.of("type", "string", "enum", List.of(constants).stream().map(Shapes::kebab).toList()), (tree, mode) -> {
            for (var constant : constants) {
                if (kebab(constant).equals(tree)) return constant;
            }
            throw new MismatchException("expected one of " + String.join(", ", List.of(constants).stream().map(Shapes::kebab).toList()));
        }, (value, mode) -> kebab(value), () -> constants[0]);
    }

    private static String kebab(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static <R extends Record> Shape<R> ofRecord(Class<R> type) {
        var schema = Schema.of(type);
        return new Shape<>("object", schema.openApi(), (tree, mode) -> {
            try {
                return schema.decode(object(tree), mode);
            } catch (Schema.FieldException field) {
                throw new MismatchException(field.field() + ": " + field.getMessage());
            }
        }, schema::encode, schema::decodeEmpty);
    }

    private static <T> Shape<T> shape(String name, Shape.Reader<T> reader, Shape.Writer<T> writer, T zero) {
        Map<String, Object> openApi = switch (name) {
            case "duration" -> Map.of("type", "string", "format", "duration");
            case "timestamp" -> Map.of("type", "string", "format", "date-time");
            case "password" -> Map.of("type", "string", "format", "password");
            case "any" -> Map.of();
            default -> Map.of("type", name);
        };
        return new Shape<>(name, openApi, reader, writer, () -> zero);
    }

    // ---- single values ----

    private static String text(Object tree, Mode mode) throws MismatchException {
        return switch (tree) {
            case String text -> text;
            case Number number -> number.toString();
            case Boolean truth -> truth ? "1" : "0";
            default -> throw mismatch("string", tree);
        };
    }

    static long integer(Object tree) throws MismatchException {
        try {
            return switch (tree) {
                case Long number -> number;
                case Integer number -> number;
                case JsonNumber number when number.toString().length() < 40 && !number.toString().toLowerCase(Locale.ROOT).contains("e") ->
                        number.decimalValue().longValueExact();
                case String text when text.isBlank() -> 0L;
                case String text -> Long.parseLong(text.trim());
                case Boolean truth -> truth ? 1 : 0;
                default -> throw mismatch("int", tree);
            };
        } catch (NumberFormatException | ArithmeticException notAnInteger) {
            throw new MismatchException("'' cannot parse value as 'int': strconv.ParseInt: invalid syntax");
        }
    }

    private static int smallInteger(Object tree) throws MismatchException {
        long value = integer(tree);
        if (value != (int) value) throw new MismatchException("'' cannot parse value as 'int': strconv.ParseInt: value out of range");
        return (int) value;
    }

    private static boolean truth(Object tree) throws MismatchException {
        return switch (tree) {
            case Boolean truth -> truth;
            case Long number -> number != 0;
            case String text -> switch (text.trim().toLowerCase(Locale.ROOT)) {
                case "1", "t", "true" -> true;
                case "0", "f", "false", "" -> false;
                default -> throw new MismatchException("'' cannot parse value as 'bool': strconv.ParseBool: invalid syntax");
            };
            default -> throw mismatch("bool", tree);
        };
    }

    private static Duration duration(Object tree, Mode mode) throws MismatchException {
        try {
            return switch (tree) {
                case String text when mode == Mode.STORE && text.startsWith("P") -> Duration.parse(text);
                case String text -> Durations.parse(text);
                case Long seconds -> Durations.parse(seconds.toString());
                case JsonNumber number -> Durations.parse(number.toString() + "s");
                default -> throw mismatch("duration", tree);
            };
        } catch (Durations.InvalidException invalid) {
            throw new MismatchException(String.valueOf(invalid.getMessage()));
        }
    }

    private static Object writeDuration(Duration duration, Mode mode) {
        return mode == Mode.STORE ? duration.toString() : duration.toSeconds();
    }

    private static Instant instant(Object tree) throws MismatchException {
        try {
            return switch (tree) {
                case String text -> Instant.parse(text);
                case Long seconds -> Instant.ofEpochSecond(seconds);
                default -> throw mismatch("timestamp", tree);
            };
        } catch (DateTimeException | ArithmeticException invalid) {
            throw new MismatchException("expected a time as in 2030-01-01T00:00:00Z");
        }
    }

    private static Secret secret(Object tree, Mode mode) throws MismatchException {
        if (mode == Mode.STORE && tree instanceof String text) return Secret.owning(Base64.getDecoder().decode(text));
        return Secret.copyOf(text(tree, mode));
    }

    private static Object writeSecret(Secret secret, Mode mode) {
        return switch (mode) {
            case WIRE -> secret;
            case STORE -> secret.use(bytes -> Base64.getEncoder().encodeToString(bytes));
            case MASKED -> secret.size() == 0 ? "" : MASK;
        };
    }

    /** What a client may put anything into may hold secrets. */
    private static Object writeAny(Object value, Mode mode) {
        return mode == Mode.MASKED ? masked(value) : value;
    }

    private static Object masked(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                var names = new LinkedHashMap<String, Object>();
                map.forEach((name, each) -> names.put(String.valueOf(name), masked(each)));
                yield names;
            }
            case List<?> list -> list.stream().map(Shapes::masked).toList();
            case null, default -> MASK;
        };
    }

    @SuppressWarnings("unchecked") // JSON object keys are strings
    static Map<String, Object> object(Object tree) throws MismatchException {
        if (tree instanceof Map<?, ?> map) return (Map<String, Object>) map;
        throw mismatch("map[string]interface {}", tree);
    }

    private static MismatchException mismatch(String expected, Object tree) {
        return new MismatchException("'' expected type '" + expected + "', got unconvertible type '" + goType(tree) + "'");
    }

    private static String goType(Object tree) {
        return switch (tree) {
            case String _ -> "string";
            case Boolean _ -> "bool";
            case Number _ -> "json.Number";
            case List<?> _ -> "[]interface {}";
            default -> "map[string]interface {}";
        };
    }

    static boolean isEmpty(@Nullable Object value) {
        return value == null || (value instanceof Optional<?> optional && optional.isEmpty())
                || (value instanceof Map<?, ?> map && map.isEmpty()) || (value instanceof List<?> list && list.isEmpty())
                || (value instanceof String text && text.isEmpty());
    }
}
