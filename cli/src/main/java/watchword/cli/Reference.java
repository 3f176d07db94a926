package watchword.cli;

import java.util.List;
import watchword.cli.line.Command;
import watchword.cli.line.Flag;

/** {@code docs/cli.md}, read off the declarations. */
final class Reference {
    private static final String INTRODUCTION = """
            # The command line

            <!-- Written by the build from the declarations in cli/src/main/java/watchword/cli; do not edit. `watchword help -markdown` prints it. -->

            Flags stand anywhere after the command, as `-name=value` or `-name value`; `--` ends them. Where the server is and who is asking
            comes from flags, then from variables (`VAULT_ADDR`, `VAULT_TOKEN` and the others named below; each may also begin with
            `WATCHWORD_`, which wins, or `BAO_`), then from `~/.vault-token` (`VAULT_TOKEN_FILE` names another), where `watchword login` keeps a
            token. An address may be `https://`, `http://` or `unix://` with the path of a socket.

            Exit status: 0 done; 1 a mistake here, such as an unknown flag or a missing file; 2 the server refused or could not be reached.
            `watchword status` answers 0 unsealed, 2 sealed, 1 not known; `watchword run` ends as its child does.

            `VAULT_CLIENT_TIMEOUT` (60s) bounds a request, `VAULT_MAX_RETRIES` (2) says how often one is tried again after a failed
            connection, 412, 429 or a 5xx other than 501. Redirects are not followed.
            """;

    private Reference() {}

    static String markdown(List<Command> commands) {
        var page = new StringBuilder(INTRODUCTION);
        page.append("\n| command | |\n|---|---|\n");
        for (var command : commands) {
            page.append("| [`").append(command.words()).append("`](#").append(anchor(command)).append(") | ").append(command.summary())
                    .append(" |\n");
        }
        page.append("\n## Flags of every command that talks to a server\n\n");
        flags(page, Command.COMMON);
        for (var command : commands) section(page, command);
        return page.toString();
    }

    private static String anchor(Command command) {
        return command.words().replace(' ', '-');
    }

    private static void section(StringBuilder page, Command command) {
        page.append("\n## ").append(command.words()).append("\n\n    ").append(Help.usage(command)).append("\n\n").append(command.summary())
                .append('\n');
        for (var note : command.notes()) page.append('\n').append(note).append('\n');
        if (!command.flags().isEmpty()) {
            page.append('\n');
            flags(page, command.flags());
        }
        if (!command.examples().isEmpty()) page.append("\n```sh\n");
        for (var example : command.examples()) page.append("watchword ").append(example).append('\n');
        if (!command.examples().isEmpty()) page.append("```\n");
    }

    private static void flags(StringBuilder page, List<Flag> flags) {
        page.append("| flag | |\n|---|---|\n");
        for (var flag : flags) {
            page.append("| `").append(flag.shown().replace("|", "\\|")).append("` | ").append(flag.help())
                    .append(flag.repeats() ? "; may be given several times" : "").append(" |\n");
        }
    }
}
