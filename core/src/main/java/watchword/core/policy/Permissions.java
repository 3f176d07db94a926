package watchword.core.policy;

import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one path of a policy gives.
 *
 * @param bits the capabilities, see {@link Capability#bit}
 * @param minWrap zero for no bound
 * @param maxWrap zero for no bound
 * @param pageLimit 0 for no bound
 * @param eventTypes globs of the types of events that {@link Capability#SUBSCRIBE} is for
 */
record Permissions(int bits, Parameters parameters, Duration minWrap, Duration maxWrap, int pageLimit, Set<String> eventTypes) {
    private static final String LIMIT = "limit";
    private static final String MOST = "max";

    boolean denies() {
        return Capability.DENY.isIn(bits);
    }

    /** Whether it gives anything at all. */
    boolean gives() {
        return bits != 0 && !denies();
    }

    boolean has(Capability capability) {
        return !denies() && capability.isIn(bits);
    }

    /** Two statements on the same path: capabilities add up, deny wins, and of two bounds the lower holds. */
    Permissions merge(Permissions other) {
        if (denies()) return this;
        if (other.denies()) return other;
        return new Permissions(bits | other.bits, parameters.merge(other.parameters), lower(minWrap, other.minWrap), lower(maxWrap, other.maxWrap),
                pageLimit == 0 || (other.pageLimit != 0 && other.pageLimit < pageLimit) ? other.pageLimit : pageLimit, union(eventTypes, other.eventTypes));
    }

    private static Set<String> union(Set<String> a, Set<String> b) {
        if (b.isEmpty()) return a;
        var all = new HashSet<>(a);
        all.addAll(b);
        return Set.copyOf(all);
    }

    boolean hears(String eventType) {
        return has(Capability.SUBSCRIBE) && eventTypes.stream().anyMatch(glob -> Glob.anywhere(glob, eventType));
    }

    private static Duration lower(Duration a, Duration b) {
        if (a.isZero()) return b;
        return b.isZero() || a.compareTo(b) < 0 ? a : b;
    }

    boolean allows(Capability wanted, Map<String, Object> body, Optional<Duration> wrapTtl) {
        if (!has(wanted) || !allowsWrapping(wrapTtl)) return false;
        if (wanted.isOfFolders()) return pageLimit == 0 || allowsPage(body);
        return wanted == Capability.DELETE || parameters.allow(body);
    }

    private boolean allowsWrapping(Optional<Duration> ttl) {
        if (minWrap.isZero() && maxWrap.isZero()) return true;
        if (ttl.isEmpty() || ttl.get().isZero()) return false;
        return (maxWrap.isZero() || ttl.get().compareTo(maxWrap) <= 0) && (minWrap.isZero() || ttl.get().compareTo(minWrap) >= 0);
    }

    /** A caller that names no limit gets the highest there is, unless the policy wants it to know of pages. */
    private boolean allowsPage(Map<String, Object> body) {
        @Nullable Object limit = body.get(LIMIT);
        if (limit == null) return !parameters.required().contains(LIMIT);
        if (limit.equals(MOST)) return true;
        try {
            long number = Long.parseLong(limit.toString().strip());
            return number > 0 && number <= pageLimit;
        } catch (NumberFormatException notANumber) {
            return false;
        }
    }
}
