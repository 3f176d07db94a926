package watchword.core.password;

import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import watchword.core.hcl.Hcl;
import watchword.core.hcl.Hcl.Item;
import watchword.core.hcl.Hcl.Value;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/**
 * How passwords are made: their length, the characters they are of, and how many of each kind there are at least. Every password that keeps
 * the rules is equally likely.
 *
 * @param length in characters, {@value #MIN_LENGTH} to {@value #MAX_LENGTH}
 */
record PasswordPolicy(int length, List<Charset> rules) {
    static final int MIN_LENGTH = 4;
    static final int MAX_LENGTH = 100;
    private static final int MAX_CHARACTERS = 256;
    /** Enough for any policy whose passwords are not one in ten thousand. */
    private static final int MAX_TRIES = 100_000;
    private static final Set<String> TOP = Set.of("length", "rule");
    private static final Set<String> RULE = Set.of("charset", "min-chars", "min_chars");

    /** @param characters code points, each once, sorted */
    record Charset(List<Integer> characters, int atLeast) {}

    /** @throws Problem.ProblemException when the text is no password policy, or no password could keep it */
    static PasswordPolicy parse(String text) {
        try {
            var body = Hcl.parse(text);
            for (var item : body.items()) {
                if (!TOP.contains(item.key())) throw invalid("unable to decode: invalid key \"" + item.key() + "\" on line " + item.at().line());
            }
            var rules = new ArrayList<Charset>();
            for (var item : Hcl.labeled(body, "rule")) rules.add(rule(item));
            return checked(new PasswordPolicy(number(body.find("length"), "length"), List.copyOf(rules)));
        } catch (Hcl.SyntaxException syntax) {
            throw invalid("unable to decode: " + syntax.getMessage());
        }
    }

    private static Problem.ProblemException invalid(String why) {
        return new Problem.Invalid("invalid password policy: " + why).asException();
    }

    private static Charset rule(Item item) {
        var kind = item.labels().getFirst();
        if (!kind.equals("charset")) throw invalid("unable to parse rules: unable to parse rule " + kind + ": unrecognized rule type " + kind);
        if (!(item.value() instanceof Value.Body body)) throw invalid("unable to parse rules: unable to get rule info: rule data on line " + item.at().line() + " is not a block");
        for (var inner : body.items()) {
            if (!RULE.contains(inner.key())) throw invalid("unable to parse rules: invalid key \"" + inner.key() + "\" on line " + inner.at().line());
        }
        var characters = body.find("charset").map(value -> {
            if (value instanceof Value.Text text) return text.text();
            throw invalid("unable to parse rules: charset on line " + value.at().line() + " must be text");
        }).orElse("");
        var distinct = characters.codePoints().sorted().distinct().boxed().toList();
        return new Charset(distinct, number(body.find("min-chars").or(() -> body.find("min_chars")), "min-chars"));
    }

    private static int number(Optional<Value> value, String key) {
        if (value.isEmpty()) return 0;
        try {
            if (value.get() instanceof Value.Number number) return Integer.parseInt(number.text());
            if (value.get() instanceof Value.Text text) return Integer.parseInt(text.text());
        } catch (NumberFormatException notANumber) {
            // said below
        }
        throw invalid(key + " on line " + value.get().at().line() + " must be a whole number");
    }

    private static PasswordPolicy checked(PasswordPolicy policy) {
        var wrong = new ArrayList<String>();
        long least = policy.rules.stream().mapToLong(rule -> Math.max(0, rule.atLeast())).sum();
        if (policy.length <= 0) wrong.add("length must be > 0");
        else if (policy.length < least) wrong.add("specified rules require at least " + least + " characters but " + policy.length + " is specified");
        var characters = policy.characters();
        if (characters.length == 0) wrong.add("no charset specified");
        if (Arrays.stream(characters).anyMatch(c -> !isPrintable(c))) wrong.add("non-printable character in charset");
        if (characters.length > MAX_CHARACTERS) wrong.add("charset is too long: limited to " + MAX_CHARACTERS + " characters");
        if (!wrong.isEmpty()) {
            throw invalid((wrong.size() == 1 ? "1 error" : wrong.size() + " errors") + " occurred:\n\t* " + String.join("\n\t* ", wrong) + "\n\n");
        }
        if (policy.length < MIN_LENGTH || policy.length > MAX_LENGTH) {
            throw new Problem.Invalid("passwords must be between " + MIN_LENGTH + " and " + MAX_LENGTH + " characters").asException();
        }
        if (policy.rules.stream().anyMatch(rule -> rule.atLeast() > 0 && rule.characters().isEmpty())) throw impossible();
        return policy;
    }

    static Problem.ProblemException impossible() {
        return new Problem.Invalid("unable to construct test password from provided policy: are the rules impossible?").asException();
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED, Character.PRIVATE_USE, Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }

    /** Of all rules, each once. */
    private int[] characters() {
        return rules.stream().flatMap(rule -> rule.characters().stream()).mapToInt(Integer::intValue).sorted().distinct().toArray();
    }

    /** @return empty when so few passwords keep the rules that none was found */
    Optional<Secret> generate(RandomGenerator random) {
        var characters = characters();
        var password = new int[length];
        try {
            for (int i = 0; i < MAX_TRIES; i++) {
                // nextInt with a bound rejects what would favor some characters.
                Arrays.setAll(password, _ -> characters[random.nextInt(characters.length)]);
                if (keepsRules(password)) return Optional.of(encoded(password));
            }
            return Optional.empty();
        } finally {
            Arrays.fill(password, 0);
        }
    }

    private boolean keepsRules(int[] password) {
        for (var rule : rules) {
            if (rule.atLeast() > 0 && IntStream.of(password).filter(rule.characters()::contains).count() < rule.atLeast()) return false;
        }
        return true;
    }

    private static Secret encoded(int[] password) {
        var chars = new char[password.length * 2];
        int length = 0;
        for (int c : password) length += Character.toChars(c, chars, length);
        var buffer = StandardCharsets.UTF_8.encode(CharBuffer.wrap(chars, 0, length));
        var bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        Arrays.fill(chars, '\0');
        Arrays.fill(buffer.array(), (byte) 0);
        return Secret.owning(bytes);
    }
}
