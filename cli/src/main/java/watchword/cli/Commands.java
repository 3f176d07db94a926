package watchword.cli;

import java.util.ArrayList;
import java.util.List;

/** Every command there is. */
final class Commands {
    private Commands() {}

    static final List<Command> ALL = all();

    private static List<Command> all() {
        var all = new ArrayList<Command>();
        all.addAll(GenericCommands.ALL);
        all.addAll(KvCommands.ALL);
        all.addAll(TokenCommands.ALL);
        all.addAll(OperatorCommands.ALL);
        all.addAll(MountCommands.ALL);
        all.add(RunCommand.COMMAND);
        return List.copyOf(all);
    }
}
