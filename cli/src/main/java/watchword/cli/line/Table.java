package watchword.cli.line;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import watchword.client.DurationText;
import watchword.client.Json;

/** Columns under underlined headings, four spaces apart; what is empty shows as {@code n/a}. One thread. */
public final class Table {
    private static final int GAP = 4;

    private final List<List<String>> lines = new ArrayList<>();

    private Table() {}

    public static Table of(String... headings) {
        var table = new Table();
        var underlines = new String[headings.length];
        for (int i = 0; i < headings.length; i++) underlines[i] = "-".repeat(headings[i].length());
        table.lines.add(List.of(headings));
        table.lines.add(List.of(underlines));
        return table;
    }

    /** A table of two columns, to be filled with {@link #row}. */
    public static Table keyValue() {
        return of("Key", "Value");
    }

    public Table row(String... cells) {
        lines.add(List.of(cells));
        return this;
    }

    /** Every member in the order of its name; what is named like a time shows as one. */
    public Table rows(Json.Obj object) {
        for (var name : sorted(object)) row(name, shown(name, object));
        return this;
    }

    private static List<String> sorted(Json.Obj object) {
        var names = new ArrayList<>(object.members().keySet());
        Collections.sort(names);
        return names;
    }

    /** A member as a table shows it. */
    public static String shown(String name, Json.Obj object) {
        var value = object.get(name);
        if (value.isEmpty()) return "<nil>";
        if (value.get() instanceof Json.Num && isDuration(name)) return DurationText.human(object.whole(name));
        return text(value.get());
    }

    private static boolean isDuration(String name) {
        return name.equals("ttl") || name.equals("period") || name.equals("duration") || name.endsWith("_ttl") || name.endsWith("_period")
                || name.endsWith("_duration");
    }

    /** As the field's tables show values: {@code [a b]}, {@code map[k:v]}, {@code <nil>}. */
    public static String text(Json value) {
        if (value instanceof Json.Null) return "<nil>";
        var text = new StringBuilder();
        if (value instanceof Json.Arr list) {
            for (var item : list.items()) text.append(text.isEmpty() ? "[" : " ").append(text(item));
            return (text.isEmpty() ? "[" : text.toString()) + "]";
        }
        if (value instanceof Json.Obj object) {
            for (var name : sorted(object)) {
                text.append(text.isEmpty() ? "map[" : " ").append(name).append(':')
                        .append(object.get(name).isEmpty() ? "<nil>" : text(object.get(name).get()));
            }
            return (text.isEmpty() ? "map[" : text.toString()) + "]";
        }
        return value.display();
    }

    public void print(PrintStream out) {
        int columns = lines.getFirst().size();
        var widths = new int[columns];
        for (var line : lines) for (int i = 0; i < columns; i++) widths[i] = Math.max(widths[i], cell(line.get(i)).length());
        for (var line : lines) {
            var text = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                var cell = cell(line.get(i));
                text.append(cell);
                if (i < columns - 1) text.append(" ".repeat(widths[i] - cell.length() + GAP));
            }
            out.println(text);
        }
    }

    private static String cell(String text) {
        return text.isEmpty() ? "n/a" : printable(text);
    }

    /** What is stored, or said by a server, may have been written by anybody: its control characters do not reach a terminal. */
    public static String printable(String text) {
        StringBuilder clean = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean control = (c < ' ' && c != '\n' && c != '\t') || c == 0x7f || (c >= 0x80 && c < 0xa0);
            if (control && clean == null) clean = new StringBuilder(text.substring(0, i));
            if (clean != null) {
                if (control) clean.append("\\x").append(Integer.toHexString(c + 0x100).substring(1));
                else clean.append(c);
            }
        }
        return clean == null ? text : clean.toString();
    }

    /** {@code === Data ===}, as wide as the table below it. */
    public static String heading(String title, Json.Obj below) {
        int longest = 0;
        for (var name : below.members().keySet()) longest = Math.max(longest, name.length());
        return heading(title, longest + GAP + "Value".length());
    }

    public static String heading(String title, int width) {
        int signs = width - title.length() - 2;
        int half = signs <= 0 ? 2 : (signs + 1) / 2;
        return "=".repeat(half) + " " + title + " " + "=".repeat(half);
    }
}
