package watchword.cli.run;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import watchword.client.Json;
import watchword.client.JsonReader;
import watchword.client.JsonWriter;

/**
 * The forms in which a secret may show up in a program's output: as it is, in base64 at any offset within what was encoded, in hexadecimal,
 * encoded for a URL, escaped for JSON; each long line of one that has several; and what stands inside of one that is JSON itself.
 */
final class SecretForms {
    /** Shorter values stand everywhere by chance; masking them would tell more than it hides. */
    static final int SHORTEST = 4;

    /** Parts of a secret, by themselves, must be longer to be told from common words. */
    private static final int SHORTEST_PART = 8;

    private final Set<String> forms = new LinkedHashSet<>();

    private SecretForms() {}

    static Set<String> of(Collection<Json> values) {
        var all = new SecretForms();
        for (var value : values) all.add(value);
        return all.forms;
    }

    /** Whether it has no forms, although there is something to see. */
    static boolean isTooShort(Json value) {
        var text = value.display();
        return !text.isEmpty() && text.length() < SHORTEST;
    }

    private void add(Json value) {
        var text = value.display();
        if (text.length() < SHORTEST) return;
        encoded(text);
        if (text.indexOf('\n') >= 0) for (var line : text.split("\r?\n", -1)) part(line.strip());
        if (value instanceof Json.Str) inside(text);
        else leaves(value);
    }

    private void part(String text) {
        if (text.length() >= SHORTEST_PART) encoded(text);
    }

    private void encoded(String text) {
        forms.add(text);
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        for (var encoder : new Base64.Encoder[] {Base64.getEncoder(), Base64.getUrlEncoder()}) {
            forms.add(encoder.encodeToString(bytes));
            forms.add(encoder.withoutPadding().encodeToString(bytes));
            for (int offset = 0; offset < 3; offset++) within(encoder, bytes, offset);
        }
        forms.add(HexFormat.of().formatHex(bytes));
        forms.add(HexFormat.of().withUpperCase().formatHex(bytes));
        var url = URLEncoder.encode(text, StandardCharsets.UTF_8);
        forms.add(url);
        forms.add(url.replace("+", "%20"));
        var json = JsonWriter.quoted(text);
        forms.add(json.substring(1, json.length() - 1));
        forms.add(ascii(json.substring(1, json.length() - 1)));
    }

    /** Those digits of base64 that are the same whatever stands before and after, with {@code offset} bytes more before it modulo three. */
    private void within(Base64.Encoder encoder, byte[] bytes, int offset) {
        var shifted = new byte[offset + bytes.length];
        System.arraycopy(bytes, 0, shifted, offset, bytes.length);
        int from = (offset * 8 + 5) / 6;
        int to = shifted.length * 8 / 6;
        if (to - from >= SHORTEST_PART) forms.add(encoder.withoutPadding().encodeToString(shifted).substring(from, to));
    }

    /** As encoders write it that keep to ASCII. */
    private static String ascii(String json) {
        var text = new StringBuilder();
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c < 0x7f) text.append(c);
            else text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
        }
        return text.toString();
    }

    private void inside(String text) {
        if (!text.stripLeading().startsWith("{") && !text.stripLeading().startsWith("[")) return;
        try {
            leaves(JsonReader.read(text));
        } catch (JsonReader.MalformedException notJson) {
            // then it has no parts
        }
    }

    private void leaves(Json value) {
        if (value instanceof Json.Str text) {
            part(text.value());
            if (text.value().indexOf('\n') >= 0) for (var line : text.value().split("\r?\n", -1)) part(line.strip());
        } else if (value instanceof Json.Obj object) {
            for (var member : object.members().values()) leaves(member);
        } else if (value instanceof Json.Arr list) {
            for (var item : list.items()) leaves(item);
        }
    }
}
