package watchword.core.wire;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import watchword.core.wire.Shape.MismatchException;
import watchword.core.wire.Shape.Mode;
import watchword.sdk.Body;
import watchword.sdk.Default;
import watchword.sdk.Doc;
import watchword.sdk.Inline;
import watchword.sdk.Name;
import watchword.sdk.OrNull;
import watchword.sdk.Unsplit;

/**
 * A record as a list of fields: reads it from a tree, writes it to one, and describes it. The only class that reflects on records; made
 * once, when an engine mounts or a table opens. Any thread.
 *
 * <p>A component is a field by its name in snake_case. A field that was not sent is its {@link Default}, else empty ({@code ""}, 0,
 * {@code false}, no elements); {@code Optional} tells the two apart. {@link Body} takes or gives the whole object; the fields of an
 * {@link Inline} record stand among those of the record that has it.
 */
public final class Schema<R extends Record> {
    private final Class<R> type;
    /** By component. */
    private final List<Part> parts;
    private final List<Field> fields;
    private final MethodHandle constructor;

    private Schema(Class<R> type, List<Part> parts, MethodHandle constructor) {
        this.type = type;
        this.parts = parts;
        this.fields = parts.stream().flatMap(part -> part.fields().stream()).toList();
        this.constructor = constructor;
    }

    /** What one component of the record is: a field, or a record whose fields stand among ours. */
    private sealed interface Part {
        List<Field> fields();

        record One(Field field) implements Part {
            @Override
            public List<Field> fields() {
                return List.of(field);
            }
        }

        record Several(Schema<Record> schema, MethodHandle accessor) implements Part {
            @Override
            public List<Field> fields() {
                return schema.fields();
            }
        }
    }

    /** One field, for those who describe an API. */
    public record Field(String name, String doc, String typeName, boolean optional, boolean body, boolean orNull, Optional<Object> defaultTree,
            Shape<Object> shape, MethodHandle accessor) {
        /** The field in OpenAPI's words. */
        public Map<String, Object> openApi() {
            var described = new LinkedHashMap<>(shape.openApi());
            if (!doc.isEmpty()) described.put("description", doc);
            if (orNull) described.put("nullable", true);
            defaultTree.ifPresent(value -> described.put("default", typed(value)));
            return described;
        }

        /** As the field's type has it, since defaults are written as text. */
        private Object typed(Object value) {
            return switch (typeName) {
                case "boolean" -> Boolean.valueOf(value.toString());
                case "integer" -> Long.valueOf(value.toString());
                default -> value;
            };
        }
    }

    /** A field whose value cannot be read. */
    public static final class FieldException extends Exception {
        private final String field;

        FieldException(String field, String message) {
            super(message, null, false, false);
            this.field = field;
        }

        public String field() {
            return field;
        }
    }

    public static <R extends Record> Schema<R> of(Class<R> type) {
        try {
            var components = type.getRecordComponents();
            var lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
            var parts = new ArrayList<Part>(components.length);
            for (var component : components) parts.add(part(component, lookup));
            var signature = MethodType.methodType(void.class, Arrays.stream(components).map(RecordComponent::getType).toList());
            var constructor = lookup.findConstructor(type, signature).asSpreader(Object[].class, components.length)
                    .asType(MethodType.methodType(Record.class, Object[].class));
            return new Schema<>(type, List.copyOf(parts), constructor);
        } catch (ReflectiveOperationException | IllegalArgumentException wrong) {
            throw new IllegalStateException("cannot use " + type.getName() + " as a schema: " + wrong.getMessage(), wrong);
        }
    }

    @SuppressWarnings("unchecked") // a schema is only ever used with values of its own component
    private static Part part(RecordComponent component, MethodHandles.Lookup lookup) throws IllegalAccessException {
        if (!component.isAnnotationPresent(Inline.class)) return new Part.One(field(component, lookup));
        var schema = (Schema<Record>) of((Class<? extends Record>) component.getType().asSubclass(Record.class));
        return new Part.Several(schema, accessor(component, lookup));
    }

    private static MethodHandle accessor(RecordComponent component, MethodHandles.Lookup lookup) throws IllegalAccessException {
        return lookup.unreflect(component.getAccessor()).asType(MethodType.methodType(Object.class, Record.class));
    }

    @SuppressWarnings("unchecked") // a shape is only ever used with values of its own component
    private static Field field(RecordComponent component, MethodHandles.Lookup lookup) throws IllegalAccessException {
        Type declared = component.getGenericType();
        boolean optional = component.getType() == Optional.class;
        var shape = (Shape<Object>) (component.isAnnotationPresent(Unsplit.class) ? Shapes.TEXTS : Shapes.of(optional ? ((ParameterizedType) declared).getActualTypeArguments()[0] : declared));
        var name = Optional.ofNullable(component.getAnnotation(Name.class)).map(Name::value).orElse(snake(component.getName()));
        var doc = Optional.ofNullable(component.getAnnotation(Doc.class)).map(Doc::value).orElse("");
        var byDefault = Optional.ofNullable(component.getAnnotation(Default.class)).<Object>map(Default::value);
        return new Field(name, doc, shape.name(), optional, component.isAnnotationPresent(Body.class), component.isAnnotationPresent(OrNull.class),
                byDefault, shape, accessor(component, lookup));
    }

    public List<Field> fields() {
        return fields;
    }

