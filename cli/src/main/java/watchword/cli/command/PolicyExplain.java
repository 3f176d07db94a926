package watchword.cli.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import watchword.cli.line.Call;
import watchword.cli.line.Command;
import watchword.cli.line.Flag;
import watchword.cli.line.Table;
import watchword.cli.line.UsageException;
import watchword.client.Json;
import watchword.client.SettingsException;

/** {@code policy explain}: why something is allowed or refused, in words. */
final class PolicyExplain {
    static final Command COMMAND = Command.of("policy explain", "PATH OPERATION [KEY=VALUE...]", "Tell why policies allow or refuse something.")
            .doing("explaining %s")
            .flags(Flag.text("token", "TOKEN", "whose policies: those of this token, - for standard input; else your own"),
                    Flag.text("accessor", "ACCESSOR", "those of the token with this accessor"),
                    Flag.text("entity", "ID", "those of this entity and its groups"),
                    Flag.texts("policy", "NAME", "these policies, alone or besides an entity's"),
                    Flag.duration("wrapped", "as if the answer were to be wrapped, for this long"))
            .note("OPERATION is create, read, update, patch, delete, list or scan; a write needs create where nothing is yet, else update. Pairs are parameters "
                    + "that would be sent along. What is told of others needs sudo on sys/policies/explain.")
            .example("policy explain secret/data/train read")
            .example("policy explain -policy=trainer secret/data/models/bert update public=true");

    private PolicyExplain() {}

    static int run(Call call) throws IOException, UsageException, SettingsException {
        var question = Json.fields().put("path", call.argument(0)).put("operation", call.argument(1));
        var parameters = call.input().fields(call.arguments().subList(2, call.arguments().size()));
        if (!parameters.isEmpty()) question.put("parameters", parameters);
        var token = call.option("token").orElse("");
        if (!token.isEmpty()) question.put("token", token.equals("-") ? call.input().standardInput().strip() : token);
        if (call.has("accessor")) question.put("accessor", call.option("accessor").orElse(""));
        if (call.has("entity")) question.put("entity_id", call.option("entity").orElse(""));
        if (call.has("policy")) question.put("policies", Json.texts(call.all("policy")));
        if (call.has("wrapped")) question.put("wrap_ttl", call.option("wrapped").orElse(""));
        var answer = call.client().write("sys/policies/explain", question.build());
        if (!call.output().isTable() || call.output().wantsField() || answer.data().isEmpty()) return call.output().answer(answer);
        for (var line : told(answer.data())) call.out().println(Table.printable(line));
        return 0;
    }

    private static List<String> told(Json.Obj told) {
        var lines = new ArrayList<String>();
        boolean allowed = told.isTrue("allowed");
        lines.add((allowed ? "ALLOWED  " : "DENIED   ") + told.text("operation") + " " + told.text("path"));
        lines.add("policies " + String.join(", ", told.texts("policies")));
        if (!told.texts("missing_policies").isEmpty()) lines.add("missing  " + String.join(", ", told.texts("missing_policies")) + ": there is no such policy");
        guard(told.text("guard"), lines);
        rule(told, lines);
        for (var refusal : told.items("refusals")) lines.add("because  " + text(refusal, "text"));
        for (var other : told.items("passed_over")) lines.add("not by   " + place(other) + " " + text(other, "path") + ": " + text(other, "why"));
        if (!told.text("smallest_rule").isEmpty()) {
            lines.add("");
            lines.add(told.isTrue("replaces") ? "To allow it, put this in the place of the rule that decided:" : "To allow it, write:");
            for (var line : told.text("smallest_rule").split("\n", -1)) lines.add(line.isEmpty() ? "" : "    " + line);
        }
        return lines;
    }

    private static void guard(String guard, List<String> lines) {
        switch (guard) {
            case "sudo" -> lines.add("path     root-protected: needs sudo besides");
            case "open" -> lines.add("path     needs no token");
            case "no_route" -> lines.add("path     there is nothing for this operation here, whatever policies say");
            default -> {}
        }
    }

    private static void rule(Json.Obj told, List<String> lines) {
        var places = new ArrayList<String>();
        for (var source : told.items("decided_by")) places.add(place(source));
        if (told.text("rule").isEmpty() && places.isEmpty()) lines.add("rule     none covers the path");
        else lines.add("rule     " + told.text("rule") + (places.isEmpty() ? "" : " (" + String.join(", ", places) + ")"));
        lines.add("gives    " + String.join(", ", told.texts("capabilities")));
    }

    private static String place(Json source) {
        return text(source, "policy") + " line " + text(source, "line");
    }

    private static String text(Json object, String name) {
        return object instanceof Json.Obj members ? members.text(name) : "";
    }
}
