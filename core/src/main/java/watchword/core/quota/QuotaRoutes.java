package watchword.core.quota;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.mount.MountEntry;
import watchword.core.mount.MountFollower;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.core.namespace.Namespaces;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.JsonNumber;
import watchword.sdk.Problem;
import watchword.sdk.Reply.None;
import watchword.sdk.Reply;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** {@code sys/quotas}: what is written is in force when the answer leaves. */
public final class QuotaRoutes implements MountFollower {
    private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(1);
    private static final int MAX_PATHS = 1000;
    private static final int MAX_NAME = 256;

    private final RateLimits limits;
    private final QuotaPlaces places;
    private final Storage storage;

    public QuotaRoutes(RateLimits limits, QuotaPlaces places, Storage storage) {
        this.limits = limits;
        this.places = places;
        this.storage = storage;
    }

    record Nothing() {}

    record Name(@Doc("Name of the quota.") String name) {}

    record Keys(@Doc("Names of the quotas, sorted.") List<String> keys) {}

    record SetQuota(
            @Doc("Name of the quota.") String name,
            @Doc("A namespace, a mount, a path below one, or one with * at its end for all that begin so; empty for a global quota.") String path,
            @Doc("How many requests a client may send in an interval; more than 0. Fractions are rounded.") Object rate,
            @Doc("The interval; a second when not given.") Duration interval,
            @Doc("How long a client that went over the rate is kept out; when not given, until the interval ends.") Duration blockInterval,
            @Doc("With the path of an auth method: only logins with this role.") String role,
            @Doc("For namespaces below: the global quota and those of namespaces are.") Optional<Boolean> inheritable,
            @Doc("ip: each address has its own count; none: all clients share one.") String groupBy,
            @Doc("rate-limit: there is no other kind.") String type) {}

    record ShownQuota(
            @Doc("How long a client that went over the rate is kept out, in seconds; 0 for until the interval ends.") long blockInterval,
            @Doc("`ip`: each address has its own count; `none`: all clients share one.") String groupBy,
            @Doc("Whether it goes for namespaces below.") boolean inheritable,
            @Doc("The interval, in seconds.") long interval,
            @Doc("Name of the quota.") String name,
            @Doc("The paths it goes for; empty for all.") String path,
            @Doc("How many requests a client may send in an interval.") Object rate,
            @Doc("The role whose logins it goes for; empty for any.") String role,
            @Doc("`rate-limit`.") String type) {}

    record SetConfig(
            @Doc("Paths that no quota counts; with * at the end for all that begin so.") Optional<List<String>> rateLimitExemptPaths,
            @Doc("Absolute paths that no quota counts.") Optional<List<String>> absoluteRateLimitExemptPaths,
            @Doc("Record refused requests in the audit log.") Optional<Boolean> enableRateLimitAuditLogging,
            @Doc("Add X-Ratelimit-Limit, -Remaining, -Reset and Retry-After to answers.") Optional<Boolean> enableRateLimitResponseHeaders) {}

