package watchword.core.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import watchword.sdk.Names;

/**
 * What a path asks for besides capabilities: that others approve of a request, or, where it says so, a reason in an emergency.
 *
 * @param ttl how long a request waits to be approved; zero for the server's bound
 * @param factors each of which must be met; none where a reason alone is asked for
 * @param breakGlass how long what is issued for a reason may live; empty where a reason is not enough
 */
public record ControlGroup(Duration ttl, List<Factor> factors, Optional<Duration> breakGlass) {
    static final ControlGroup NONE = new ControlGroup(Duration.ZERO, List.of(), Optional.empty());

    /**
     * Approvals by members of some groups.
     *
     * @param capabilities what it is asked for, see {@link Capability#bit}; 0 for everything
     * @param groupNames in any of their spellings
     */
    public record Factor(String name, int capabilities, List<String> groupNames, List<String> groupIds, int approvals) {
        boolean isFor(Capability wanted) {
            return capabilities == 0 || wanted.isIn(capabilities);
        }

        /** Whether somebody may approve. */
        public boolean isUpTo(IdentityView identity) {
            return identity.groups().stream().anyMatch(group -> groupIds.contains(group.id())
                    || groupNames.stream().anyMatch(named -> Names.canonical(named).equals(Names.canonical(group.name()))));
        }
    }

    /** Nothing. */
    public static ControlGroup none() {
        return NONE;
    }

    boolean asksNothing() {
        return factors.isEmpty() && breakGlass.isEmpty();
    }

    /** What it asks of who wants this. A reason is enough in place of approvals, and so asked for only where they are, or where none ever are. */
    Consent consent(Capability wanted) {
        var asked = factors.stream().filter(factor -> factor.isFor(wanted)).toList();
        return asksNothing() || (asked.isEmpty() && !factors.isEmpty()) ? Consent.FREE : new Consent.Asked(new ControlGroup(ttl, asked, breakGlass), "");
    }

    /** What two rules ask for that hold both. */
    static Consent both(Consent one, Consent other) {
        if (one instanceof Consent.Asked mine && other instanceof Consent.Asked theirs) return new Consent.Asked(mine.control().merge(theirs.control()), mine.reason());
        return one instanceof Consent.Asked ? one : other;
    }

    /** Two statements on the same path: all that both ask for, and a reason is enough only where it is for each that asks. */
    ControlGroup merge(ControlGroup other) {
        if (asksNothing()) return other;
        if (other.asksNothing()) return this;
        var all = new ArrayList<>(new LinkedHashSet<>(Stream.concat(factors.stream(), other.factors.stream()).toList()));
        return new ControlGroup(lower(ttl, other.ttl), List.copyOf(all), breakGlass.flatMap(mine -> other.breakGlass.map(theirs -> lower(mine, theirs))));
    }

    private static Duration lower(Duration a, Duration b) {
        if (a.isZero()) return b;
        return b.isZero() || a.compareTo(b) < 0 ? a : b;
    }
}
