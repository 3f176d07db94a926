package watchword.cli.line;

import java.io.IOException;
import java.util.List;
import watchword.client.SettingsException;

/** Commands that belong together. Only the group of the command that was typed is loaded. */
public interface Group {

    /** In the order in which help shows them. */
    List<Command> commands();

    /**
     * Carries out one of them.
     *
     * @return the exit status
     * @throws IOException from the server or a file; an {@link watchword.client.ApiException} keeps what the server said
     */
    int run(Call call) throws IOException, UsageException, SettingsException;

    /** For the last line of a group's switch: a command was declared that nobody carries out. */
    static IllegalStateException undone(Call call) {
        return new IllegalStateException("no code for the command " + call.command().words());
    }
}
