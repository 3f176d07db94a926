package watchword.core.policy.advise;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import watchword.core.json.Json;
import watchword.core.policy.Acl;
import watchword.core.policy.CommandWords;
import watchword.core.policy.Pattern;
import watchword.core.policy.PolicyParser;
import watchword.core.policy.TemplatedPath;
import watchword.core.wire.Durations;
import watchword.sdk.Policies;
import watchword.sdk.Problem;

/** {generalisecode watchword policy advise}: the smallest policy for what an audit log shows was used, without a server. */
public final class AdviseCommand {
    public static final int SUFFICES = 0;
    public static final int FALLS_SHORT = 1;
    public static final int TROUBLE = 2;

    private static final Set<String> OPTIONS = Set.of("entity", "role", "display-name", "policy", "accessor", "namespace-id", "since", "until", "present", "generalize", "generalise",
            "siblings", "format");
    private static final Set<String> SWITCHES = Set.of("with-default");
    private static final int SIBLINGS = 10;

    private static final String USAGE = """
            usage: watchword policy advise [OPTION...] FILE...

            'watchword help policy advise' tells the options.""";

    private AdviseCommand() {}

    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), InstantSource.system(), System.out, System.err));
    }

    /** Runs the command; returns its exit code. */
    public static int run(List<String> arguments, InstantSource clock, PrintStream out, PrintStream err) {
        try {
            var words = CommandWords.of(arguments, OPTIONS, SWITCHES);
            var format = format(words);
            var selection = selection(words, clock.instant());
            var told = new ArrayList<>(words.all("generalize"));
            told.addAll(words.all("generalise"));
            for (var each : told) if (!Pattern.is(each)) throw new IllegalArgumentException("-generalize: a pattern with + for a segment, or * at its end: " + each);
            var advice = Advice.of(words.files().stream().map(Path::of).toList(), selection, new Present(present(words), clock.instant()), told, siblings(words));
            var report = new Report(advice);
            switch (format) {
                case "json" -> out.println(new String(Json.write(report.json()), StandardCharsets.UTF_8));
                case "diff" -> out.print(report.diff());
                default -> out.print(advice.proposal().text());
            }
            if (!format.equals("json")) report.lines().forEach(line -> err.println(Proposal.oneLine(line)));
            return advice.suffices() ? SUFFICES : FALLS_SHORT;
        } catch (IllegalArgumentException wrong) {
            err.println(wrong.getMessage());
            err.println(USAGE);
        } catch (Usage.TooManyPathsException | Problem.ProblemException wrong) {
            err.println(Proposal.oneLine(String.valueOf(wrong.getMessage())));
        } catch (NoSuchFileException missing) {
            err.println(missing.getFile() + ": no such file");
        } catch (IOException failed) {
            err.println(failed);
        }
        return TROUBLE;
    }

    private static String format(CommandWords words) {
        var format = words.last("format").orElse("hcl");
        if (!List.of("hcl", "diff", "json").contains(format)) throw new IllegalArgumentException("-format: hcl, diff or json");
        return format;
    }

    private static int siblings(CommandWords words) {
        try {
            int many = words.last("siblings").map(Integer::parseInt).orElse(SIBLINGS);
            if (many == 0 || many > 1) return many;
        } catch (NumberFormatException notANumber) {
            // said below
        }
        throw new IllegalArgumentException("-siblings: how many paths that differ in one segment make a pattern, 2 or more; 0 for never");
    }

    private static Selection selection(CommandWords words, Instant now) {
        var selection = new Selection(words.all("entity"), words.all("role"), words.all("display-name"), words.all("policy").stream().map(Policies::name).toList(), words.all("accessor"),
                words.last("namespace-id").orElse(Selection.ROOT_NAMESPACE), words.last("since").map(text -> time("since", text, now)), words.last("until").map(text -> time("until", text, now)),
                words.isOn("with-default"));
        if (!selection.isOfSomebody()) throw new IllegalArgumentException("say whose requests count: -entity, -role, -display-name, -policy or -accessor");
        return selection;
    }

    /** A time, or how long ago. */
    private static Instant time(String name, String text, Instant now) {
        try {
            return text.contains("T") ? Instant.parse(text) : now.minus(Durations.parse(text));
        } catch (DateTimeException | Durations.InvalidException | ArithmeticException unreadable) {
            throw new IllegalArgumentException("-" + name + ": a time as 2030-01-01T00:00:00Z, or how long ago, as 720h");
        }
    }

    /** {generalisecode FILE} or {generalisecode NAME=FILE}. */
    private static List<Acl.Named> present(CommandWords words) throws IOException {
        var policies = new ArrayList<Acl.Named>();
        for (var each : words.all("present")) {
            int equals = each.indexOf('=');
            var file = Path.of(equals < 0 ? each : each.substring(equals + 1));
            var name = equals < 0 ? Optional.ofNullable(file.getFileName()).map(Path::toString).orElse("").replaceFirst("\\.[a-z]+$", "") : each.substring(0, equals);
            policies.add(new Acl.Named(Policies.name(name), PolicyParser.parse(Files.readString(file), TemplatedPath.Allowances.NONE)));
        }
        return policies;
    }
}
