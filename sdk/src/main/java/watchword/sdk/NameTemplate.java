package watchword.sdk;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How names are made for accounts elsewhere: text with {@code {{ ... }}} in which the functions below are called, in the field's template
 * language as far as it makes names. No code, no loops, no access to anything but the fields it is given.
 */
public final class NameTemplate {
    private static final int MAX_LENGTH = 4096;
    private static final int MAX_RESULT = 1024;
    private static final int MAX_DEPTH = 16;
    private static final String TRUE = "true";

    /** A part of the template that gives a text. */
    private sealed interface Part {
        record Text(String text) implements Part {}

        record Field(String name) implements Part {}

        record Call(String function, List<Part> arguments) implements Part {}

        record Choice(Part condition, List<Part> then, List<Part> otherwise) implements Part {}
    }

    /** For what a name is made. */
    private record Scene(Map<String, String> fields, Instant now, SecureRandom random) {}

    private final String text;
    private final Set<String> fields;
    private final String punctuation;
    private final List<Part> parts;
    private int at;

    private NameTemplate(String text, Set<String> fields, String punctuation) {
        this.text = text;
        this.fields = fields;
        this.punctuation = punctuation;
        this.parts = block(0);
        if (at < text.length()) throw invalid("{{end}} or {{else}} stands without {{if}}");
    }

    /**
     * @param fields that it may name, as {@code .Name}
     * @param punctuation what may be in a name besides letters and digits of ASCII
     * @throws Problem.ProblemException when it is no template
     */
    public static NameTemplate parse(String text, Set<String> fields, String punctuation) {
        if (text.length() > MAX_LENGTH) throw invalid("it is longer than " + MAX_LENGTH + " characters");
        return new NameTemplate(text, fields, punctuation);
    }

    private static Problem.ProblemException invalid(String why) {
        return new Problem.Invalid("invalid username template: " + why).asException();
    }

