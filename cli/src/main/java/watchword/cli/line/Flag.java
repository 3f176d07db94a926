package watchword.cli.line;

import java.util.List;

/**
 * An option of a command, written {@code -name=value}, {@code -name value}, or {@code -name} alone for a {@link Kind#SWITCH}.
 *
 * @param name without its dash
 * @param value what it takes, as help shows it; empty for a switch
 * @param help one sentence without a full stop
 * @param choices the values of a {@link Kind#CHOICE}; empty otherwise
 * @param repeats whether it may be given more than once
 */
public record Flag(String name, Kind kind, String value, String help, List<String> choices, boolean repeats) {

    /** What its value must look like. */
    public enum Kind { SWITCH, TEXT, NUMBER, DURATION, PAIR, FILE, CHOICE }

    public static Flag on(String name, String help) {
        return new Flag(name, Kind.SWITCH, "", help, List.of(), false);
    }

    public static Flag text(String name, String value, String help) {
        return new Flag(name, Kind.TEXT, value, help, List.of(), false);
    }

    public static Flag texts(String name, String value, String help) {
        return new Flag(name, Kind.TEXT, value, help, List.of(), true);
    }

    public static Flag number(String name, String help) {
        return new Flag(name, Kind.NUMBER, "N", help, List.of(), false);
    }

    public static Flag duration(String name, String help) {
        return new Flag(name, Kind.DURATION, "TIME", help, List.of(), false);
    }

    /** {@code -name=key=value}, as often as wanted. */
    public static Flag pairs(String name, String help) {
        return new Flag(name, Kind.PAIR, "KEY=VALUE", help, List.of(), true);
    }

    public static Flag file(String name, String help) {
        return new Flag(name, Kind.FILE, "FILE", help, List.of(), false);
    }

    public static Flag choice(String name, String help, String... choices) {
        return new Flag(name, Kind.CHOICE, String.join("|", choices), help, List.of(choices), false);
    }

    public Flag repeated() {
        return new Flag(name, kind, value, help, choices, true);
    }

    boolean isSwitch() {
        return kind == Kind.SWITCH;
    }

    /** {@code -name=VALUE}, as help shows it. */
    public String shown() {
        return isSwitch() ? "-" + name : "-" + name + "=" + value;
    }
}
