package watchword.cli.line;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import watchword.client.Answer;
import watchword.client.DurationText;
import watchword.client.Json;
import watchword.client.JsonWriter;
import watchword.client.Settings;

/** Prints what was asked for in the form that was asked for; the one place where that is decided. One thread. */
public final class Output {
    private static final int DONE = 0;
    private static final int LOCAL = 1;
    private static final int REMOTE = 2;

    private final Call call;

    Output(Call call) {
        this.call = call;
    }

    private String format() {
        var flag = call.option("format");
        return (flag.isPresent() ? flag : Settings.variable(call.world().environment(), "FORMAT")).orElse("table");
    }

    /** @throws UsageException when the variable names a format that there is not */
    public void check() throws UsageException {
        var format = format();
        if (!List.of("table", "json", "yaml", "yml", "raw").contains(format)) {
            throw new UsageException("there is no format \"" + format + "\" (VAULT_FORMAT): table, json, yaml or raw");
        }
    }

    /** True when people read it: then a line may say more than the data. */
    public boolean isTable() {
        return format().equals("table");
    }

    public boolean wantsField() {
        return call.has("field");
    }

    /** A line that says it was done, for people. */
    public int success(String line) {
        if (isTable() && !wantsField()) call.out().println("Success! " + line);
        return DONE;
    }

    /** There is nothing at a path. */
    public int nothingAt(String path) {
        call.err().println("No value found at " + path);
        return REMOTE;
    }

    /** An answer: all of it, or its data as a table. One that tells why there is nothing is told, and is no success. */
    public int answer(Answer answer) {
        if (wantsField()) {
            if (!answer.isAbsence()) return field(answer, answer.data());
            warnings(answer);
            return REMOTE;
        }
        if (!isTable()) {
            int done = whole(answer.body(), answer.raw());
            return answer.isAbsence() ? REMOTE : done;
        }
        warnings(answer);
        if (answer.isAbsence()) return REMOTE;
        var table = Table.keyValue();
        Rows.of(answer, table);
        table.print(call.out());
        return DONE;
    }

    /** Warnings of the server, on standard error. */
    public void warnings(Answer answer) {
        for (var warning : answer.warnings()) warn(warning);
    }

    public void warn(String text) {
        Paint.warning(call.world(), "WARNING! " + text);
    }

    /** One member of what a table would show of {@code data}, or a fact about the answer such as its token. */
    public int field(Answer answer, Json.Obj data) {
        var name = call.option("field").orElse("");
        var value = Rows.fact(answer, name);
        if (value.isEmpty()) value = name.equals("data") && !data.has("data") ? Optional.of(data) : data.get(name);
        return value.isPresent() ? one(value.get()) : noField(name);
    }

    private int noField(String name) {
        call.err().println("Field \"" + name + "\" not present in secret");
        return LOCAL;
    }

    // No line end after it when a program reads it, so that what is stored and what is read are the same bytes.
    private int one(Json value) {
        call.out().print(isTable() ? value.display() : rendered(value));
        if (call.world().terminal().readsOutput() && isTable()) call.out().println();
        return DONE;
    }

    /** A document that is no secret: a table of its own making, or the document. */
    public int document(Json.Obj document, Table table) {
        if (wantsField()) {
            var name = call.option("field").orElse("");
            var value = document.get(name);
            return value.isPresent() ? one(value.get()) : noField(name);
        }
        if (!isTable()) return whole(document, new byte[0]);
        table.print(call.out());
        return DONE;
    }

    /** Sorted names under a heading. */
    public int names(Answer answer) {
        var names = new ArrayList<>(answer.data().texts("keys"));
        if (names.isEmpty()) {
            warnings(answer);
            return nothingAt(call.path(0));
        }
        if (!isTable()) {
            call.out().println(rendered(Json.texts(names)).stripTrailing());
            return DONE;
        }
        warnings(answer);
        Collections.sort(names);
        var table = Table.of("Keys");
        for (var name : names) table.row(name);
        table.print(call.out());
        return DONE;
    }

    private int whole(Json.Obj body, byte[] raw) {
        if (format().equals("raw") && raw.length > 0) {
            call.out().write(raw, 0, raw.length);
            if (call.world().terminal().readsOutput()) call.out().println();
        } else {
            call.out().println(rendered(body).stripTrailing());
        }
        return DONE;
    }

    private String rendered(Json value) {
        return switch (format()) {
            case "json" -> JsonWriter.pretty(value);
            case "yaml", "yml" -> Yaml.write(value);
            default -> JsonWriter.compact(value);
        };
    }

    /** Seconds as a table shows them; nothing ends what lasts for ever. */
    static String lifetime(long seconds) {
        return seconds == 0 ? "∞" : DurationText.human(seconds);
    }
}