    /** A new name. What may not be in one becomes {@code _}: then nothing can be steered by who has an odd name. */
    public String make(Map<String, String> values, Instant now, SecureRandom random) {
        var name = new StringBuilder(value(parts, new Scene(values, now, random)));
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || punctuation.indexOf(c) >= 0)) name.setCharAt(i, '_');
        }
        if (name.isEmpty()) throw invalid("it makes an empty name");
        return name.toString();
    }

    // ---- reading ----

    /** Up to the end of the text, or to an {@code {{end}}} or {@code {{else}}} that whoever asks for the block reads. */
    private List<Part> block(int depth) {
        if (depth > MAX_DEPTH) throw invalid("it nests too deep");
        var block = new ArrayList<Part>();
        while (at < text.length()) {
            int open = text.indexOf("{{", at);
            if (open < 0) open = text.length();
            boolean trim = text.startsWith("{{- ", open);
            var before = text.substring(at, open);
            block.add(new Part.Text(trim ? before.stripTrailing() : before));
            at = open;
            if (open == text.length() || !action("end").isEmpty() || !action("else").isEmpty()) break;
            block.add(action("if").isEmpty() ? plain(open) : choice(depth));
        }
        return List.copyOf(block);
    }

    /** The beginning of an action with this word, if that is what comes next. */
    private String action(String word) {
        int from = at + 2 + (text.startsWith("{{- ", at) ? 1 : 0);
        while (from < text.length() && Character.isWhitespace(text.charAt(from))) from++;
        int to = from + word.length();
        boolean whole = text.startsWith(word, from) && (to >= text.length() || !Character.isLetterOrDigit(text.charAt(to)));
        return whole ? text.substring(at, to) : "";
    }

    private Part plain(int open) {
        at = open + (text.startsWith("{{- ", open) ? 3 : 2);
        var value = pipeline(0);
        close();
        return value;
    }

    private Part choice(int depth) {
        at += action("if").length();
        var condition = pipeline(0);
        close();
        var then = block(depth + 1);
        var otherwise = List.<Part>of();
        if (at < text.length() && !action("else").isEmpty()) {
            at += action("else").length();
            close();
            otherwise = block(depth + 1);
        }
        if (at >= text.length() || action("end").isEmpty()) throw invalid("an {{if}} has no {{end}}");
        at += action("end").length();
        close();
        return new Part.Choice(condition, then, otherwise);
    }

    private void close() {
        skipSpace();
        boolean trim = text.startsWith("-}}", at);
        if (!trim && !text.startsWith("}}", at)) throw invalid("unexpected text at character " + (at + 1));
        at += trim ? 3 : 2;
        if (trim) skipSpace();
    }

    /** {@code a | f 1 | g}: what comes before a bar is the last argument of what comes after. */
    private Part pipeline(int depth) {
        if (depth > MAX_DEPTH) throw invalid("it nests too deep");
        var value = command(depth, null);
        for (skipSpace(); at < text.length() && text.charAt(at) == '|'; skipSpace()) {
            at++;
            value = command(depth, value);
        }
        return value;
    }

    private Part command(int depth, @Nullable Part piped) {
        skipSpace();
        if (at < text.length() && Character.isLetter(text.charAt(at))) {
            var name = word();
            var arguments = new ArrayList<Part>();
            for (skipSpace(); beginsOperand(); skipSpace()) arguments.add(operand(depth));
            if (piped != null) arguments.add(piped);
            return checked(new Part.Call(name, List.copyOf(arguments)));
        }
        if (piped != null) throw invalid("something that is no function follows a bar");
        return operand(depth);
    }

    private boolean beginsOperand() {
        return at < text.length() && (text.charAt(at) == '.' || text.charAt(at) == '"' || text.charAt(at) == '`' || text.charAt(at) == '(' || Character.isLetterOrDigit(text.charAt(at))
                || (text.charAt(at) == '-' && at + 1 < text.length() && Character.isDigit(text.charAt(at + 1))));
    }

    private Part operand(int depth) {
        if (!beginsOperand()) throw invalid("unexpected text at character " + (at + 1));
        char c = text.charAt(at);
        if (c == '(') {
            at++;
            var inner = pipeline(depth + 1);
            skipSpace();
            if (at >= text.length() || text.charAt(at) != ')') throw invalid("unclosed left paren");
            at++;
            return inner;
        }
        if (c == '.') {
            at++;
            var name = word();
            if (!fields.contains(name)) throw invalid("there is no such field; there are ." + String.join(" and .", fields.stream().sorted().toList()));
            return new Part.Field(name);
        }
        if (c == '"' || c == '`') return new Part.Text(literal(c));
        if (Character.isLetter(c)) return checked(new Part.Call(word(), List.of()));
        int start = at++;
        while (at < text.length() && Character.isDigit(text.charAt(at))) at++;
        return new Part.Text(text.substring(start, at));
    }

    private String literal(char quote) {
        var value = new StringBuilder();
        for (at++; at < text.length() && text.charAt(at) != quote; at++) {
            char c = text.charAt(at);
            if (c == '\\' && quote == '"' && at + 1 < text.length()) {
                char escaped = text.charAt(++at);
                value.append(escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped);
            } else {
                value.append(c);
            }
        }
        if (at >= text.length()) throw invalid("unterminated quoted string");
        at++;
        return value.toString();
    }

    private String word() {
        int start = at;
        while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) at++;
        return text.substring(start, at);
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) at++;
    }

    // ---- functions ----

    private static final Map<String, Predicate<Integer>> FUNCTIONS = Map.ofEntries(
            Map.entry("eq", n -> n == 2), Map.entry("ne", n -> n == 2), Map.entry("printf", n -> n >= 1), Map.entry("print", n -> n >= 1), Map.entry("random", n -> n == 1), Map.entry("truncate", n -> n == 2),
            Map.entry("truncate_sha256", n -> n == 2), Map.entry("uppercase", n -> n == 1), Map.entry("lowercase", n -> n == 1), Map.entry("replace", n -> n == 3),
            Map.entry("sha256", n -> n == 1), Map.entry("base64", n -> n == 1), Map.entry("decode_base64", n -> n == 1), Map.entry("hex", n -> n == 1), Map.entry("decode_hex", n -> n == 1),
            Map.entry("timestamp", n -> n == 1), Map.entry("unix_time", n -> n == 0), Map.entry("unix_time_millis", n -> n == 0), Map.entry("uuid", n -> n == 0));

    private static Part checked(Part.Call call) {
        var takes = FUNCTIONS.get(call.function());
        if (takes == null) throw invalid("there is no such function");
        if (!takes.test(call.arguments().size())) throw invalid("wrong number of arguments for " + call.function());
        return call;
    }

    private static String value(List<Part> parts, Scene scene) {
        var text = new StringBuilder();
        for (var part : parts) bounded(text.append(value(part, scene)).toString());
        return text.toString();
    }

    private static String value(Part part, Scene scene) {
        return switch (part) {
            case Part.Text literal -> literal.text();
            case Part.Field field -> scene.fields().getOrDefault(field.name(), "");
            case Part.Choice choice -> value(value(choice.condition(), scene).isEmpty() ? choice.otherwise() : choice.then(), scene);
            case Part.Call call -> bounded(call(call.function(), call.arguments().stream().map(argument -> value(argument, scene)).toList(), scene));
        };
    }

    private static String bounded(String value) {
        if (value.length() > MAX_RESULT) throw invalid("it makes names longer than " + MAX_RESULT + " characters");
        return value;
    }

    private static String call(String function, List<String> given, Scene scene) {
        return switch (function) {
            case "eq" -> given.get(0).equals(given.get(1)) ? TRUE : "";
            case "ne" -> given.get(0).equals(given.get(1)) ? "" : TRUE;
            case "printf" -> printf(given);
            case "print" -> String.join("", given);
            case "random" -> Secret.letters(scene.random(), number(given.getFirst(), 1)).reveal();
            case "truncate" -> truncated(given.get(1), number(given.getFirst(), 1));
            case "truncate_sha256" -> truncatedWithHash(given.get(1), number(given.getFirst(), 9));
            case "uppercase" -> given.getFirst().toUpperCase(Locale.ROOT);
            case "lowercase" -> given.getFirst().toLowerCase(Locale.ROOT);
            case "replace" -> given.get(2).replace(given.get(0), given.get(1));
            case "sha256" -> sha256(given.getFirst());
            case "base64" -> Base64.getEncoder().encodeToString(given.getFirst().getBytes(StandardCharsets.UTF_8));
            case "decode_base64" -> decoded(() -> Base64.getDecoder().decode(given.getFirst()));
            case "hex" -> HexFormat.of().formatHex(given.getFirst().getBytes(StandardCharsets.UTF_8));
            case "decode_hex" -> decoded(() -> HexFormat.of().parseHex(given.getFirst()));
            case "timestamp" -> timestamp(given.getFirst(), scene.now());
            case "unix_time" -> String.valueOf(scene.now().getEpochSecond());
            case "unix_time_millis" -> String.valueOf(scene.now().toEpochMilli());
            case "uuid" -> uuid(scene.random());
            default -> throw new IllegalStateException(function);
        };
    }

    private static String decoded(Supplier<byte[]> bytes) {
        try {
            return new String(bytes.get(), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            throw invalid("something to decode is not encoded");
        }
    }

    private static int number(String text, int least) {
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= MAX_RESULT) return number;
        } catch (NumberFormatException notOne) {
            // said below
        }
        throw invalid("a length is a number from " + least + " to " + MAX_RESULT);
    }

    private static String printf(List<String> given) {
        var text = new StringBuilder();
        var format = given.getFirst();
        int next = 1;
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 >= format.length()) {
                text.append(c);
                continue;
            }
            char verb = format.charAt(++i);
            if (verb == '%') text.append('%');
            else if ("sdv".indexOf(verb) >= 0 && next < given.size()) text.append(given.get(next++));
            else throw invalid("printf takes %s, %d and %v, each with its argument");
        }
        if (next != given.size()) throw invalid("printf has an argument that its format does not name");
        return text.toString();
    }

    private static String truncated(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length);
    }

    private static String truncatedWithHash(String text, int length) {
        if (text.length() <= length) return text;
        int kept = length - 8;
        return text.substring(0, kept) + sha256(text.substring(kept)).substring(0, 8);
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String uuid(SecureRandom random) {
        var bits = new BigInteger(128, random);
        return new UUID((bits.shiftRight(64).longValue() & ~0xf000L) | 0x4000L, (bits.longValue() & 0x3fffffffffffffffL) | 0x8000000000000000L).toString();
    }

    /** What a layout may name, in Go's way of writing the reference time, and how the JDK writes it; longer ones first. */
    private static final List<Map.Entry<String, String>> LAYOUT = List.of(
            Map.entry("2006", "yyyy"), Map.entry("January", "MMMM"), Map.entry("Monday", "EEEE"), Map.entry("-07:00", "xxx"), Map.entry("Z07:00", "XXX"), Map.entry("-0700", "xx"),
            Map.entry("Jan", "MMM"), Map.entry("Mon", "EEE"), Map.entry("MST", "zzz"), Map.entry("000", "SSS"), Map.entry("002", "DDD"), Map.entry("01", "MM"), Map.entry("02", "dd"),
            Map.entry("03", "hh"), Map.entry("04", "mm"), Map.entry("05", "ss"), Map.entry("06", "yy"), Map.entry("15", "HH"), Map.entry("PM", "a"));

    private static String timestamp(String layout, Instant now) {
        var format = new DateTimeFormatterBuilder();
        for (int i = 0; i < layout.length(); ) {
            var rest = layout.substring(i);
            var known = LAYOUT.stream().filter(entry -> rest.startsWith(entry.getKey())).findFirst();
            known.ifPresentOrElse(entry -> format.appendPattern(entry.getValue()), () -> format.appendLiteral(rest.charAt(0)));
            i += known.map(entry -> entry.getKey().length()).orElse(1);
        }
        return format.toFormatter(Locale.ROOT).withZone(ZoneOffset.UTC).format(now);
    }
}
