package watchword.cli.command;

import java.io.IOException;
import java.util.List;
import watchword.cli.line.Call;
import watchword.cli.line.Command;
import watchword.cli.line.Group;
import watchword.cli.line.Table;
import watchword.cli.line.UsageException;
import watchword.client.Answer;
import watchword.client.ApiException;
import watchword.client.Json;
import watchword.client.SettingsException;

/** {@code approvals}: requests that wait for others to approve of them. */
public final class ApprovalCommands implements Group {
    @Override
    public List<Command> commands() {
        return List.of(
                Command.of("approvals list", "", "List the requests that wait for approval.").doing("listing the requests that wait").example("approvals list"),
                Command.of("approvals show", "ACCESSOR", "Show what a request asks, who made it and why, and who approved.").doing("looking up the request")
                        .note("Secrets among the parameters are masked.").example("approvals show 4vXkbJ7Qa1cXq9tqG2sYzT"),
                Command.of("approvals approve", "ACCESSOR", "Approve of a request; whoever made it then unwraps its token.").doing("approving of the request")
                        .example("approvals approve 4vXkbJ7Qa1cXq9tqG2sYzT"));
    }

    @Override
    public int run(Call call) throws IOException, UsageException, SettingsException {
        return switch (call.command().words()) {
            case "approvals list" -> list(call);
            case "approvals show" -> call.output().answer(call.client().write("sys/control-group/request", Json.of("accessor", call.argument(0))));
            case "approvals approve" -> approve(call);
            default -> throw Group.undone(call);
        };
    }

    private static int list(Call call) throws IOException, UsageException, SettingsException {
        try {
            return listed(call, call.client().list("sys/control-group/requests"));
        } catch (ApiException none) {
            if (!none.isAbsence()) throw none;
            call.out().println("No request waits for approval.");
            return 0;
        }
    }

    private static int listed(Call call, Answer answer) throws UsageException {
        if (!call.output().isTable() || call.output().wantsField()) return call.output().answer(answer);
        var info = answer.data().object("key_info");
        var table = Table.of("Accessor", "Operation", "Path", "By", "Reason", "Approved", "Until");
        for (var accessor : answer.data().texts("keys")) {
            var one = info.object(accessor);
            table.row(accessor, one.text("request_operation"), one.text("request_path"), one.text("entity_name"), one.text("reason"), one.isTrue("approved") ? "yes" : "no", one.text("expire_time"));
        }
        table.print(call.out());
        return 0;
    }

    private static int approve(Call call) throws IOException, UsageException, SettingsException {
        var answer = call.client().write("sys/control-group/authorize", Json.of("accessor", call.argument(0)));
        if (!call.output().isTable() || call.output().wantsField()) return call.output().answer(answer);
        return call.output().success(answer.data().isTrue("approved") ? "The request has all its approvals: " + call.argument(0) : "Approved; the request needs further approval: " + call.argument(0));
    }
}
