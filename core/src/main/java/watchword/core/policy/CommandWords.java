package watchword.core.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The words of a command that works without a server: options, written {@code -name=value} or {@code -name value}, and files.
 *
 * @param options by name without its dash; a switch that is on has the value {@code true}
 */
public record CommandWords(Map<String, List<String>> options, List<String> files) {

    /** @throws IllegalArgumentException for an option that there is not, and for one without its value */
    public static CommandWords of(List<String> arguments, Set<String> options, Set<String> switches) {
        var given = new HashMap<String, List<String>>();
        var files = new ArrayList<String>();
        for (int i = 0; i < arguments.size(); i++) {
            var argument = arguments.get(i);
            if (!argument.startsWith("-") || argument.equals("-")) {
                files.add(argument);
                continue;
            }
            var word = argument.replaceFirst("^--?", "");
            int equals = word.indexOf('=');
            var name = equals < 0 ? word : word.substring(0, equals);
            if (!options.contains(name) && !switches.contains(name)) throw new IllegalArgumentException("unknown option -" + name);
            if (equals < 0 && !switches.contains(name) && i + 1 == arguments.size()) throw new IllegalArgumentException("-" + name + " lacks its value");
            var value = equals >= 0 ? word.substring(equals + 1) : switches.contains(name) ? "true" : arguments.get(++i);
            given.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
        }
        if (files.isEmpty()) throw new IllegalArgumentException("no file given");
        return new CommandWords(given, files);
    }

    public List<String> all(String name) {
        return options.getOrDefault(name, List.of());
    }

    public Optional<String> last(String name) {
        return all(name).isEmpty() ? Optional.empty() : Optional.of(all(name).getLast());
    }

    public boolean isOn(String name) {
        return last(name).orElse("false").equals("true");
    }
}
