package watchword.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import watchword.client.Client.Answer;
import watchword.client.JsonText;
import watchword.client.Settings;

/** Prints an answer in the form that was asked for; the one place where that is decided. */
final class Output {
    private final Call call;
    private final String format;

    Output(Call call) {
        this.call = call;
        this.format = call.option("format").or(() -> Settings.value(call.world().environment(), "FORMAT")).orElse("table");
    }

    boolean isTable() {
        return format.equals("table");
    }

    /** An answer with {@code data}. */
    int secret(Answer answer) {
        return secret(answer, answer.data());
    }

    /** @param fields what tables and {@code -field} show of it */
    int secret(Answer answer, Map<String, Object> fields) {
        if (call.option("field").isPresent()) return field(call.option("field").get(), fields, answer);
        switch (format) {
            case "json" -> call.out().println(JsonText.write(answer.body(), true));
            case "yaml" -> call.out().print(Yaml.write(answer.body()));
            case "raw" -> call.out().println(JsonText.write(answer.body(), false));
            default -> table(withLease(answer, fields));
        }
        return 0;
    }

    private int field(String name, Map<String, Object> fields, Answer answer) {
        var value = fields.containsKey(name) ? fields.get(name) : wrapInfo(answer).getOrDefault(name, answer.body().get(name));
        if (value == null) {
            call.err().println("Field \"" + name + "\" not present in secret");
            return 1;
        }
        call.out().print(value instanceof Map<?, ?> || value instanceof List<?> ? JsonText.write(value, false) : value);
        if (isTerminal()) call.out().println();
        return 0;
    }

    private static boolean isTerminal() {
        return System.console() != null && System.console().isTerminal();
    }

    @SuppressWarnings("unchecked") // an object's keys are strings
    private static Map<String, Object> wrapInfo(Answer answer) {
        return answer.body().get("wrap_info") instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    private static Map<String, Object> withLease(Answer answer, Map<String, Object> fields) {
        var rows = new LinkedHashMap<String, Object>();
        var wrap = wrapInfo(answer);
        if (!wrap.isEmpty()) {
            wrap.forEach((key, value) -> rows.put(key.equals("token") ? "wrapping_token" : key.equals("accessor") ? "wrapping_accessor" : key.equals("ttl") ? "wrapping_token_ttl" : "wrapping_token_" + key, value));
            return rows;
        }
        if (answer.body().get("lease_id") instanceof String id && !id.isEmpty()) {
            rows.put("lease_id", id);
            rows.put("lease_duration", seconds(answer.body().get("lease_duration")));
            rows.put("lease_renewable", String.valueOf(answer.body().get("renewable")));
        } else if (answer.body().get("lease_duration") instanceof JsonText.NumberText number && !number.text().equals("0")) {
            rows.put("refresh_interval", seconds(number));
        }
        rows.putAll(fields);
        return rows;
    }

    /** {@code 2764800} as {@code 768h}. */
    static String seconds(@Nullable Object value) {
        if (value == null) return "0s";
        long left = Long.parseLong(value.toString());
        if (left == 0) return "0s";
        var text = new StringBuilder();
        if (left >= 3600) text.append(left / 3600).append('h');
        if (left % 3600 >= 60) text.append(left % 3600 / 60).append('m');
        if (left % 60 > 0) text.append(left % 60).append('s');
        return text.toString();
    }

    /** Any document, as it is. */
    int document(Map<String, Object> fields) {
        if (call.option("field").isPresent()) return field(call.option("field").get(), fields, new Answer(200, fields));
        switch (format) {
            case "json" -> call.out().println(JsonText.write(fields, true));
            case "yaml" -> call.out().print(Yaml.write(fields));
            case "raw" -> call.out().println(JsonText.write(fields, false));
            default -> table(fields);
        }
        return 0;
    }

    /** A list of names. */
    int names(List<String> names) {
        switch (format) {
            case "json" -> call.out().println(JsonText.write(names, true));
            case "yaml" -> call.out().print(Yaml.write(names));
            case "raw" -> call.out().println(JsonText.write(names, false));
            default -> {
                call.out().println("Keys\n----");
                names.forEach(call.out()::println);
            }
        }
        return 0;
    }

    private void table(Map<String, Object> rows) {
        var lines = new ArrayList<List<String>>();
        lines.add(List.of("Key", "Value"));
        lines.add(List.of("---", "-----"));
        rows.forEach((key, value) -> lines.add(List.of(key, shown(value))));
        columns(lines);
    }

    /** Rows under a heading, in columns. */
    int rows(List<String> heading, List<List<String>> rows, Object asData) {
        switch (format) {
            case "json" -> call.out().println(JsonText.write(asData, true));
            case "yaml" -> call.out().print(Yaml.write(asData));
            case "raw" -> call.out().println(JsonText.write(asData, false));
            default -> {
                var lines = new ArrayList<List<String>>();
                lines.add(heading);
                lines.add(heading.stream().map(title -> "-".repeat(title.length())).toList());
                lines.addAll(rows);
                columns(lines);
            }
        }
        return 0;
    }

    private void columns(List<List<String>> lines) {
        int count = lines.getFirst().size();
        var widths = new int[count];
        for (var line : lines) for (int i = 0; i < count; i++) widths[i] = Math.max(widths[i], line.get(i).length());
        for (var line : lines) {
            var text = new StringBuilder();
            for (int i = 0; i < count; i++) text.append(line.get(i)).append(" ".repeat(i == count - 1 ? 0 : widths[i] - line.get(i).length() + 4));
            call.out().println(text.toString().stripTrailing());
        }
    }

    private static String shown(@Nullable Object value) {
        return switch (value) {
            case null -> "n/a";
            case Map<?, ?> map -> {
                var parts = new ArrayList<String>();
                map.forEach((key, each) -> parts.add(key + ":" + shown(each)));
                yield "map[" + String.join(" ", parts) + "]";
            }
            case List<?> list -> "[" + String.join(" ", list.stream().map(Output::shown).toList()) + "]";
            default -> value.toString();
        };
    }
}
