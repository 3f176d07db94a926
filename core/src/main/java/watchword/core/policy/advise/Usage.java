package watchword.core.policy.advise;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import watchword.core.policy.Acl;
import watchword.core.policy.AclPolicy;
import watchword.core.policy.Capability;
import watchword.core.policy.IdentityView;
import watchword.core.policy.Pattern;
import watchword.core.policy.PolicyParser;
import watchword.core.policy.PolicyText;
import watchword.core.policy.Permissions;
import watchword.core.policy.TemplatedPath;

/** What was used, by path, gathered from a log line by line in bounded memory. One thread. */
final class Usage {
    /** Paths that are kept apart, and their characters. */
    static final int MAX_PATHS = 200_000;
    private static final int MAX_CHARACTERS = 24_000_000;
    private static final int MAX_NAMES = 20;

    private final Selection selection;
    private final Present present;
    private final Acl told;
    private final Map<Key, Use> uses = new LinkedHashMap<>();
    private final Map<String, Integer> byRule = new HashMap<>();
    private final Map<Present.Templated, Integer> byTemplate = new LinkedHashMap<>();
    private final Map<String, TreeSet<String>> toldFor = new TreeMap<>();
    private final Left left = new Left();
    private long characters;
    private long taken;

    record Key(String path, boolean folder) {}

    /** What was left out, and why. */
    static final class Left {
        private final TreeSet<String> elsewhere = new TreeSet<>();
        private final TreeSet<String> unnameable = new TreeSet<>();
        private long byDefault;
        private long byOthers;
        private long byNoName;

        /** Given by the default policy. */
        long byDefault() {
            return byDefault;
        }

        /** Refused by the present policy, so given by others, or by an earlier text. */
        long byOthers() {
            return byOthers;
        }

        /** On paths with characters that mean something else in a policy. */
        long byNoName() {
            return byNoName;
        }

        List<String> elsewhere() {
            return List.copyOf(elsewhere);
        }

        List<String> unnameable() {
            return List.copyOf(unnameable);
        }

        private static void note(TreeSet<String> names, String name) {
            if (names.size() < MAX_NAMES) names.add(name);
        }
    }

    /** More paths than are kept. The message tells where the most of them lie. */
    static final class TooManyPathsException extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooManyPathsException(String message) {
            super(message, null, false, false);
        }
    }

    /** generaliseparam told patterns that may stand for all paths they match */
    Usage(Selection selection, Present present, List<String> told) {
        this.selection = selection;
        this.present = present;
        this.told = Acl.of(List.of(new Acl.Named("", policy(told))), false, IdentityView.NOBODY, java.time.Instant.EPOCH);
    }

    private static AclPolicy policy(List<String> patterns) {
        return PolicyParser.parse(patterns.stream().map(each -> PolicyText.block(each, Permissions.of(Capability.READ.bit()), java.util.Optional.empty())).collect(Collectors.joining()),
                TemplatedPath.Allowances.NONE);
    }

    void add(LoggedRequest line) {
        if (!selection.takes(line)) return;
        if (selection.isByDefault(line)) {
            left.byDefault++;
            return;
        }
        var template = present.template(line.rule());
        if (template.isPresent()) {
            taken++;
            byTemplate.merge(template.get(), line.question().bits(), (a, b) -> a | b);
            return;
        }
        var rule = present.giving(line.question());
        if (rule.isEmpty() && !present.isEmpty()) {
            left.byOthers++;
            line.granting().forEach(name -> Left.note(left.elsewhere, name));
            return;
        }
        rule.ifPresent(each -> byRule.merge(each.path(), line.question().bits(), (a, b) -> a | b));
        add(line, rule.map(each -> each.path()).orElse(""));
    }

    private void add(LoggedRequest line, String rule) {
        var path = line.question().path();
        boolean folder = line.operation().isOfFolders();
        var pattern = told(line);
        if (!pattern.isEmpty() && (rule.isEmpty() || present.permissions(rule).isFree())) {
            taken++;
            var key = new Key(pattern, false);
            toldFor.computeIfAbsent(pattern, _ -> new TreeSet<>()).add(rule);
            var use = Use.first(line, pattern, false, rule);
            uses.merge(key, new Use(pattern, false, use.bits(), "", use.keep(), use.asked(), use.answered(), use.last(), List.of(), 0, "told with -generalize"), Use::and);
            return;
        }
        if (!isNameable(path)) {
            left.byNoName++;
            Left.note(left.unnameable, path);
            return;
        }
        taken++;
        var before = uses.put(new Key(path, folder), Use.first(line, path, folder, rule));
        if (before != null) uses.merge(new Key(path, folder), before, Use::and);
        else requireRoom(path);
    }

    /** Whether a rule with this text is about this path, and no other. */
    static boolean isNameable(String path) {
        return !Pattern.is(path) && !path.contains("{{") && !path.contains("}}");
    }

    private String told(LoggedRequest line) {
        var rule = line.question().decidedBy(told);
        return rule == null ? "" : rule.path();
    }

    private void requireRoom(String path) {
        characters += path.length();
        if (uses.size() <= MAX_PATHS && characters <= MAX_CHARACTERS) return;
        var folders = new TreeMap<String, Integer>();
        for (var key : uses.keySet()) folders.merge(key.path().substring(0, key.path().lastIndexOf('/', key.path().length() - 2) + 1), 1, Integer::sum);
        var most = folders.entrySet().stream().sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())).limit(5)
                .map(each -> each.getKey() + "* (" + each.getValue() + ")").toList();
        throw new TooManyPathsException("more than " + MAX_PATHS + " paths were used; say with -generalize which patterns may stand for them. Most lie below: " + String.join(", ", most));
    }

    /** By each pattern that was told and used, the rules of the present policy that gave what it now gives. */
    Map<String, TreeSet<String>> toldFor() {
        return toldFor;
    }

    List<Use> uses() {
        return new ArrayList<>(uses.values());
    }

    /** Requests that count. */
    long taken() {
        return taken;
    }

    Left left() {
        return left;
    }

    /** The capabilities used of each rule of the present policy. */
    Map<String, Integer> byRule() {
        return byRule;
    }

    Map<Present.Templated, Integer> byTemplate() {
        return byTemplate;
    }
}
