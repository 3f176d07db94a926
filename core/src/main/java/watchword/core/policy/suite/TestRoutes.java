package watchword.core.policy.suite;

import java.util.List;
import java.util.Map;
import watchword.core.hcl.Hcl;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Route;

/** {@code sys/policies/test}: holds texts of policies against cases, and stores nothing. It reads no policy of the server's, so it tells nothing of them. */
public final class TestRoutes {
    private static final int MAX_TEXT = 4 << 20;
    /** Cases by rules; a second's worth. */
    private static final long MAX_WORK = 1_000_000;

    record Asked(
            @Doc("The cases, in HCL or JSON as watchword policy test reads them, plain or as base64.") String suite,
            @Doc("Texts of policies, by their names, besides those in the suite.") Map<String, String> policies) {}

    record Told(
            @Doc("How many cases were as expected.") long passed,
            @Doc("How many were not.") long failed,
            @Doc("Each case in the order of the suite.") List<Result> cases) {}

    record Result(
            @Doc("Name of the case.") String name,
            @Doc("Line of the suite.") long line,
            @Doc("Whether it was as expected.") boolean passed,
            @Doc("Whether the policies allow it.") boolean allowed,
            @Doc("Path of the rule that decided; empty when none covers the path.") String rule,
            @Doc("What was not as expected, and why it is so.") String problem) {}

    public List<Route<?, ?>> routes() {
        return List.of(Route.ask("policies/test", Asked.class, Told.class, TestRoutes::test, "Hold policies against cases, without storing either."));
    }

    private static Reply<Told> test(Call.Read<Asked> call) {
        var in = call.input();
        if (in.suite().isEmpty()) throw new Problem.Invalid("missing suite").asException();
        if (in.suite().length() > MAX_TEXT) throw new Problem.Invalid("suite is larger than 4 MiB").asException();
        try {
            var suite = Suite.parse(Hcl.decoded(in.suite()), TestRoutes::noFile, in.policies());
            if (suite.work() > MAX_WORK) throw new Problem.Invalid("too many cases for so many rules: use watchword policy test, which has no such bound").asException();
            var outcomes = suite.run(call.now());
            long failed = outcomes.stream().filter(each -> !each.passed()).count();
            return Reply.of(new Told(outcomes.size() - failed, failed, outcomes.stream().map(TestRoutes::result).toList()));
        } catch (Suite.BrokenException broken) {
            throw new Problem.Invalid(String.valueOf(broken.getMessage())).asException();
        }
    }

    private static String noFile(String file) throws Suite.BrokenException {
        throw new Suite.BrokenException("a server reads no files: give the text of " + file + " in policies or in the suite");
    }

    private static Result result(Case.Outcome outcome) {
        return new Result(outcome.of().name(), outcome.of().line(), outcome.passed(), outcome.allowed(), outcome.rule(), outcome.problem());
    }
}