    /** Whether any field name is taken: one component is the whole body. */
    public boolean takesAnything() {
        return fields.stream().anyMatch(Field::body);
    }

    public boolean knows(String fieldName) {
        for (var field : fields) {
            if (field.name.equals(fieldName)) return true;
        }
        return false;
    }

    /** Reads a request: {@code body} as the client sent it, {@code path} parameters, which win. */
    public R decodeRequest(Map<String, Object> body, Map<String, String> path) throws FieldException {
        var values = new @Nullable Object[parts.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (parts.get(i)) {
                case Part.One(Field field) -> {
                    var fromPath = path.get(field.name);
                    yield field.body ? read(field, body, Mode.WIRE) : read(field, fromPath != null ? fromPath : body.get(field.name), Mode.WIRE);
                }
                case Part.Several several -> several.schema().decodeRequest(body, path);
            };
        }
        return construct(values);
    }

    /** Reads a row that {@link #encodeRow} wrote. Fields it does not have, from an older version, are their defaults. */
    public R decodeRow(Map<String, Object> row) {
        try {
            return decode(row, Mode.STORE);
        } catch (FieldException damaged) {
            throw new IllegalStateException("a stored " + type.getSimpleName() + " has a field " + damaged.field() + " that cannot be read");
        }
    }

    public Map<String, Object> encodeRow(R row) {
        return encode(row, Mode.STORE);
    }

    /** Writes {@code data} of an answer. */
    public Map<String, Object> encodeAnswer(R answer) {
        return encode(answer, Mode.WIRE);
    }

    /** What a request asks, for who judges it: as its handler will see it, but for secrets and for what may hold some, of which only the names are told. */
    public Map<String, Object> encodeMasked(R input) {
        return encode(input, Mode.MASKED);
    }

    R decode(Map<String, Object> tree, Mode mode) throws FieldException {
        var values = new @Nullable Object[parts.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (parts.get(i)) {
                case Part.One(Field field) -> read(field, field.body ? tree : tree.get(field.name), mode);
                case Part.Several several -> several.schema().decode(tree, mode);
            };
        }
        return construct(values);
    }

    /** The record with no field given; only for records that allow it. */
    R decodeEmpty() {
        try {
            return decode(Map.of(), Mode.WIRE);
        } catch (FieldException impossible) {
            throw new IllegalStateException(type.getName() + " has a default that cannot be read");
        }
    }

    private static Object read(Field field, @Nullable Object tree, Mode mode) throws FieldException {
        try {
            if (tree == null) {
                var missing = field.defaultTree.isPresent() ? field.shape.reader().read(field.defaultTree.get(), Mode.WIRE) : field.shape.zero().get();
                return field.optional ? (field.defaultTree.isPresent() ? Optional.of(missing) : Optional.empty()) : missing;
            }
            var value = field.shape.reader().read(tree, mode);
            return field.optional ? Optional.of(value) : value;
        } catch (MismatchException mismatch) {
            throw new FieldException(field.name, String.valueOf(mismatch.getMessage()));
        }
    }

    @SuppressWarnings("unchecked") // the constructor is this record's
    private R construct(@Nullable Object[] values) {
        try {
            return (R) (Record) constructor.invokeExact(values);
        } catch (RuntimeException | Error refused) {
            throw refused;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    Map<String, Object> encode(R row, Mode mode) {
        var tree = new LinkedHashMap<String, Object>(fields.size() * 2);
        for (var part : parts) {
            if (part instanceof Part.Several several) {
                tree.putAll(several.schema().encode((Record) java.util.Objects.requireNonNull(component(several.accessor(), row)), mode));
                continue;
            }
            var field = ((Part.One) part).field();
            var value = component(field.accessor, row);
            if (value instanceof Optional<?> optional) value = optional.orElse(null);
            if (field.body) putAll(tree, value == null ? null : field.shape.writer().write(value, mode));
            else if (field.orNull && (field.optional ? value == null : Shapes.isEmpty(value))) putNull(tree, field.name);
            else if (value != null) putOrNull(tree, field.name, field.shape.writer().write(value, mode));
        }
        return tree;
    }

    @SuppressWarnings("unchecked") // a body is an object
    private static void putAll(Map<String, Object> tree, @Nullable Object body) {
        if (body != null) tree.putAll((Map<String, Object>) body);
    }

    private static void putNull(Map<String, Object> tree, String name) {
        putOrNull(tree, name, null);
    }

    @SuppressWarnings("NullAway") // JSON trees hold nulls; the map's type cannot say so without burdening every reader
    private static void putOrNull(Map<String, Object> tree, String name, @Nullable Object value) {
        tree.put(name, value);
    }

    private static @Nullable Object component(MethodHandle accessor, Record row) {
        try {
            return (@Nullable Object) accessor.invokeExact(row);
        } catch (RuntimeException | Error failed) {
            throw failed;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The record in OpenAPI's words. */
    public Map<String, Object> openApi() {
        var properties = new LinkedHashMap<String, Object>();
        var described = new LinkedHashMap<String, Object>();
        described.put("type", "object");
        described.put("properties", properties);
        for (var field : fields) {
            if (field.body) described.put("additionalProperties", field.shape.openApi().getOrDefault("additionalProperties", true));
            else properties.put(field.name, field.openApi());
        }
        return described;
    }

    static String snake(String name) {
        var text = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isUpperCase(c)) text.append('_').append(Character.toLowerCase(c));
            else text.append(c);
        }
        return text.toString();
    }
}
