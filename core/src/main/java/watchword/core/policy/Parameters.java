package watchword.core.policy;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import watchword.core.wire.Durations;
import watchword.sdk.Glob;
import watchword.sdk.JsonNumber;
import watchword.sdk.Policies;

/**
 * Which parameters a rule asks for, takes and refuses. Names are in lower case; {@code *} is any name. A name's values are those it may
 * have, none for any; a text value may begin or end with {@code *}.
 *
 * <p>Decoding is lenient: a client may send {@code "5"} for 5 and {@code "a,b"} for a list. So that this opens nothing, a refused value is
 * refused in each of its forms, while an allowed one is allowed only in the form that the policy has.
 */
public record Parameters(Set<String> required, Map<String, List<Object>> allowed, Map<String, List<Object>> denied) {
    public static final Parameters ANY = new Parameters(Set.of(), Map.of(), Map.of());

    private static final String ANY_NAME = "*";

    /** Of two statements on the same path. */
    Parameters merge(Parameters other) {
        if (other == ANY) return this;
        if (this == ANY) return other;
        var names = new LinkedHashSet<>(required);
        names.addAll(other.required);
        return new Parameters(Set.copyOf(names), merge(allowed, other.allowed), merge(denied, other.denied));
    }

    /** Values add up, and any value goes above some values. */
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

    boolean allow(Map<String, Object> body) {
        return allow(body, Refusal.Listener.NONE);
    }

    /** @param why hears which parameters are in the way */
    boolean allow(Map<String, Object> body, Refusal.Listener why) {
        if (this == ANY) return true;
        boolean allows = true;
        for (var name : required) {
            if (body.get(name) == null) allows = why.refused(Refusal.Cause.REQUIRED, name);
            if (!allows && !why.hearsAll()) return false;
        }
        if (body.isEmpty()) return allows;
        if (denied.containsKey(ANY_NAME)) return why.refused(Refusal.Cause.DENIED, ANY_NAME);
        boolean anyName = allowed.isEmpty() || allowed.containsKey(ANY_NAME);
        for (var parameter : body.entrySet()) {
            var name = parameter.getKey().toLowerCase(Locale.ROOT);
            @Nullable Object value = parameter.getValue();
            var refused = denied.get(name);
            if (refused != null && (refused.isEmpty() || isRefused(value, refused))) allows = why.refused(Refusal.Cause.DENIED, parameter.getKey());
            var taken = name.equals(ANY_NAME) ? null : allowed.get(name);
            if (taken == null ? !anyName : !taken.isEmpty() && !isTaken(value, taken)) allows = why.refused(Refusal.Cause.NOT_ALLOWED, parameter.getKey());
            if (!allows && !why.hearsAll()) return false;
        }
        return allows;
    }

    /** With as little changed as lets a body through. */
    Parameters admitting(Map<String, Object> body) {
        var asks = new LinkedHashSet<>(required);
        asks.removeIf(name -> body.get(name) == null);
        var refuses = new HashMap<>(denied);
        var takes = new HashMap<>(allowed);
        if (!body.isEmpty()) refuses.remove(ANY_NAME);
        boolean anyName = allowed.isEmpty() || allowed.containsKey(ANY_NAME);
        body.forEach((parameter, value) -> {
            var name = parameter.toLowerCase(Locale.ROOT);
            var refused = refuses.get(name);
            if (refused != null) {
                var left = refused.stream().filter(each -> !isRefused(value, List.of(each))).toList();
                if (left.isEmpty()) refuses.remove(name);
                else refuses.put(name, left);
            }
            var taken = name.equals(ANY_NAME) ? null : allowed.get(name);
            if (taken == null ? anyName : taken.isEmpty() || isTaken(value, taken)) return;
            if (name.equals(ANY_NAME)) takes.put(ANY_NAME, List.of());
            else takes.put(name, value == null ? List.of() : Stream.concat(taken == null ? Stream.of() : taken.stream(), Stream.of(value)).toList());
        });
        return asks.isEmpty() && refuses.isEmpty() && takes.isEmpty() ? ANY : new Parameters(Set.copyOf(asks), Map.copyOf(takes), Map.copyOf(refuses));
    }

    // ---- refused values, in any form ----

    private static boolean isRefused(@Nullable Object value, List<Object> refused) {
        if (value == null) return false;
        for (var each : refused) {
            if (isForm(value, each)) return true;
        }
        return false;
    }

