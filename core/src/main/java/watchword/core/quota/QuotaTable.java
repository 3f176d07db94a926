package watchword.core.quota;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Policies;

/**
 * All quotas, found by path: the most specific one alone counts. A role's before an exact path's, that before the longest prefix's, that
 * before the mount's, that before the global one. Immutable.
 */
final class QuotaTable {
    static final QuotaTable EMPTY = new QuotaTable(Map.of(), (_, _) -> 0);

    private final Map<String, Limit> exact = new HashMap<>();
    private final Map<String, Limit> prefixes = new HashMap<>();
    /** Of all prefixes, longest first. */
    private final int[] prefixLengths;
    private final Map<String, Limit> mounts = new HashMap<>();
    private final Map<String, RoleLimits> roles = new HashMap<>();
    private final Optional<Limit> global;
    private final boolean empty;

    /** Limits of the roles of one mount. @param all together: as many logins as any of them lets in */
    record RoleLimits(String mount, Map<String, RoleLimit> byRole, Limit all) {}

    record RoleLimit(Limit limit, boolean inBody) {}

    /** Gives each quota the id of its counts. */
    @FunctionalInterface
    interface Ids {
        long of(String name, QuotaRow row);
    }

    QuotaTable(Map<String, QuotaRow> rows, Ids ids) {
        var byMount = new HashMap<String, Map<String, RoleLimit>>();
        Optional<Limit> everywhere = Optional.empty();
        for (var named : rows.entrySet()) {
            var row = named.getValue();
            var limit = limit(ids.of(named.getKey(), row), named.getKey(), row);
            if (!row.role().isEmpty()) byMount.computeIfAbsent(row.mount(), _ -> new HashMap<>()).put(Policies.name(row.role()), new RoleLimit(limit, row.roleInBody()));
            else if (row.mount().isEmpty()) everywhere = Optional.of(limit);
            else if (row.suffix().isEmpty()) mounts.put(row.mount(), limit);
            else if (row.suffix().endsWith("*")) prefixes.put(row.path().substring(0, row.path().length() - 1), limit);
            else exact.put(row.path(), limit);
        }
        global = everywhere;
        prefixLengths = prefixes.keySet().stream().mapToInt(String::length).distinct().map(n -> -n).sorted().map(n -> -n).toArray();
        byMount.forEach((mount, limits) -> roles.put(mount, new RoleLimits(mount, limits, together(mount, limits))));
        empty = rows.isEmpty();
    }

    private static Limit limit(long id, String name, QuotaRow row) {
        return new Limit(id, name, row.limit(), Math.max(1, row.interval().toMillis()), row.blockInterval().toMillis(), !row.groupBy().equals("none"));
    }

    /** Whoever is over the limits of all roles is refused before a body tells the role. */
    private Limit together(String mount, Map<String, RoleLimit> limits) {
        var others = forAnyRole(mount + "login");
        var all = Stream.concat(limits.values().stream().map(RoleLimit::limit), others.stream()).toList();
        long requests = others.isEmpty() ? Integer.MAX_VALUE : all.stream().mapToLong(Limit::requests).sum();
        long interval = all.stream().mapToLong(Limit::intervalMillis).min().orElse(1000);
        long id = all.stream().mapToLong(Limit::id).reduce(1, (a, b) -> a * 31 + b);
        return new Limit(id, limits.values().iterator().next().limit().name(), (int) Math.min(requests, Integer.MAX_VALUE), interval, 0, true);
    }

    boolean isEmpty() {
        return empty;
    }

    /** What counts for a path, whichever role a login there may have. */
    Optional<Limit> forAnyRole(String path) {
        var found = exact.isEmpty() ? null : exact.get(withoutSlash(path));
        if (found == null) found = longestPrefix(path);
        if (found == null && !mounts.isEmpty()) found = covering(path, mounts::get);
        return found == null ? global : Optional.of(found);
    }

    private static String withoutSlash(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private @Nullable Limit longestPrefix(String path) {
        for (int length : prefixLengths) {
            if (length > path.length()) continue;
            var found = prefixes.get(path.substring(0, length));
            if (found != null) return found;
        }
        return null;
    }

    private static <T> @Nullable T covering(String path, Function<String, @Nullable T> find) {
        if (!path.endsWith("/")) {
            var whole = find.apply(path + "/");
            if (whole != null) return whole;
        }
        for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
            var found = find.apply(path.substring(0, slash + 1));
            if (found != null) return found;
        }
        return null;
    }

    /** The limits of a login's role, when the path is one where a mount with such limits logs in. */
    Optional<RoleLimits> roles(String path) {
        if (roles.isEmpty()) return Optional.empty();
        var found = covering(path, roles::get);
        return found != null && path.startsWith("login", found.mount().length()) ? Optional.of(found) : Optional.empty();
    }
}
