package watchword.core.request;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/**
 * The path of a request, decoded once. ACL, audit, router and handler see this object and no other form of the path. Anything odd is
 * refused, never normalized: empty, {@code .} and {@code ..} segments, encoded slashes, double encoding, control and format characters,
 * {@code ;} and {@code \}, broken UTF-8.
 *
 * @param text below {@code /v1/}, without a leading slash; a trailing slash is kept, since a policy may tell a folder by it
 */
public record RequestPath(String text) {
    /** Bytes, encoded; longer than any key we store. */
    public static final int MAX_ENCODED = 12_288;

    private static final String PREFIX = "/v1/";

    /**
     * @param encoded the request target's path as it came over the wire, without the query
     * @throws Problem.ProblemException when it is not under {@code /v1/}, or odd
     */
    public static RequestPath parse(String encoded) {
        if (!encoded.startsWith(PREFIX)) throw new Problem.NotFound().asException();
        if (encoded.length() > MAX_ENCODED) throw refused("path is too long");
        var decoded = decode(encoded.substring(PREFIX.length()));
        requirePlain(decoded);
        return new RequestPath(decoded);
    }

    /**
     * A path that was written without encoding, below {@code /v1/}: in a field of a request, or in a configuration.
     *
     * @throws Problem.ProblemException when no request could have it
     */
    public static RequestPath ofPlain(String text) {
        requirePlain(text);
        return new RequestPath(text);
    }

    /**
     * A namespace as a header names it, with each name's slash; empty for the root, whether by an empty header or by its name: clients of
     * all kinds send either.
     *
     * @throws Problem.ProblemException when no namespace could have that name
     */
    public static String namespace(String named) {
        var path = named.startsWith("/") ? named.substring(1) : named;
        if (path.isEmpty() || path.equals("root") || path.equals("root/")) return "";
        try {
            return ofPlain(path).asFolder().text();
        } catch (Problem.ProblemException odd) {
            throw new Problem.NotFound("namespace not found").asException();
        }
    }

    private static String decode(String encoded) {
        boolean plain = true;
        for (int i = 0; plain && i < encoded.length(); i++) plain = encoded.charAt(i) != '%' && encoded.charAt(i) < 0x80;
        if (plain) return encoded;
        var raw = encoded.getBytes(StandardCharsets.UTF_8);
        var bytes = ByteBuffer.allocate(raw.length);
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] != '%') {
                bytes.put(raw[i]);
                continue;
            }
            int high = i + 2 < raw.length ? Character.digit(raw[i + 1], 16) : -1;
            int low = i + 2 < raw.length ? Character.digit(raw[i + 2], 16) : -1;
            if (high < 0 || low < 0) throw refused("path has a broken percent-encoding");
            byte value = (byte) (high << 4 | low);
            if (value == '/') throw refused("path has an encoded slash");
            bytes.put(value);
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException notUtf8) {
            throw refused("path is not valid UTF-8");
        }
    }

    private static void requirePlain(String path) {
        int start = 0;
        for (int i = 0; i <= path.length(); i++) {
            if (i < path.length() && path.charAt(i) != '/') {
                requirePlain(path, i);
                continue;
            }
            boolean trailing = i == path.length();
            if (i == start && !trailing) throw refused("path has an empty segment");
            if ((i - start == 1 && path.charAt(start) == '.') || (i - start == 2 && path.startsWith("..", start))) {
                throw refused("path has a relative segment");
            }
            start = i + 1;
        }
        if (path.length() * 3L > Storage.MAX_KEY_BYTES / 2 && path.getBytes(StandardCharsets.UTF_8).length > Storage.MAX_KEY_BYTES / 2) {
            throw refused("path is too long");
        }
    }

    private static void requirePlain(String path, int at) {
        char c = path.charAt(at);
        if (c > 0x20 && c < 0x7f && c != '\\' && c != ';' && c != '%') return;
        if (c == ' ') return;
        // What stands for bytes that were no UTF-8, when the listener decoded them: many paths would be one.
        if (c == '\\' || c == ';' || c == '\uFFFD') throw refused("path has a character that is not allowed");
        if (c == '%') {
            boolean encodedAgain = at + 2 < path.length()
                    && Character.digit(path.charAt(at + 1), 16) >= 0 && Character.digit(path.charAt(at + 2), 16) >= 0;
            if (encodedAgain) throw refused("path is encoded twice");
            return;
        }
        switch (Character.getType(path.codePointAt(Character.isLowSurrogate(c) && at > 0 ? at - 1 : at))) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE,
                    Character.UNASSIGNED -> throw refused("path has a control character");
            default -> {}
        }
    }

    private static Problem.ProblemException refused(String why) {
        return new Problem.Invalid(why).asException();
    }

    /** The same folder with its trailing slash: what a list asks for. */
    public RequestPath asFolder() {
        return text.isEmpty() || text.endsWith("/") ? this : new RequestPath(text + "/");
    }

    @Override
    public String toString() {
        return text;
    }
}
