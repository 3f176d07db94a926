package watchword.core.policy;

import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Glob;

/**
 * What one path of a policy gives.
 *
 * @param bits the capabilities, see {@link Capability#bit}
 * @param minWrap zero for no bound
 * @param maxWrap zero for no bound
 * @param pageLimit 0 for no bound
 * @param eventTypes globs of the types of events that {@link Capability#SUBSCRIBE} is for
 * @param control what is asked for besides
 */
public record Permissions(int bits, Parameters parameters, Duration minWrap, Duration maxWrap, int pageLimit, Set<String> eventTypes, ControlGroup control) {
    static final Permissions NOTHING = new Permissions(0, Parameters.ANY, Duration.ZERO, Duration.ZERO, 0, Set.of(), ControlGroup.NONE);

    private static final String LIMIT = "limit";
    private static final String MOST = "max";

    public static Permissions of(int bits) {
        return new Permissions(bits, Parameters.ANY, Duration.ZERO, Duration.ZERO, 0, Set.of(), ControlGroup.NONE);
    }

    /** With these capabilities, and everything else that it asks for. */
    public Permissions withBits(int others) {
        return new Permissions(others, parameters, minWrap, maxWrap, pageLimit, Capability.SUBSCRIBE.isIn(others) ? eventTypes : Set.of(), control);
    }

    /** Whether it gives without asking for anything. */
    public boolean isFree() {
        return parameters == Parameters.ANY && minWrap.isZero() && maxWrap.isZero() && pageLimit == 0 && control.asksNothing();
    }

    boolean denies() {
        return Capability.DENY.isIn(bits);
    }

    /** Whether it gives anything at all. */
    public boolean gives() {
        return bits != 0 && !denies();
    }

    boolean has(Capability capability) {
        return !denies() && capability.isIn(bits);
    }

    /** Two statements on the same path: capabilities add up, deny wins, of two bounds the lower holds, and what either asks for is asked. */
    public Permissions merge(Permissions other) {
        if (denies()) return this;
        if (other.denies()) return other;
        return new Permissions(bits | other.bits, parameters.merge(other.parameters), lower(minWrap, other.minWrap), lower(maxWrap, other.maxWrap),
                pageLimit == 0 || (other.pageLimit != 0 && other.pageLimit < pageLimit) ? other.pageLimit : pageLimit, union(eventTypes, other.eventTypes), control.merge(other.control));
    }

    private static Set<String> union(Set<String> a, Set<String> b) {
        if (b.isEmpty()) return a;
        var all = new HashSet<>(a);
        all.addAll(b);
        return Set.copyOf(all);
    }

    boolean hears(String eventType) {
        return has(Capability.SUBSCRIBE) && eventTypes.stream().anyMatch(glob -> Glob.matches(glob, eventType));
    }

    private static Duration lower(Duration a, Duration b) {
        if (a.isZero()) return b;
        return b.isZero() || a.compareTo(b) < 0 ? a : b;
    }

    boolean allows(Capability wanted, Map<String, Object> body, Optional<Duration> wrapTtl) {
        return allows(wanted, body, wrapTtl, Refusal.Listener.NONE);
    }

    /** @param why hears what is in the way */
    boolean allows(Capability wanted, Map<String, Object> body, Optional<Duration> wrapTtl, Refusal.Listener why) {
        if (!has(wanted)) return why.refused(denies() ? Refusal.Cause.DENY : Refusal.Cause.CAPABILITY, wanted.word());
        boolean wrapped = allowsWrapping(wrapTtl) || why.refused(Refusal.Cause.WRAPPING, "");
        if (!wrapped && !why.hearsAll()) return false;
        if (wanted.isOfFolders()) return (pageLimit == 0 || allowsPage(body) || why.refused(Refusal.Cause.PAGE, LIMIT)) && wrapped;
        return (wanted == Capability.DELETE || parameters.allow(body, why)) && wrapped;
    }

    /** With as little changed as allows what is asked. */
    Permissions admitting(Question question) {
        if (denies()) return of(question.bits());
        boolean wraps = allowsWrapping(question.wrapTtl());
        boolean pages = !question.isOfFolder() || pageLimit == 0 || allowsPage(question.body());
        boolean takes = question.isOfFolder() || question.wanted() == Capability.DELETE || parameters.allow(question.body());
        return new Permissions(bits | question.bits(), takes ? parameters : parameters.admitting(question.body()), wraps ? minWrap : Duration.ZERO,
                wraps ? maxWrap : Duration.ZERO, pages ? pageLimit : 0, eventTypes, control);
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
