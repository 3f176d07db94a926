package watchword.core.wire;

import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How one Java type looks as a tree (see {@link watchword.core.json.Json}). Reading is lenient as the field's clients expect: a number may
 * come as text, a list as {@code "a,b"}.
 *
 * @param name for the API's description: string, integer, boolean, duration, timestamp, array, object, password
 */
record Shape<T>(String name, Map<String, Object> openApi, Reader<T> reader, Writer<T> writer, Supplier<T> zero) {

    /**
     * For whom a tree is: a client; our own store, which keeps secrets and instants exactly; or who judges a request and learns of secrets,
     * and of what may hold some, only that they are there.
     */
    enum Mode {
        WIRE,
        STORE,
        MASKED
    }

    @FunctionalInterface
    interface Reader<T> {
        T read(Object tree, Mode mode) throws MismatchException;
    }

    @FunctionalInterface
    interface Writer<T> {
        @Nullable Object write(T value, Mode mode);
    }

    /** A value of the wrong type. The message names types, never the value. */
    static final class MismatchException extends Exception {
        MismatchException(String message) {
            super(message, null, false, false);
        }
    }
}
