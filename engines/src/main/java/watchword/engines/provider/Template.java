package watchword.engines.provider;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import watchword.sdk.Problem;

/** A text with {@code {{names}}} in it, in whose place values are put. A value is never read as part of the template, nor of its syntax. */
record Template(String text) {
    private static final Pattern NAME = Pattern.compile("\\{\\{([a-z][a-z0-9_]{0,63})(:number)?}}");

    Set<String> names() {
        var names = new LinkedHashSet<String>();
        var matcher = NAME.matcher(text);
        while (matcher.find()) names.add(matcher.group(1));
        return names;
    }

    /** Whether something stands for a number, which only a whole text in a body can. */
    boolean hasNumber() {
        return NAME.matcher(text).results().anyMatch(found -> found.group(2) != null);
    }

    boolean isOneName() {
        return NAME.matcher(text).matches();
    }

    /** Whether something that looks like a name is none. */
    boolean isBroken() {
        var rest = NAME.matcher(text).replaceAll("");
        return rest.contains("{{") && rest.matches("(?s).*\\{\\{\\s*[\\w.|:-]+\\s*}}.*");
    }

    /** As part of an address: whatever a value is, it stays in its segment. */
    String inAddress(Map<String, String> values) {
        return put(values, value -> URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A"));
    }

    String plain(Map<String, String> values) {
        return put(values, UnaryOperator.identity());
    }

    /** As a value in JSON; empty when it is one name that has no value, and then the member is left out. */
    Optional<Object> inJson(Map<String, String> values) {
        var whole = NAME.matcher(text);
        if (!whole.matches()) return Optional.of(plain(values));
        var value = Optional.ofNullable(values.get(whole.group(1)));
        return whole.group(2) == null ? value.map(each -> each) : value.map(each -> number(whole.group(1), each));
    }

    private static Object number(String name, String value) {
        if (!value.matches("-?\\d{1,18}")) throw new Problem.Invalid(name, "must be a whole number").asException();
        return Long.valueOf(value);
    }

    private String put(Map<String, String> values, UnaryOperator<String> form) {
        return NAME.matcher(text).replaceAll(found -> Matcher.quoteReplacement(form.apply(values.getOrDefault(found.group(1), ""))));
    }
}
