package watchword.core.policy.advise;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.core.policy.Pattern;

/**
 * One pattern in the place of many paths that differ in one segment and were used in the same way: from the last segment to the first below
 * the mount, never under {@code sys/} or {@code identity/}, where each name is a power of its own, and never so that the pattern would give
 * more than the rule of the present policy that gave them.
 */
final class Siblings {
    private final int many;
    private final Present present;
    private final List<String> told;
    private final List<String> refused = new ArrayList<>();

    /** @param many how many make a pattern; 0 for never */
    Siblings(int many, Present present, List<String> told) {
        this.many = many;
        this.present = present;
        this.told = told;
    }

    private record Family(String pattern, boolean folder, int bits, String rule) {}

    List<Use> generalized(List<Use> uses) {
        if (many == 0) return uses;
        int deepest = uses.stream().mapToInt(each -> each.path().split("/", -1).length).max().orElse(0);
        var now = uses;
        for (int at = deepest - 1; at > 0; at--) now = generalized(now, at);
        return now;
    }

    private List<Use> generalized(List<Use> uses, int at) {
        var families = new LinkedHashMap<Family, List<Use>>();
        var others = new ArrayList<Use>();
        for (var use : uses) {
            var segments = use.path().split("/", -1);
            if (at < segments.length && at >= use.keep() && mayVary(use, segments[at])) {
                segments[at] = "+";
                families.computeIfAbsent(new Family(String.join("/", segments), use.folder(), use.bits(), use.rule()), _ -> new ArrayList<>()).add(use);
            } else {
                others.add(use);
            }
        }
        // A pattern can be written once, so of two ways of using the same siblings the one of more of them has it.
        var largest = new HashMap<String, Family>();
        families.forEach((family, members) -> {
            var other = largest.get(family.pattern());
            if (members.size() >= many && (other == null || members.size() > sizeOf(families, other))) largest.put(family.pattern(), family);
        });
        families.forEach((family, members) -> {
            if (family.equals(largest.get(family.pattern())) && isHarmless(family, members.size(), others)) {
                others.add(Use.of(family.pattern(), members, members.size() + " siblings were used in the same way"));
            } else {
                others.addAll(members);
            }
        });
        return others;
    }

    private static int sizeOf(Map<Family, List<Use>> families, Family family) {
        return families.getOrDefault(family, List.of()).size();
    }

    private static boolean mayVary(Use use, String segment) {
        return !segment.isEmpty() && !segment.equals("+") && !use.path().endsWith("*") && !use.path().startsWith("sys/") && !use.path().startsWith("identity/");
    }

    private boolean isHarmless(Family family, int count, List<Use> others) {
        var pattern = Pattern.of(family.pattern());
        for (var each : told) {
            if (Pattern.of(each).meets(pattern)) return no(family, count, "it meets " + each + ", which was told");
        }
        for (var each : others) {
            if (each.path().equals(family.pattern())) return no(family, count, "another way of using them has it");
        }
        if (family.rule().isEmpty()) return true;
        var obstacle = present.obstacle(family.pattern(), family.folder(), family.rule());
        return obstacle.isEmpty() || no(family, count, obstacle);
    }

    private boolean no(Family family, int count, String why) {
        if (refused.size() < 20) refused.add(family.pattern() + " could stand for " + count + " siblings, but " + why);
        return false;
    }

    /** Patterns that suggested themselves, and why they were not taken. */
    List<String> refused() {
        return refused;
    }
}
