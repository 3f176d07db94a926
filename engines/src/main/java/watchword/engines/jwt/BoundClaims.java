package watchword.engines.jwt;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import watchword.crypto.jose.JwtException;
import watchword.sdk.Glob;

/** The claims that a role insists on: each must be there, with one of the values that are allowed, or be a list that has one. */
record BoundClaims(Map<String, Object> wanted, boolean globs) {

    void require(Claims claims) throws JwtException {
        for (var each : wanted.entrySet()) {
            var actual = claims.find(each.getKey()).orElseThrow(() -> new JwtException("claim \"" + each.getKey() + "\" is missing"));
            if (actual instanceof Map<?, ?>) throw new JwtException("received claim is not a string, bool, int or list");
            if (!matches(values(each.getValue()), values(actual))) {
                throw new JwtException("claim \"" + each.getKey() + "\" does not match any associated bound claim values");
            }
        }
    }

    private boolean matches(List<?> allowed, List<?> actual) {
        return allowed.stream().anyMatch(wish -> actual.stream().anyMatch(value -> matches(wish, value)));
    }

    private boolean matches(@Nullable Object wish, @Nullable Object value) {
        if (globs) return wish instanceof String pattern && value instanceof String text && Glob.matches(pattern, text);
        // A number and a text never match, nor do a list in a list or an object.
        return isPlain(wish) && Objects.equals(wish, value);
    }

    private static boolean isPlain(@Nullable Object value) {
        return value instanceof String || value instanceof Boolean || value instanceof Number;
    }

    private static List<?> values(Object value) {
        return value instanceof List<?> list ? list : List.of(value);
    }

    /** Whether every value can be compared: plain, or a list of plain ones; of texts alone where patterns are. */
    static boolean canCompare(Map<String, Object> wanted, boolean globs) {
        return wanted.values().stream().allMatch(value -> value != null && values(value).stream().allMatch(each -> globs ? each instanceof String : isPlain(each)));
    }
}
