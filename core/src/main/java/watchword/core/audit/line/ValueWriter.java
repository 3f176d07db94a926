package watchword.core.audit.line;

import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Secret;

/**
 * Writes the values of an entry: texts, bytes and secrets hashed, unless their field may be shown; numbers and truths plain, as in the
 * field. What it does not know it hashes. One thread at a time.
 */
public final class ValueWriter {
    private final JsonLine out;
    private final Hasher hasher;
    private final LineOptions options;
    /** The last token and accessor of the line: each stands in two places. */
    private final Twice token = new Twice();
    private final Twice accessor = new Twice();

    private static final class Twice {
        private final byte[] hash = new byte[Hasher.BYTES];
        private @Nullable Object value;
    }

    public ValueWriter(JsonLine out, Hasher hasher, LineOptions options) {
        this.out = out;
        this.hasher = hasher;
        this.options = options;
    }

    public void object(Map<?, ?> fields, Collection<String> plain) {
        out.beginObject();
        for (var field : fields.entrySet()) {
            var name = String.valueOf(field.getKey());
            out.name(name);
            tree(field.getValue(), plain, plain.contains(name));
        }
        out.endObject();
    }

    /** @param isPlain the value's own field, or for an element its list's, may be shown; a field inside decides for itself */
    private void tree(@Nullable Object value, Collection<String> plain, boolean isPlain) {
        switch (value) {
            case Map<?, ?> map -> object(map, plain);
            case Collection<?> list -> {
                out.beginArray();
                for (var each : list) tree(each, plain, isPlain);
                out.endArray();
            }
            case Optional<?> optional -> tree(optional.orElse(null), plain, isPlain);
            case null, default -> value(value, isPlain);
        }
    }

    private void value(@Nullable Object value, boolean isPlain) {
        boolean show = isPlain || options.raw();
        switch (value) {
            case null -> out.nothing();
            case Boolean truth -> out.truth(truth);
            case Long number -> out.number(number.longValue());
            case Integer number -> out.number(number.longValue());
            case Number number when isJson(number.toString()) -> out.number(number);
            case String text when show -> out.text(text);
            case String text -> hasher.write(out, text);
            case Secret secret when show -> out.text(secret.reveal());
            case Secret secret -> hasher.write(out, secret);
            case byte[] bytes when show -> out.text(Base64.getEncoder().encodeToString(bytes));
            case byte[] bytes -> hasher.write(out, bytes);
            default -> hasher.write(out, value.toString()); // nothing we know: never plain
        }
    }

    public void secret(String name, Secret secret) {
        out.name(name);
        if (options.raw()) {
            out.text(secret.reveal());
            return;
        }
        // Not the same object: the request has the token as it was sent, the caller as it was found.
        if (!(token.value instanceof Secret before) || !before.sameAs(secret)) hasher.hash(secret, token.hash);
        token.value = secret;
        out.hash(Hasher.PREFIX_BYTES, token.hash);
    }

    /** Forgets what the line repeated. */
    public void endLine() {
        token.value = null;
        accessor.value = null;
    }

    public void accessor(String name, String text) {
        if (text.isEmpty()) return;
        out.name(name);
        if (!options.hashAccessors() || options.raw()) {
            out.text(text);
            return;
        }
        if (!text.equals(accessor.value)) hasher.hash(text, accessor.hash);
        accessor.value = text;
        out.hash(Hasher.PREFIX_BYTES, accessor.hash);
    }

    /** Lists and maps that hold the entries become how many there are; anything else is as always. */
    public void elided(Map<?, ?> data, Collection<String> plain) {
        out.beginObject();
        for (var field : data.entrySet()) {
            var name = String.valueOf(field.getKey());
            out.name(name);
            switch (field.getValue()) {
                case Collection<?> keys when name.equals("keys") -> out.number(keys.size());
                case Map<?, ?> info when name.equals("key_info") -> out.number(info.size());
                case null, default -> tree(field.getValue(), plain, plain.contains(name));
            }
        }
        out.endObject();
    }

    public void hidden(Object value) {
        value(value, false);
    }

    public void header(String value, boolean hash) {
        if (hash) hasher.write(out, value);
        else out.text(value);
    }

    /** Not NaN, not infinity, nothing that only calls itself a number. */
    private static boolean isJson(String number) {
        for (int i = 0; i < number.length(); i++) {
            if ("0123456789+-.eE".indexOf(number.charAt(i)) < 0) return false;
        }
        return !number.isEmpty();
    }
}
