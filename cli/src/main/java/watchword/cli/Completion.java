package watchword.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import watchword.cli.line.Command;
import watchword.cli.line.Flag;

/**
 * A shell function that completes commands, flags and what they take, read off the declarations. It starts no program, so it is instant.
 */
final class Completion {
    private static final String FUNCTION = """
            _watchword() {
                local cur words="" word i
                cur=${COMP_WORDS[COMP_CWORD]}
                for ((i = 1; i < COMP_CWORD; i++)); do
                    word=${COMP_WORDS[i]}
                    case $word in -* | =) ;; *) words="$words $word" ;; esac
                done
                words=${words# }
                local next="" flags="" files=""
                case $words in
            @CASES@    esac
                case $cur in
                    -*) COMPREPLY=($(compgen -W "$flags" -- "$cur")) ;;
                    @*) COMPREPLY=($(compgen -P @ -f -- "${cur#@}")) ;;
                    *) COMPREPLY=($(compgen -W "$next" -- "$cur")); [ -n "$files" ] && COMPREPLY+=($(compgen -f -- "$cur")) ;;
                esac
            }
            complete -o nosort -F _watchword watchword
            """;

    private Completion() {}

    static String script(List<Command> commands, String shell) {
        var cases = new StringBuilder();
        for (var words : beginnings(commands)) branch(cases, words, commands);
        var function = FUNCTION.replace("@CASES@", cases.toString());
        return shell.equals("zsh") ? "autoload -U +X bashcompinit && bashcompinit\n" + function.replace("-o nosort ", "") : function;
    }

    /** Longest first: each command, then what commands begin with. */
    private static List<String> beginnings(List<Command> commands) {
        var all = new LinkedHashSet<String>();
        for (var command : commands) all.add(command.words());
        for (var command : commands) {
            for (int space = command.words().lastIndexOf(' '); space > 0; space = command.words().lastIndexOf(' ', space - 1)) {
                all.add(command.words().substring(0, space));
            }
        }
        var longest = new ArrayList<>(all);
        longest.sort((a, b) -> b.length() - a.length());
        longest.add("");
        return longest;
    }

    private static void branch(StringBuilder cases, String words, List<Command> commands) {
        var next = new LinkedHashSet<String>();
        var flags = new StringBuilder();
        boolean files = false;
        for (var command : commands) {
            if (command.words().equals(words)) {
                for (var flag : command.allFlags()) flags.append(flags.isEmpty() ? "" : " ").append(shown(flag));
                files = command.arguments().contains("FILE") || command.kind() == Command.Kind.CHILD;
            } else if (words.isEmpty() || command.words().startsWith(words + " ")) {
                var rest = words.isEmpty() ? command.words() : command.words().substring(words.length() + 1);
                int space = rest.indexOf(' ');
                next.add(space < 0 ? rest : rest.substring(0, space));
            }
        }
        cases.append("        ").append(words.isEmpty() ? "\"\"" : "\"" + words + "\" | \"" + words + " \"*").append(") next=\"")
                .append(String.join(" ", next)).append('"');
        cases.append(" flags=\"").append(flags).append('"').append(files ? " files=yes" : "").append(" ;;\n");
    }

    private static String shown(Flag flag) {
        if (flag.choices().isEmpty()) return "-" + flag.name() + (flag.kind() == Flag.Kind.SWITCH ? "" : "=");
        var all = new StringBuilder();
        for (var choice : flag.choices()) all.append(all.isEmpty() ? "" : " ").append('-').append(flag.name()).append('=').append(choice);
        return all.toString();
    }
}
