package watchword.core.policy.advise;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import watchword.core.policy.Capability;
import watchword.core.policy.PolicyText;

/** An {generaliselink Advice} in words, as a document, and as the difference that it makes. */
final class Report {
    private final Advice advice;

    Report(Advice advice) {
        this.advice = advice;
    }

    List<String> lines() {
        var lines = new ArrayList<String>();
        var replay = advice.replay();
        var left = advice.usage().left();
        lines.add("replayed " + replay.lines() + " lines of " + advice.read().lines() + ": " + (replay.refused() == 0 ? "none would be refused" : replay.refused() + " WOULD BE REFUSED"));
        for (var each : replay.refusedPaths()) lines.add("  would be refused: " + each);
        if (replay.templated() > 0) lines.add(replay.templated() + " of them were given by templates, and held against those alone");
        if (left.byDefault() > 0) lines.add("left out: " + left.byDefault() + " lines that the default policy gives; -with-default counts them in");
        if (left.byOthers() > 0) {
            lines.add("left out: " + left.byOthers() + " lines that the present policy does not give; these did when it was asked: " + String.join(", ", left.elsewhere()));
        }
        if (left.byNoName() > 0) {
            lines.add(left.byNoName() + " lines are on paths that no rule can name exactly, such as " + left.unnameable().getFirst() + "; -generalize a pattern that matches them, or leave them out");
        }
        if (advice.read().strange() > 0) lines.add("passed over: " + advice.read().strange() + " lines that are none of an audit log, or are cut off");
        if (advice.read().tooLong() > 0) lines.add("passed over: " + advice.read().tooLong() + " lines that are too long");
        if (advice.present().isEmpty()) lines.add("what the present policy asks for besides (parameters, wrapping, an end) is not known: name it with -present");
        lines.addAll(advice.proposal().notes());
        for (var each : advice.beyond()) {
            lines.add("never used: " + each.policy() + " line " + each.line() + ", " + each.path() + ": " + String.join(", ", each.unused())
                    + (each.used().isEmpty() ? " (nothing of it)" : " (only " + String.join(", ", each.used()) + ")"));
        }
        return lines;
    }

    /** The present blocks that go, with a minus, those that come, with a plus, and those that stay, with neither. */
    String diff() {
        var before = new TreeMap<String, List<String>>();
        for (var named : advice.present().policies()) {
            for (var statement : named.policy().statements()) {
                before.computeIfAbsent(statement.path().text(), _ -> new ArrayList<>()).add(PolicyText.block(statement.path().text(), statement.permissions(), statement.expires()));
            }
        }
        var after = new TreeMap<String, List<String>>();
        for (var part : advice.proposal().parts()) after.put(part.path(), List.of(PolicyText.block(part.path(), part.permissions(), part.expires())));
        var diff = new StringBuilder("--- present\n+++ proposed\n");
        var paths = new TreeSet<>(before.keySet());
        paths.addAll(after.keySet());
        for (var path : paths) {
            var gone = before.getOrDefault(path, List.of());
            var come = after.getOrDefault(path, List.of());
            if (gone.equals(come)) come.forEach(block -> mark(diff, ' ', block));
            else {
                gone.forEach(block -> mark(diff, '-', block));
                come.forEach(block -> mark(diff, '+', block));
            }
        }
        return diff.toString();
    }

    private static void mark(StringBuilder diff, char mark, String block) {
        block.lines().forEach(line -> diff.append(mark).append(line).append('\n'));
    }

    Map<String, Object> json() {
        var replay = advice.replay();
        var left = advice.usage().left();
        var json = new LinkedHashMap<String, Object>();
        json.put("policy", advice.proposal().text());
        json.put("rules", advice.proposal().parts().stream().map(Report::rule).toList());
        json.put("suffices", advice.suffices());
        json.put("replay", Map.of("lines", replay.lines(), "refused", replay.refused(), "refused_requests", replay.refusedPaths(), "by_template", replay.templated()));
        json.put("never_used", advice.beyond().stream().map(each -> Map.of("policy", each.policy(), "path", each.path(), "line", each.line(), "used", each.used(), "unused", each.unused())).toList());
        json.put("left_out", Map.of("by_default_policy", left.byDefault(), "by_other_policies", left.byOthers(), "other_policies", left.elsewhere(), "unnameable", left.byNoName(),
                "unnameable_paths", left.unnameable()));
        json.put("notes", advice.proposal().notes());
        json.put("log", Map.of("lines", advice.read().lines(), "strange", advice.read().strange(), "too_long", advice.read().tooLong()));
        return json;
    }

    private static Map<String, Object> rule(Proposal.Part part) {
        var rule = new LinkedHashMap<String, Object>();
        rule.put("path", part.path());
        rule.put("capabilities", Capability.words(part.permissions().bits()));
        rule.put("why", part.remark());
        part.use().ifPresent(use -> {
            rule.put("requests", use.requests());
            rule.put("last", use.last().toString());
            rule.put("stands_for", use.sample());
        });
        return rule;
    }
}
