package watchword.client;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Paths and queries as they must stand in a URL (RFC 3986). */
final class PathText {
    private static final String HEX = "0123456789ABCDEF";
    private static final String IN_PATH = "-._~!$&'()*+,;=:@/";
    private static final String IN_QUERY = "-._~";

    private PathText() {}

    /** {@code /v1/} and the path; slashes are kept, anything that means something to a URL is encoded. */
    static String target(String path, Map<String, List<String>> query) {
        int from = 0;
        while (from < path.length() && path.charAt(from) == '/') from++;
        var target = new StringBuilder("/v1/");
        encode(path.substring(from), IN_PATH, target);
        char separator = '?';
        for (var parameter : query.entrySet()) {
            for (var value : parameter.getValue()) {
                target.append(separator);
                encode(parameter.getKey(), IN_QUERY, target);
                target.append('=');
                encode(value, IN_QUERY, target);
                separator = '&';
            }
        }
        return target.toString();
    }

    private static void encode(String text, String kept, StringBuilder to) {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c < 0x80 && kept.indexOf(c) >= 0)) to.append(c);
            else to.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
        }
    }
}
