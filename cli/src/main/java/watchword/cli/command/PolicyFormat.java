package watchword.cli.command;

import java.util.ArrayList;
import java.util.List;
import watchword.cli.line.UsageException;

/**
 * Brings a policy into its usual form: two spaces for each open brace or bracket, one space around an equals sign, equals signs of
 * neighboring lines in a column, at most one empty line in a row. It moves white space only, so it cannot change what a policy means.
 */
final class PolicyFormat {
    private final List<String> lines = new ArrayList<>();
    private int depth;

    private PolicyFormat() {}

    static String format(String text) throws UsageException {
        if (text.stripLeading().startsWith("{")) {
            throw new UsageException("this policy is JSON, which has no usual form here; only HCL is formatted");
        }
        var format = new PolicyFormat();
        int number = 0;
        for (var line : text.strip().lines().toList()) format.line(line.strip(), ++number);
        if (format.depth > 0) throw new UsageException("a brace or bracket is never closed");
        format.align();
        return String.join("\n", format.lines) + "\n";
    }

    private void line(String line, int number) throws UsageException {
        if (line.isEmpty()) {
            if (!lines.isEmpty() && !lines.getLast().isEmpty()) lines.add("");
            return;
        }
        int closing = 0;
        while (closing < line.length() && (line.charAt(closing) == '}' || line.charAt(closing) == ']')) closing++;
        int indent = depth - closing;
        depth += Scan.of(line, number).change();
        if (depth < 0 || indent < 0) throw new UsageException("line " + number + " closes what was not opened");
        if (closing > 0 && !lines.isEmpty() && lines.getLast().isEmpty()) lines.removeLast();
        lines.add("  ".repeat(indent) + spaced(line, number));
    }

    private static String spaced(String line, int number) throws UsageException {
        int equals = Scan.of(line, number).equals();
        return equals < 0 ? line : line.substring(0, equals).stripTrailing() + " = " + line.substring(equals + 1).stripLeading();
    }

    /** Puts the equals signs of lines that follow each other at one depth, and that begin and end there, into one column. */
    private void align() throws UsageException {
        int from = 0;
        while (from < lines.size()) {
            int to = from;
            int widest = 0;
            for (; to < lines.size() && isAssignment(lines.get(to)) && indent(lines.get(to)) == indent(lines.get(from)); to++) {
                widest = Math.max(widest, Scan.of(lines.get(to), to + 1).equals());
            }
            for (int i = from; i < to; i++) {
                int equals = Scan.of(lines.get(i), i + 1).equals();
                lines.set(i, lines.get(i).substring(0, equals) + " ".repeat(widest - equals) + lines.get(i).substring(equals));
            }
            from = Math.max(to, from + 1);
        }
    }

    private static boolean isAssignment(String line) throws UsageException {
        var scan = Scan.of(line, 0);
        return scan.equals() > 0 && scan.change() == 0;
    }

    private static int indent(String line) {
        return line.length() - line.stripLeading().length();
    }

    /**
     * What stands outside texts and remarks on one line.
     *
     * @param equals where the first equals sign at the line's own depth stands, or -1
     * @param change how many more braces and brackets it opens than it closes
     */
    private record Scan(int equals, int change) {
        static Scan of(String line, int number) throws UsageException {
            int equals = -1;
            int change = 0;
            boolean quoted = false;
            for (int i = 0; i < line.length(); i++) {
                char c = line.charAt(i);
                if (quoted) {
                    if (c == '\\') i++;
                    else if (c == '"') quoted = false;
                    continue;
                }
                if (c == '#' || (c == '/' && i + 1 < line.length() && line.charAt(i + 1) == '/')) break;
                if ((c == '/' && i + 1 < line.length() && line.charAt(i + 1) == '*') || (c == '<' && i + 1 < line.length()
                        && line.charAt(i + 1) == '<')) {
                    throw new UsageException("line " + number + ": remarks in /* */ and here-documents are not formatted");
                }
                if (c == '"') quoted = true;
                else if (c == '{' || c == '[') change++;
                else if (c == '}' || c == ']') change--;
                else if (c == '=' && equals < 0 && change == 0) equals = i;
            }
            if (quoted) throw new UsageException("line " + number + ": a text is never closed");
            return new Scan(equals, change);
        }
    }
}
