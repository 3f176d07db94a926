package watchword.cli.line;

import java.util.ArrayList;
import java.util.List;

/**
 * The declaration of one command. Parsing, help, completion and the reference in {@code docs/} are all read from it.
 *
 * @param words what is typed, such as {@code kv metadata get}
 * @param arguments as help shows them: {@code PATH [KEY=VALUE...]}; square brackets for what may be left out, dots for what may repeat
 * @param summary one sentence
 * @param doing what an error says it was doing, {@code %s} for the first argument: {@code reading %s}
 * @param flags beyond {@link #COMMON}
 * @param notes more to know, a paragraph each; one that begins with four spaces is an example of a file, printed as it is
 * @param examples what may be typed after {@code watchword}
 */
public record Command(String words, String arguments, String summary, String doing, List<Flag> flags, List<String> notes,
        List<String> examples, Kind kind) {

    /** Whether a command talks to a server, works alone, runs a child whose words are not ours, or is started by the launcher. */
    public enum Kind { REMOTE, LOCAL, CHILD, LAUNCHER }

    /** What every command that talks to a server has. */
    public static final List<Flag> COMMON = List.of(
            Flag.text("address", "URL", "server to talk to; else VAULT_ADDR, else https://127.0.0.1:8200"),
            Flag.text("namespace", "NAME", "namespace to work in; else VAULT_NAMESPACE"),
            Flag.text("ns", "NAME", "short for -namespace"),
            Flag.choice("format", "how to print; else VAULT_FORMAT, else table", "table", "json", "yaml", "raw"),
            Flag.text("field", "NAME", "print only this field, and nothing around it"),
            Flag.duration("wrap-ttl", "have the answer wrapped, for this long; else VAULT_WRAP_TTL"),
            Flag.pairs("header", "header to send along"),
            Flag.file("ca-cert", "PEM file of authorities to trust; else VAULT_CACERT"),
            Flag.file("ca-path", "directory of such files; else VAULT_CAPATH"),
            Flag.file("client-cert", "PEM file of a client certificate; else VAULT_CLIENT_CERT"),
            Flag.file("client-key", "PEM file of its key; else VAULT_CLIENT_KEY"),
            Flag.text("tls-server-name", "NAME", "name that the server's certificate must have; else VAULT_TLS_SERVER_NAME"),
            Flag.on("tls-skip-verify", "accept any certificate: the token goes to whoever answers; else VAULT_SKIP_VERIFY"));

    public static Command of(String words, String arguments, String summary) {
        return new Command(words, arguments, summary, "", List.of(), List.of(), List.of(), Kind.REMOTE);
    }

    public Command doing(String what) {
        return new Command(words, arguments, summary, what, flags, notes, examples, kind);
    }

    public Command flags(Flag... more) {
        return flags(List.of(more));
    }

    public Command flags(List<Flag> more) {
        var all = new ArrayList<>(flags);
        all.addAll(more);
        return new Command(words, arguments, summary, doing, List.copyOf(all), notes, examples, kind);
    }

    public Command note(String paragraph) {
        var all = new ArrayList<>(notes);
        all.add(paragraph);
        return new Command(words, arguments, summary, doing, flags, List.copyOf(all), examples, kind);
    }

    public Command example(String line) {
        var all = new ArrayList<>(examples);
        all.add(line);
        return new Command(words, arguments, summary, doing, flags, notes, List.copyOf(all), kind);
    }

    public Command kind(Kind other) {
        return new Command(words, arguments, summary, doing, flags, notes, examples, other);
    }

    /** Its own flags, then the common ones. */
    public List<Flag> allFlags() {
        if (kind == Kind.LOCAL || kind == Kind.LAUNCHER) return flags;
        var all = new ArrayList<>(flags);
        for (var flag : COMMON) if (kind != Kind.CHILD || !isAboutOutput(flag)) all.add(flag);
        return all;
    }

    private static boolean isAboutOutput(Flag flag) {
        return flag.name().equals("format") || flag.name().equals("field") || flag.name().equals("wrap-ttl");
    }

    public int wordCount() {
        int count = 1;
        for (int i = 0; i < words.length(); i++) if (words.charAt(i) == ' ') count++;
        return count;
    }

    /** How many arguments it needs. */
    public int atLeast() {
        int count = 0;
        for (var argument : argumentNames()) if (!argument.startsWith("[")) count++;
        return count;
    }

    /** How many it takes at most. */
    public int atMost() {
        var names = argumentNames();
        return !names.isEmpty() && names.getLast().contains("...") ? Integer.MAX_VALUE : names.size();
    }

    /** {@code PATH}, {@code [KEY=VALUE...]}. */
    public List<String> argumentNames() {
        var names = new ArrayList<String>();
        int from = 0;
        for (int i = 0; i <= arguments.length(); i++) {
            if (i < arguments.length() && arguments.charAt(i) != ' ') continue;
            if (i > from && !arguments.substring(from, i).equals("--")) names.add(arguments.substring(from, i));
            from = i + 1;
        }
        return names;
    }
}
