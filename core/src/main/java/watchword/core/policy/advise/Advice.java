package watchword.core.policy.advise;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import watchword.core.policy.Capability;

/**
 * What comes of a log: a policy, the proof that it suffices, and what the present one gives beyond.
 *
 * @param beyond what was never used, in the order of the present policies
 */
record Advice(Proposal proposal, Present present, Replay replay, List<Beyond> beyond, Usage usage, LoggedRequests.Read read) {

    private static final int MAX_ROUNDS = 4;

    /** A statement of the present policy of which something was never used. @param used capabilities; empty for all of it never used */
    record Beyond(String policy, String path, int line, List<String> used, List<String> unused) {}

    /**
     * Reads the files twice, and again where a pattern that was told hid something that a rule beside it refuses.
     *
     * @param told patterns that may stand for all paths they match
     * @param many how many siblings make a pattern; 0 for never
     * @throws Usage.TooManyPathsException when more paths were used than are kept apart
     */
    static Advice of(List<Path> files, Selection selection, Present present, List<String> told, int many) throws IOException {
        var usage = new Usage(selection, present, told);
        var read = LoggedRequests.each(files, usage::add);
        var proposal = Proposal.of(usage, present, new Siblings(many, present, told));
        var replay = proven(to -> LoggedRequests.each(files, to), selection, present, usage, proposal);
        return new Advice(proposal, present, replay, beyond(present, usage), usage, read);
    }

    /** A log that can be read again and again. */
    @FunctionalInterface
    interface Log {
        void each(Consumer<LoggedRequest> to) throws IOException;
    }

    /** Holds the log against the proposal, which gets what it lacks. */
    static Replay proven(Log log, Selection selection, Present present, Usage usage, Proposal proposal) throws IOException {
        for (int round = 0; ; round++) {
            var replay = new Replay(selection, present, usage, proposal);
            log.each(replay::add);
            if (replay.refused() == 0 || round == MAX_ROUNDS) return replay;
            proposal.repair(replay.refusedUses(), present);
        }
    }

    private static List<Beyond> beyond(Present present, Usage usage) {
        var beyond = new ArrayList<Beyond>();
        for (var named : present.policies()) {
            for (var statement : named.policy().statements()) {
                if (!statement.permissions().gives()) continue;
                int used = statement.path().isTemplated()
                        ? usage.byTemplate().entrySet().stream().filter(each -> each.getKey().statement().equals(statement)).mapToInt(each -> each.getValue()).findFirst().orElse(0)
                        : usage.byRule().getOrDefault(statement.path().text(), 0);
                int given = statement.permissions().bits();
                if ((given & ~used) == 0) continue;
                beyond.add(new Beyond(named.name(), statement.path().text(), statement.line(), words(given & used), words(given & ~used)));
            }
        }
        return beyond;
    }

    private static List<String> words(int bits) {
        return bits == 0 ? List.of() : Capability.words(bits);
    }

    boolean suffices() {
        return replay.refused() == 0 && usage.left().byNoName() == 0;
    }
}