    record ShownConfig(
            @Doc("Absolute paths that no quota counts.") List<String> absoluteRateLimitExemptPaths,
            @Doc("Whether refused requests go on record in the audit log.") boolean enableRateLimitAuditLogging,
            @Doc("Whether answers say how much of a quota is left.") boolean enableRateLimitResponseHeaders,
            @Doc("Paths that no quota counts.") List<String> rateLimitExemptPaths) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.read("quotas/config", Nothing.class, ShownConfig.class, this::readConfig, "Tell what goes for all rate-limit quotas."),
                Route.effect(Operation.WRITE, "quotas/config", SetConfig.class, None.class, this::writeConfig, "Change what goes for all rate-limit quotas."),
                Route.list("quotas/rate-limit", Nothing.class, Keys.class, this::list, "List the rate-limit quotas."),
                Route.read("quotas/rate-limit/{name}", Name.class, ShownQuota.class, this::read, "Read a rate-limit quota."),
                Route.effect(Operation.WRITE, "quotas/rate-limit/{name}", SetQuota.class, None.class, this::write, "Create or change a rate-limit quota."),
                Route.effect(Operation.DELETE, "quotas/rate-limit/{name}", Name.class, None.class, this::delete, "Delete a rate-limit quota."));
    }

    // ---- what goes for all ----

    private Reply<ShownConfig> readConfig(Call.Read<Nothing> call) {
        var s = limits.settings(call.store());
        return Reply.of(new ShownConfig(s.absoluteExemptPaths(), s.auditRefused(), s.headers(), s.exemptPaths()));
    }

    private Reply<None> writeConfig(Call.Effect<SetConfig> call) {
        var in = call.input();
        storage.update(store -> {
            var s = limits.settings(store);
            limits.settings.put(store, "config", new QuotaSettings(in.rateLimitExemptPaths().map(QuotaRoutes::paths).orElse(s.exemptPaths()),
                    in.absoluteRateLimitExemptPaths().map(QuotaRoutes::paths).orElse(s.absoluteExemptPaths()), in.enableRateLimitAuditLogging().orElse(s.auditRefused()),
                    in.enableRateLimitResponseHeaders().orElse(s.headers())));
            limits.changed(store);
        });
        settled();
        return Reply.nothing();
    }

    private static List<String> paths(List<String> given) {
        if (given.size() > MAX_PATHS) throw new Problem.Invalid("more than " + MAX_PATHS + " exempt paths").asException();
        return given.stream().map(QuotaPlaces::plain).filter(path -> !path.isEmpty()).distinct().toList();
    }

    // ---- quotas ----

    private Reply<Keys> list(Call.Read<Nothing> call) {
        var names = List.copyOf(limits.all(call.store()).keySet());
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Keys(names));
    }

    private Reply<ShownQuota> read(Call.Read<Name> call) {
        var row = limits.rows.get(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new ShownQuota(row.blockInterval().toSeconds(), row.groupBy(), row.inheritable(), row.interval().toSeconds(), call.input().name(), row.path(), row.rate(), row.role(), "rate-limit"));
    }

    private Reply<None> write(Call.Effect<SetQuota> call) {
        var in = call.input();
        if (in.name().length() > MAX_NAME) throw invalid("name is longer than " + MAX_NAME + " characters");
        storage.update(store -> {
            var row = row(store, in);
            var all = limits.all(store);
            all.forEach((name, other) -> {
                if (!name.equals(in.name()) && other.isOnSameAs(row)) throw invalid("quota rule with similar properties exists under the name \"" + name + "\"");
            });
            if (!all.containsKey(in.name()) && all.size() >= RateLimits.MAX_QUOTAS) throw invalid("there are " + RateLimits.MAX_QUOTAS + " quotas already");
            limits.rows.put(store, in.name(), row);
            limits.changed(store);
        });
        settled();
        return Reply.nothing();
    }

    private QuotaRow row(Storage.Reader store, SetQuota in) {
        if (!in.type().isEmpty() && !in.type().equals("rate-limit")) throw invalid("'type' must be rate-limit");
        var rate = rate(in.rate());
        if (in.interval().isNegative()) throw invalid("'interval' is invalid");
        if (in.blockInterval().isNegative()) throw invalid("'block' is invalid");
        var groupBy = in.groupBy().isEmpty() ? "ip" : in.groupBy();
        if (!groupBy.equals("ip") && !groupBy.equals("none")) throw invalid("'group_by' must be ip or none");
        var at = places.require(store, in.path(), in.role(), in.inheritable());
        return new QuotaRow(at.mount(), at.suffix(), in.role(), at.roleInBody(), rate, in.interval().isZero() ? DEFAULT_INTERVAL : in.interval(), in.blockInterval(), at.inheritable(), groupBy);
    }

    private static Object rate(Object given) {
        try {
            var rate = given instanceof String text ? new JsonNumber(text.strip()) : given;
            if (rate instanceof Number number && Double.isFinite(number.doubleValue()) && number.doubleValue() > 0) return rate;
        } catch (NumberFormatException notANumber) {
            // said below
        }
        throw invalid("'rate' is invalid");
    }

    private static Problem.ProblemException invalid(String message) {
        return new Problem.Invalid(message).asException();
    }

    private Reply<None> delete(Call.Effect<Name> call) {
        storage.update(store -> {
            limits.rows.delete(store, call.input().name());
            limits.changed(store);
        });
        settled();
        return Reply.nothing();
    }

    // ---- mounts come and go ----

    private Map<String, QuotaRow> on(Storage.Reader store, MountEntry mount) {
        var found = limits.all(NamespaceStore.view(store, Namespace.ROOT_ID));
        var path = Namespaces.of(store).path() + mount.path();
        found.values().removeIf(row -> !row.mount().equals(path));
        return found;
    }

    @Override
    public void removed(Storage.Writer store, MountEntry mount) {
        remove(store, on(store, mount));
    }

    @Override
    public void removed(Storage.Writer store, Namespace namespace) {
        var gone = limits.all(root(store));
        gone.values().removeIf(row -> !row.mount().startsWith(namespace.path()));
        remove(store, gone);
    }

    private void remove(Storage.Writer store, Map<String, QuotaRow> gone) {
        gone.keySet().forEach(name -> limits.rows.delete(root(store), name));
        if (!gone.isEmpty()) limits.changed(root(store));
    }

    /** Quotas are the root's, whatever they are about. */
    private static Storage.Writer root(Storage.Writer store) {
        return NamespaceStore.view(store, Namespace.ROOT_ID);
    }

    @Override
    public void moved(Storage.Writer store, MountEntry from, String to) {
        var moving = on(store, from);
        var path = Namespaces.of(store).path() + to;
        moving.forEach((name, row) -> limits.rows.put(root(store), name, row.onMount(path)));
        if (!moving.isEmpty()) limits.changed(root(store));
    }

    @Override
    public void settled() {
        limits.refresh(storage);
    }
}
