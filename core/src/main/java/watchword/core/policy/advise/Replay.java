package watchword.core.policy.advise;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import watchword.core.policy.Acl;
import watchword.core.policy.Decision;
import watchword.core.policy.Permissions;
import watchword.core.policy.Rule;

/** The log once more, against the proposal. One thread. */
final class Replay {
    private static final int MAX_NAMES = 20;
    private static final int MAX_USES = 10_000;

    private final Selection selection;
    private final Present present;
    private final Acl proposed;
    private final Usage usage;
    private final TreeSet<String> refusedPaths = new TreeSet<>();
    private final Map<Usage.Key, Use> uses = new LinkedHashMap<>();
    private long lines;
    private long templated;
    private long refused;

    Replay(Selection selection, Present present, Usage usage, Proposal proposal) {
        this.selection = selection;
        this.present = present;
        this.usage = usage;
        this.proposed = proposal.acl();
    }

    void add(LoggedRequest line) {
        if (!selection.takes(line) || selection.isByDefault(line)) return;
        var template = present.template(line.rule());
        if (template.isPresent()) {
            lines++;
            templated++;
            boolean has = Permissions.of(usage.byTemplate().getOrDefault(template.get(), 0)).bits() == (usage.byTemplate().getOrDefault(template.get(), 0) | line.question().bits());
            if (!has) refuse(line);
            return;
        }
        if (!present.isEmpty() && present.giving(line.question()).isEmpty()) return;
        lines++;
        if (!(line.question().answeredBy(proposed) instanceof Decision.Allow)) refuse(line);
    }

    private void refuse(LoggedRequest line) {
        refused++;
        if (uses.size() < MAX_USES) {
            var rule = present.giving(line.question()).map(Rule::path).orElse("");
            var use = Use.first(line, line.question().path(), line.operation().isOfFolders(), rule);
            uses.merge(new Usage.Key(use.path(), use.folder()), use, Use::and);
        }
        if (refusedPaths.size() < MAX_NAMES) refusedPaths.add(line.operation().word() + " " + line.path());
    }

    /** Lines of the log that count; a request has one or two. */
    long lines() {
        return lines;
    }

    /** Those that a template gave: the log does not tell the identity, so they are held against the template alone. */
    long templated() {
        return templated;
    }

    long refused() {
        return refused;
    }

    /** What would be refused; as much of it as is kept. */
    List<Use> refusedUses() {
        return List.copyOf(uses.values());
    }

    List<String> refusedPaths() {
        return List.copyOf(refusedPaths);
    }
}
