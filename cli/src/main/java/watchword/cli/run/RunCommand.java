package watchword.cli.run;
import java.util.List;
import watchword.cli.line.*;
public final class RunCommand implements Group {
    @Override public List<Command> commands() { return List.of(Command.of("run", "-- COMMAND...", "x").kind(Command.Kind.CHILD)); }
    @Override public int run(Call call) { throw Group.undone(call); }
}
