package watchword.core.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What all of a caller's policies together say of one path, with its decisions ready-made: deciding makes no objects. Immutable. */
public final class Rule {
    private final String path;
    private final Permissions permissions;
    private final Map<Capability, Decision.Allow> allows = new EnumMap<>(Capability.class);
    private final Decision.Deny deny;
    /** Characters before the first wildcard. */
    private final int literal;
    /** Whether it is on all that is in a folder, or on all there is. */
    private final boolean everythingBelow;

    private Rule(String path, Permissions permissions, Map<Capability, List<String>> givers) {
        this.path = path;
        this.permissions = permissions;
        this.deny = new Decision.Deny(path);
        var pattern = Pattern.is(path) ? Optional.of(Pattern.of(path)) : Optional.<Pattern>empty();
        this.literal = pattern.map(Pattern::firstWildcard).orElse(Integer.MAX_VALUE);
        this.everythingBelow = pattern.filter(p -> p.isPrefix() && p.pluses() == 0 && (p.body().isEmpty() || p.body().endsWith("/"))).isPresent();
        for (var each : Capability.values()) {
            if (permissions.has(each)) allows.put(each, new Decision.Allow(permissions.has(Capability.SUDO), path, givers.getOrDefault(each, List.of()),
                    permissions.minWrap(), permissions.maxWrap(), permissions.pageLimit(), List.of(), permissions.control().consent(each)));
        }
    }

    public String path() {
        return path;
    }

    public Permissions permissions() {
        return permissions;
    }

    /**
     * Whether it goes for a namespace below, on a path in which it was found to match: it names it, or is on everything of one above it.
     *
     * @param namespace its path; empty for the policies' own
     */
    boolean reachesInto(String namespace) {
        return literal >= namespace.length() || everythingBelow;
    }

    Decision decide(Capability wanted, Map<String, Object> body, Optional<Duration> wrapTtl) {
        @Nullable Decision allow = permissions.allows(wanted, body, wrapTtl) ? allows.get(wanted) : null;
        return allow == null ? deny : allow;
    }

    /** Statements on one path, as they are gathered from policies. */
    static final class Gathered {
        private final String path;
        private Permissions permissions;
        private final Map<Capability, List<String>> givers = new EnumMap<>(Capability.class);

        Gathered(String path, Permissions first, String policy) {
            this.path = path;
            this.permissions = first;
            note(first, policy);
        }

        void add(Permissions more, String policy) {
            permissions = permissions.merge(more);
            note(more, policy);
        }

        private void note(Permissions given, String policy) {
            for (var each : Capability.values()) {
                if (!each.isIn(given.bits())) continue;
                var names = givers.computeIfAbsent(each, _ -> new ArrayList<>());
                if (!names.contains(policy)) names.add(policy);
            }
        }

        Rule rule() {
            givers.replaceAll((_, names) -> List.copyOf(names));
            return new Rule(path, permissions, givers);
        }
    }
}
