package watchword.client;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON value. Numbers keep the text they arrived with, and objects the order of their members, so that what is read and written back is
 * unchanged. Immutable.
 */
public sealed interface Json {

    /** The value as a person or a shell wants it: a text without quotes, anything else as compact JSON. */
    default String display() {
        return JsonWriter.compact(this);
    }

    /** An object. */
    record Obj(Map<String, Json> members) implements Json {
        public static final Obj EMPTY = new Obj(Map.of());

        public Obj {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        public boolean isEmpty() {
            return members.isEmpty();
        }

        public boolean has(String name) {
            return members.containsKey(name);
        }

        /** The member, unless it is absent or null. */
        public Optional<Json> get(String name) {
            var value = members.get(name);
            return value == null || value instanceof Null ? Optional.empty() : Optional.of(value);
        }

        /** The member as text ({@link Json#display}); empty when it is absent or null. */
        public String text(String name) {
            var value = members.get(name);
            return value == null || value instanceof Null ? "" : value.display();
        }

        /** The member as an object; empty when it is none. */
        public Obj object(String name) {
            return members.get(name) instanceof Obj object ? object : EMPTY;
        }

        /** The items of a list; empty when it is none. */
        public List<Json> items(String name) {
            return members.get(name) instanceof Arr list ? list.items() : List.of();
        }

        /** The items of a list as texts; empty when it is none. */
        public List<String> texts(String name) {
            var texts = new ArrayList<String>();
            for (var item : items(name)) texts.add(item.display());
            return texts;
        }

        public boolean isTrue(String name) {
            return members.get(name) instanceof Bool bool && bool.value();
        }

        /** The member as a whole number, also from a text of digits; 0 when it is none. */
        public long whole(String name) {
            try {
                var text = text(name);
                return text.isEmpty() ? 0 : Long.parseLong(text);
            } catch (NumberFormatException notWhole) {
                return 0;
            }
        }
    }

    /** A list. */
    record Arr(List<Json> items) implements Json {
        public Arr {
            items = List.copyOf(items);
        }
    }

    /** A text. */
    record Str(String value) implements Json {
        @Override
        public String display() {
            return value;
        }

        /** Without the value, which may be a secret. */
        @Override
        public String toString() {
            return "Str[" + value.length() + " characters]";
        }
    }

    /** A number, as it was written. */
    record Num(String text) implements Json {}

    /** True or false. */
    record Bool(boolean value) implements Json {}

    /** JSON's null. */
    record Null() implements Json {
        public static final Null NULL = new Null();
    }

    static Json of(String value) {
        return new Str(value);
    }

    static Json of(long value) {
        return new Num(Long.toString(value));
    }

    static Json of(boolean value) {
        return new Bool(value);
    }

    static Json texts(List<String> values) {
        var items = new ArrayList<Json>();
        for (var value : values) items.add(new Str(value));
        return new Arr(items);
    }

    /** An object with one member. */
    static Obj of(String name, String value) {
        return fields().put(name, value).build();
    }

    static Fields fields() {
        return new Fields();
    }

    /** Collects an object's members. One thread. */
    final class Fields {
        private final Map<String, Json> members = new LinkedHashMap<>();

        private Fields() {}

        public Fields put(String name, Json value) {
            members.put(name, value);
            return this;
        }

        public Fields put(String name, String value) {
            return put(name, new Str(value));
        }

        public Fields put(String name, long value) {
            return put(name, of(value));
        }

        public Fields put(String name, boolean value) {
            return put(name, of(value));
        }

        /** Puts a text, unless there is none. */
        public Fields put(String name, Optional<String> value) {
            return value.isPresent() ? put(name, value.get()) : this;
        }

        public Fields putAll(Obj other) {
            members.putAll(other.members());
            return this;
        }

        public Optional<Json> get(String name) {
            return Optional.ofNullable(members.get(name));
        }

        public boolean isEmpty() {
            return members.isEmpty();
        }

        public Obj build() {
            return members.isEmpty() ? Obj.EMPTY : new Obj(members);
        }
    }
}