    private static boolean isForm(Object value, Object refused) {
        if (same(value, refused)) return true;
        return switch (value) {
            case List<?> list -> list.stream().anyMatch(each -> each != null && isForm(each, refused));
            case Map<?, ?> _ -> false;
            case String text when text.indexOf(',') >= 0 && isTextForm(text, refused) -> true;
            case String text when text.indexOf(',') >= 0 -> {
                for (var part : text.split(",", -1)) {
                    if (isTextForm(part, refused)) yield true;
                }
                yield false;
            }
            default -> isTextForm(value.toString(), refused);
        };
    }

    private static boolean isTextForm(String text, Object refused) {
        return switch (refused) {
            case String glob -> glob.equals("*") || Glob.atEnds(glob, text) || Glob.atEnds(glob, text.strip())
                    || Glob.atEnds(Policies.name(glob), Policies.name(text)) || isSameTime(text, glob);
            case Boolean truth -> truth ? isTrue(text.strip()) : FALSE_FORMS.contains(text.strip().toLowerCase(Locale.ROOT));
            case Number number -> sameNumber(numberOf(text.strip()), number);
            default -> false;
        };
    }

    /** Any number but 0 is true. */
    private static boolean isTrue(String text) {
        return TRUE_FORMS.contains(text.toLowerCase(Locale.ROOT)) || (isNumber(text) && !sameNumber(new JsonNumber(text), 0L));
    }

    /** What decoding takes for a number: nothing at all for 0, and truths for 0 and 1. */
    private static Number numberOf(String text) {
        if (isNumber(text)) return new JsonNumber(text);
        return switch (text) {
            case "", "false" -> 0L;
            case "true" -> 1L;
            default -> new JsonNumber("NaN");
        };
    }

    /** {@code 360000} and {@code 6000m} are {@code 100h}. */
    private static boolean isSameTime(String text, String refused) {
        if (refused.isEmpty() || !Character.isDigit(refused.charAt(0)) || !Character.isLetter(refused.charAt(refused.length() - 1))) return false;
        try {
            return Durations.parse(text).equals(Durations.parse(refused));
        } catch (Durations.InvalidException noTime) {
            return false;
        }
    }

    private static final Set<String> TRUE_FORMS = Set.of("1", "t", "true");
    private static final Set<String> FALSE_FORMS = Set.of("0", "f", "false", "");

    private static boolean isNumber(String text) {
        return text.length() <= 40 && text.matches("[+-]?\\d+(\\.\\d+)?");
    }

    // ---- allowed values, in their own form ----

    private static boolean isTaken(@Nullable Object value, List<Object> taken) {
        if (value == null) return false;
        for (var each : taken) {
            if ((each instanceof String glob && value instanceof String text) ? isTakenBy(glob, text) : same(value, each)) return true;
        }
        return false;
    }

    /** A text with commas may be a list to its route: then a glob takes it only with each of its parts. */
    private static boolean isTakenBy(String glob, String text) {
        if (!Glob.atEnds(glob, text)) return false;
        return glob.equals(text) || text.indexOf(',') < 0 || Arrays.stream(text.split(",", -1)).allMatch(part -> Glob.atEnds(glob, part.strip()));
    }

    private static boolean same(@Nullable Object value, @Nullable Object other) {
        if (value instanceof Number a && other instanceof Number b) return sameNumber(a, b);
        if (value instanceof List<?> a && other instanceof List<?> b) {
            if (a.size() != b.size()) return false;
            for (int i = 0; i < a.size(); i++) if (!same(a.get(i), b.get(i))) return false;
            return true;
        }
        if (value instanceof Map<?, ?> a && other instanceof Map<?, ?> b) {
            return a.size() == b.size() && a.entrySet().stream().allMatch(entry -> b.containsKey(entry.getKey()) && same(entry.getValue(), b.get(entry.getKey())));
        }
        return value != null && value.equals(other);
    }

    private static boolean sameNumber(Number a, Number b) {
        if (a.equals(b)) return true;
        if (a.toString().length() > 100 || b.toString().length() > 100) return false;
        try {
            return new BigDecimal(a.toString()).compareTo(new BigDecimal(b.toString())) == 0;
        } catch (NumberFormatException notDecimal) {
            return false;
        }
    }
}
