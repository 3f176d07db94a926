package watchword.core.identity;

import java.util.Map;
import java.util.regex.Pattern;
import watchword.sdk.Problem;

/** The bounds of what is kept in words beside entities, groups and aliases. */
final class Metadata {
    private static final int MAX_PAIRS = 64;
    private static final int MAX_KEY = 128;
    private static final int MAX_VALUE = 512;
    /** Of what logins tell: claims and annotations have names and values of their own. */
    private static final int MAX_TOLD_PAIRS = 256;
    private static final int MAX_TOLD_CHARACTERS = 16_384;
    private static final Pattern KEY = Pattern.compile("[a-zA-Z0-9=/+_-]+");

    private Metadata() {}

    /** @param of what it is of, for the error: entity or group */
    static Map<String, String> require(String of, Map<String, String> metadata) {
        if (metadata.size() > MAX_PAIRS) throw invalid(of, "metadata cannot contain more than " + MAX_PAIRS + " key/value pairs");
        metadata.forEach((key, value) -> {
            if (key.isEmpty()) throw invalid(of, "key cannot be blank");
            if (key.length() > MAX_KEY) throw invalid(of, "key is too long (limit: " + MAX_KEY + " characters)");
            if (!KEY.matcher(key).matches()) throw invalid(of, "key contains invalid characters");
            if (key.startsWith("vault-")) throw invalid(of, "key prefix \"vault-\" is reserved for internal use");
            if (value.length() > MAX_VALUE) throw invalid(of, "value is too long (limit: " + MAX_VALUE + " characters)");
        });
        return metadata;
    }

    private static Problem.ProblemException invalid(String of, String what) {
        return new Problem.Invalid("invalid " + of + " metadata: " + what).asException();
    }

    static Map<String, String> requireCustom(Map<String, String> metadata) {
        if (metadata.size() > MAX_PAIRS) throw invalidCustom("payload must contain at most " + MAX_PAIRS + " keys, provided " + metadata.size());
        metadata.forEach((key, value) -> {
            if (key.isEmpty() || key.length() > MAX_KEY) throw invalidCustom("length of key \"" + shown(key) + "\" is " + key.length() + " but must be 0 < len(key) <= " + MAX_KEY);
            if (!Index.isPrintable(key)) throw invalidCustom("a key contains unprintable characters");
            if (value.isEmpty() || value.length() > MAX_VALUE) {
                throw invalidCustom("length of value for key \"" + key + "\" is " + value.length() + " but must be 0 < len(value) <= " + MAX_VALUE);
            }
            if (!Index.isPrintable(value)) throw invalidCustom("value for key \"" + key + "\" contains unprintable characters");
        });
        return metadata;
    }

    private static Problem.ProblemException invalidCustom(String what) {
        return new Problem.Invalid("custom_metadata validation failed: " + what).asException();
    }

    /** For what a login tells of an alias. */
    static void requireToldOf(Map<String, String> metadata) {
        long characters = metadata.entrySet().stream().mapToLong(each -> each.getKey().length() + each.getValue().length()).sum();
        if (metadata.size() > MAX_TOLD_PAIRS || characters > MAX_TOLD_CHARACTERS) throw new Problem.Invalid("what the login tells of its alias is too large to keep").asException();
    }

    /** As much of a client's text as an error may repeat. */
    static String shown(String text) {
        return text.length() > 80 ? text.substring(0, 80) : text;
    }
}
