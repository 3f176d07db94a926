package watchword.cli.line;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.client.DurationText;

/** Words into a {@link Call}. Flags may stand anywhere before {@code --}; where a child's words begin, ours end. One use. */
public final class Parser {
    private final Command command;
    private final Map<String, List<String>> options = new LinkedHashMap<>();
    private final List<String> arguments = new ArrayList<>();

    private Parser(Command command) {
        this.command = command;
    }

    /** @param words those after the command's own */
    public static Call parse(Command command, List<String> words, World world) throws UsageException {
        var parser = new Parser(command);
        parser.take(words);
        boolean help = parser.options.containsKey("help");
        if (!help) parser.count();
        return new Call(command, List.copyOf(parser.arguments), parser.options, world);
    }

    private void take(List<String> words) throws UsageException {
        for (int i = 0; i < words.size(); i++) {
            var word = words.get(i);
            boolean ends = word.equals("--");
            boolean argument = !word.startsWith("-") || word.equals("-");
            if (ends || (argument && command.kind() == Command.Kind.CHILD)) {
                arguments.addAll(words.subList(ends ? i + 1 : i, words.size()));
                return;
            }
            if (argument) arguments.add(word);
            else i += flag(words, i);
        }
    }

    /** @return how many further words it took */
    private int flag(List<String> words, int at) throws UsageException {
        var word = words.get(at);
        var text = word.substring(word.startsWith("--") ? 2 : 1);
        int equals = text.indexOf('=');
        var name = equals < 0 ? text : text.substring(0, equals);
        if (name.equals("help") || name.equals("h")) {
            options.put("help", List.of("true"));
            return 0;
        }
        var flag = find(name);
        boolean takesNext = equals < 0 && !flag.isSwitch();
        if (takesNext && at + 1 == words.size()) throw new UsageException("-" + name + " needs a value: " + flag.shown());
        var value = equals >= 0 ? text.substring(equals + 1) : flag.isSwitch() ? "true" : words.get(at + 1);
        put(flag, value);
        return takesNext ? 1 : 0;
    }

    private Flag find(String name) throws UsageException {
        var all = command.allFlags();
        for (var flag : all) if (flag.name().equals(name)) return flag;
        var names = new ArrayList<String>();
        for (var flag : all) names.add(flag.name());
        var near = Nearest.to(name, names);
        throw new UsageException("there is no flag -" + name + (near.isEmpty() ? "" : "; did you mean -" + near.get() + "?"));
    }

    private void put(Flag flag, String value) throws UsageException {
        check(flag, value);
        var known = options.get(flag.name());
        if (known == null) {
            known = new ArrayList<>();
            options.put(flag.name(), known);
        } else if (!flag.repeats()) {
            throw new UsageException("-" + flag.name() + " was given twice");
        }
        known.add(value);
    }

    private static void check(Flag flag, String value) throws UsageException {
        boolean good = switch (flag.kind()) {
            case SWITCH -> value.equals("true") || value.equals("false");
            case NUMBER -> isNumber(value);
            case DURATION -> DurationText.parse(value).isPresent();
            case PAIR -> value.indexOf('=') > 0;
            case CHOICE -> flag.choices().contains(value);
            case TEXT, FILE -> true;
        };
        if (good) return;
        var wanted = switch (flag.kind()) {
            case SWITCH -> "true or false";
            case NUMBER -> "a number";
            case DURATION -> "a time such as 30s, 10m or 1h";
            case PAIR -> "KEY=VALUE";
            case CHOICE -> "one of " + String.join(", ", flag.choices());
            case TEXT, FILE -> "a value";
        };
        throw new UsageException("-" + flag.name() + " takes " + wanted + ", not \"" + value + "\"");
    }

    private static boolean isNumber(String value) {
        if (value.isEmpty() || value.length() > 18) return false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < '0' || c > '9') && !(i == 0 && c == '-' && value.length() > 1)) return false;
        }
        return true;
    }

    private void count() throws UsageException {
        int least = command.atLeast();
        int most = command.atMost();
        int have = arguments.size();
        if (have < least) throw new UsageException("not enough arguments (expected " + expected(least, most) + ", got " + have + ")");
        if (have > most) throw new UsageException("too many arguments (expected " + expected(least, most) + ", got " + have + ")");
    }

    private static String expected(int least, int most) {
        return least == most ? String.valueOf(least) : most == Integer.MAX_VALUE ? "at least " + least : least + " to " + most;
    }
}
