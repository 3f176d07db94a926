package watchword.engines.kv;

import java.util.Map;
import watchword.sdk.Problem;

/**
 * What a mount's options say.
 *
 * @param maxBytes of one secret, as JSON
 */
record MountOptions(Version version, int maxBytes) {
    static final String VERSION = "version";
    static final String MAX_BYTES = "max_value_bytes";

    private static final int USUAL_BYTES = 1 << 20;
    /** Below what the storage takes, with room for what stands around a value. */
    private static final int MOST_BYTES = 24 << 20;

    /** In the order of age: a mount only ever goes forward. */
    enum Version {
        ONE,
        TWO
    }

    static MountOptions of(Map<String, String> options) {
        return new MountOptions(version(options.getOrDefault(VERSION, "")), maxBytes(options.getOrDefault(MAX_BYTES, "")));
    }

    private static Version version(String text) {
        return switch (text) {
            case "", "1" -> Version.ONE;
            case "2" -> Version.TWO;
            default -> throw new Problem.Invalid("invalid version provided: use 1 or 2").asException();
        };
    }

    private static int maxBytes(String text) {
        if (text.isEmpty()) return USUAL_BYTES;
        boolean number = text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int bytes = number ? Integer.parseInt(text) : 0;
        if (bytes < 1 || bytes > MOST_BYTES) {
            throw new Problem.Invalid(MAX_BYTES, "a number of bytes from 1 to " + MOST_BYTES).asException();
        }
        return bytes;
    }

    /** @throws Problem.ProblemException 413 when a secret is larger than the mount takes; nothing was written then */
    void requireRoom(Map<String, ?> secret) {
        if (JsonTree.size(secret) > maxBytes) {
            var limit = maxBytes + " bytes; the mount's option " + MAX_BYTES + " sets the limit";
            throw new Problem.TooLarge("the secret is larger than " + limit).asException();
        }
    }

    /** The way back from version 2 would lose versions, so there is none. */
    static MountOptions changed(Map<String, String> before, Map<String, String> after) {
        var next = of(after);
        if (next.version().compareTo(of(before).version()) < 0) {
            throw new Problem.Invalid("cannot downgrade mount from version 2").asException();
        }
        return next;
    }
}
