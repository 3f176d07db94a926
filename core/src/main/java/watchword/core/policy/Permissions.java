package watchword.core.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What one path of a policy gives.
 *
 * @param bits the capabilities, see {@link Capability#bit}
 * @param allowed parameter names (in lower case, or {@code *}) and the values each may have, none for any
 * @param minWrap zero for no bound
 */
record Permissions(
        int bits, List<String> required, Map<String, List<Object>> allowed, Map<String, List<Object>> denied, Duration minWrap, Duration maxWrap) {

    boolean denies() {
        return (bits & Capability.DENY.bit()) != 0;
    }

    boolean has(Capability capability) {
        return !denies() && (bits & capability.bit()) != 0;
    }

    /** Two statements on the same path: capabilities add up, and deny wins. */
    Permissions merge(Permissions other) {
        if (denies()) return this;
        if (other.denies()) return other;
        var names = new LinkedHashSet<>(required);
        names.addAll(other.required);
        return new Permissions(bits | other.bits, List.copyOf(names), merge(allowed, other.allowed), merge(denied, other.denied),
                smaller(minWrap, other.minWrap), smaller(maxWrap, other.maxWrap));
    }

    private static Map<String, List<Object>> merge(Map<String, List<Object>> one, Map<String, List<Object>> two) {
        var merged = new HashMap<>(one);
        two.forEach((name, values) -> merged.merge(name, values, (a, b) -> {
            if (a.isEmpty() || b.isEmpty()) return List.of();
            var both = new ArrayList<>(a);
            both.addAll(b);
            return List.copyOf(both);
        }));
        return Map.copyOf(merged);
    }

    private static Duration smaller(Duration a, Duration b) {
        if (a.isZero()) return b;
        return b.isZero() || a.compareTo(b) < 0 ? a : b;
    }

    boolean allowsWrapping(Optional<Duration> ttl) {
        if (minWrap.isZero() && maxWrap.isZero()) return true;
        if (ttl.isEmpty() || ttl.get().isZero()) return false;
        return (maxWrap.isZero() || ttl.get().compareTo(maxWrap) <= 0) && (minWrap.isZero() || ttl.get().compareTo(minWrap) >= 0);
    }

    boolean allowsParameters(Map<String, Object> body) {
        if (required.isEmpty() && allowed.isEmpty() && denied.isEmpty()) return true;
        for (var name : required) {
            if (body.keySet().stream().noneMatch(key -> key.toLowerCase(Locale.ROOT).equals(name))) return false;
        }
        if (body.isEmpty()) return true;
        if (denied.containsKey("*")) return false;
        boolean anyName = allowed.isEmpty() || allowed.containsKey("*");
        for (var parameter : body.entrySet()) {
            var name = parameter.getKey().toLowerCase(Locale.ROOT);
            var refused = denied.get(name);
            if (refused != null && isAmong(parameter.getValue(), refused)) return false;
            var values = allowed.get(name);
            if (values == null ? !anyName : !isAmong(parameter.getValue(), values)) return false;
        }
        return true;
    }

    private static boolean isAmong(Object value, List<Object> values) {
        return values.isEmpty() || values.stream().anyMatch(each -> each instanceof String glob && value instanceof String text ? globs(glob, text) : String.valueOf(each).equals(String.valueOf(value)));
    }

    /** {@code *} at either end, or both. */
    static boolean globs(String glob, String text) {
        if (glob.equals("*")) return true;
        boolean before = glob.startsWith("*");
        boolean after = glob.endsWith("*") && glob.length() > 1;
        var middle = glob.substring(before ? 1 : 0, after ? glob.length() - 1 : glob.length());
        if (before && after) return text.contains(middle);
        if (before) return text.endsWith(middle);
        return after ? text.startsWith(middle) : glob.equals(text);
    }
}
