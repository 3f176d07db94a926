package watchword.engines.ldap.secrets;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.RDN;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A text in which {@code {{.Name}}} stands for a value, plain or through functions: {@code {{ printf "%q" .Password | utf16le | base64 }}}. */
record Place(List<Piece> pieces) {
    private static final Pattern WRITTEN = Pattern.compile("\\{\\{-?\\s*(.*?)\\s*-?}}");
    private static final Pattern FIELD = Pattern.compile("\\.(\\w+)");
    private static final Pattern PRINTF = Pattern.compile("printf\\s+\"((?:[^\"%\\\\]|%[sqv%])*)\"((?:\\s+\\.\\w+)*)");

    sealed interface Piece {
        record Text(String text) implements Piece {}

        /**
         * @param format with the places of the values in it: {@code %s} plain, {@code %q} between quotes
         * @param functions that are applied to it, in their order
         */
        record Made(String format, List<String> names, List<String> functions) implements Piece {}
    }

    static final class WrongException extends Exception {
        WrongException(String why) {
            super(why, null, false, false);
        }
    }

    static Place read(String text) throws WrongException {
        var pieces = new ArrayList<Piece>();
        var matcher = WRITTEN.matcher(text);
        int end = 0;
        while (matcher.find()) {
            if (matcher.start() > end) pieces.add(new Piece.Text(text.substring(end, matcher.start())));
            pieces.add(made(matcher.group(1)));
            end = matcher.end();
        }
        if (end < text.length()) pieces.add(new Piece.Text(text.substring(end)));
        if (pieces.stream().anyMatch(piece -> piece instanceof Piece.Text plain && plain.text().contains("{{"))) throw new WrongException("unclosed {{");
        return new Place(List.copyOf(pieces));
    }

    private static Piece made(String written) throws WrongException {
        var parts = List.of(written.split("\\|", -1)).stream().map(String::strip).toList();
        var functions = parts.subList(1, parts.size());
        if (!List.of("utf16le", "base64", "lowercase", "uppercase").containsAll(functions)) throw new WrongException("there are the functions utf16le, base64, lowercase, uppercase");
        var field = FIELD.matcher(parts.getFirst());
        if (field.matches()) return new Piece.Made("%s", List.of(field.group(1)), functions);
        var printf = PRINTF.matcher(parts.getFirst());
        if (!printf.matches()) throw new WrongException("between {{ and }} stands a field, or printf with %s or %q and fields");
        var names = printf.group(2).isBlank() ? List.<String>of() : List.of(printf.group(2).strip().split("\\s+")).stream().map(name -> name.substring(1)).toList();
        if (Pattern.compile("%[sqv]").matcher(printf.group(1)).results().count() != names.size()) throw new WrongException("printf takes as many fields as its format names");
        return new Piece.Made(printf.group(1), names, functions);
    }

    /** The text, when there is nothing to fill. */
    Optional<String> literal() {
        return pieces.size() == 1 && pieces.getFirst() instanceof Piece.Text text ? Optional.of(text.text()) : Optional.empty();
    }

    /** Whether it is the name of an entry, such as the member of a group. */
    boolean isName() {
        var shape = pieces.stream().map(piece -> piece instanceof Piece.Text text ? text.text() : "x").collect(Collectors.joining());
        return shape.contains("=") && DN.isValidDN(shape);
    }

    byte[] fill(Map<String, String> values) throws WrongException {
        return fill(values, false);
    }

    /** As {@link #fill}, with each value as a part of a name. */
    byte[] fillAsName(Map<String, String> values) throws WrongException {
        return fill(values, true);
    }

    private byte[] fill(Map<String, String> values, boolean asName) throws WrongException {
        var all = new ByteArrayOutputStream();
        for (var piece : pieces) {
            all.writeBytes(switch (piece) {
                case Piece.Text text -> text.text().getBytes(StandardCharsets.UTF_8);
                case Piece.Made made -> {
                    var value = value(made, values);
                    yield asName ? escaped(value) : value;
                }
            });
        }
        return all.toByteArray();
    }

    private static byte[] value(Piece.Made made, Map<String, String> values) throws WrongException {
        var text = new StringBuilder();
        var names = made.names().iterator();
        for (int i = 0; i < made.format().length(); i++) {
            char c = made.format().charAt(i);
            char verb = c == '%' ? made.format().charAt(++i) : c;
            if (c != '%' || verb == '%') text.append(verb);
            else text.append(verb == 'q' ? "\"" + value(names.next(), values) + "\"" : value(names.next(), values));
        }
        var bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        for (var function : made.functions()) bytes = applied(function, bytes);
        return bytes;
    }

    private static String value(String name, Map<String, String> values) throws WrongException {
        var value = values.get(name);
        if (value != null) return value;
        throw new WrongException("there is no field ." + name + " here; there are " + values.keySet().stream().sorted().map(each -> "." + each).collect(Collectors.joining(", ")));
    }

    private static byte[] applied(String function, byte[] value) {
        var text = new String(value, StandardCharsets.UTF_8);
        return switch (function) {
            case "utf16le" -> text.getBytes(StandardCharsets.UTF_16LE);
            case "base64" -> Base64.getEncoder().encode(value);
            case "lowercase" -> text.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
            default -> text.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
        };
    }

    private static byte[] escaped(byte[] value) {
        return new RDN("x", value).toString().substring("x=".length()).getBytes(StandardCharsets.UTF_8);
    }
}
