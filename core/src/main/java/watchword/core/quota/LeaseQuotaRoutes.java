package watchword.core.quota;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import watchword.core.lease.Leases;
import watchword.core.mount.MountEntry;
import watchword.core.mount.MountFollower;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.core.namespace.Namespaces;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply.None;
import watchword.sdk.Reply;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** {@code sys/quotas/lease-count}. */
public final class LeaseQuotaRoutes implements MountFollower {
    private static final int MAX_NAME = 256;
    private static final int PAGE = 1_000;

    private final LeaseQuotas quotas;
    private final QuotaPlaces places;
    private final Leases leases;
    private final Storage storage;

    public LeaseQuotaRoutes(LeaseQuotas quotas, QuotaPlaces places, Leases leases, Storage storage) {
        this.quotas = quotas;
        this.places = places;
        this.leases = leases;
        this.storage = storage;
    }

    record Nothing() {}

    record Name(@Doc("Name of the quota.") String name) {}

    record Keys(@Doc("Names of the quotas, sorted.") List<String> keys) {}

    record SetQuota(
            @Doc("Name of the quota.") String name,
            @Doc("A namespace, a mount, a path below one, or one with * at its end for all that begin so; empty for a global quota.") String path,
            @Doc("How many leases there may be, those of tokens included; more than 0.") Object maxLeases,
            @Doc("With the path of an auth method: only tokens of logins with this role.") String role,
            @Doc("For namespaces below: the global quota and those of namespaces are.") Optional<Boolean> inheritable,
            @Doc("lease-count: there is no other kind.") String type) {}

    record ShownQuota(
            @Doc("How many leases there are under it.") long counter,
            @Doc("Whether it goes for namespaces below.") boolean inheritable,
            @Doc("How many leases there may be.") long maxLeases,
            @Doc("Name of the quota.") String name,
            @Doc("The paths it goes for; empty for all.") String path,
            @Doc("The role whose logins it goes for; empty for any.") String role,
            @Doc("`lease-count`.") String type) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.list("quotas/lease-count", Nothing.class, Keys.class, this::list, "List the lease-count quotas."),
                Route.read("quotas/lease-count/{name}", Name.class, ShownQuota.class, this::read, "Read a lease-count quota, with how many leases there are under it."),
                Route.effect(Operation.WRITE, "quotas/lease-count/{name}", SetQuota.class, None.class, this::write, "Create or change a lease-count quota."),
                Route.effect(Operation.DELETE, "quotas/lease-count/{name}", Name.class, None.class, this::delete, "Delete a lease-count quota."));
    }

    private Reply<Keys> list(Call.Read<Nothing> call) {
        var names = List.copyOf(quotas.all(call.store()).keySet());
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Keys(names));
    }

    private Reply<ShownQuota> read(Call.Read<Name> call) {
        var name = call.input().name();
        var row = Optional.ofNullable(quotas.all(call.store()).get(name)).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new ShownQuota(quotas.leases(call.store(), name), row.inheritable(), row.maxLeases(), name, row.mount() + row.suffix(), row.role(), "lease-count"));
    }

    private Reply<None> write(Call.Effect<SetQuota> call) {
        var in = call.input();
        if (in.name().length() > MAX_NAME) throw invalid("name is longer than " + MAX_NAME + " characters");
        if (!in.type().isEmpty() && !in.type().equals("lease-count")) throw invalid("'type' must be lease-count");
        long most = most(in.maxLeases());
        storage.update(store -> {
            var at = places.require(store, in.path(), in.role(), in.inheritable());
            var row = new LeaseQuotas.Row(at.mount(), at.suffix(), in.role(), at.roleInBody(), most, at.inheritable());
            quotas.sameAs(store, in.name(), row).ifPresent(other -> {
                throw invalid("quota rule with similar properties exists under the name \"" + other + "\"");
            });
            var all = quotas.all(store);
            var before = all.get(in.name());
            if (before == null && all.size() >= LeaseQuotas.MAX_QUOTAS) throw invalid("there are " + LeaseQuotas.MAX_QUOTAS + " quotas already");
            quotas.put(store, in.name(), row, before != null && before.isOnSameAs(row) ? quotas.leases(store, in.name()) : count(store, row));
        });
        return Reply.nothing();
    }

    private static long most(Object given) {
        if (given instanceof Number number && number.doubleValue() == number.longValue() && number.longValue() > 0) return number.longValue();
        if (given instanceof String text && text.strip().matches("0*[1-9][0-9]{0,17}")) return Long.parseLong(text.strip());
        throw invalid("'max_leases' is invalid");
    }

    /** How many leases there are under a new quota. It takes as long as there are many where it is about: leases wait for it. */
    private long count(Storage.Writer store, LeaseQuotas.Row row) {
        long count = 0;
        for (var namespace : Stream.concat(Stream.of(Namespace.ROOT), Namespaces.tree(store).all().stream()).toList()) {
            if (!namespace.path().startsWith(row.mount()) && !row.mount().startsWith(namespace.path())) continue;
            var below = row.mount().length() > namespace.path().length() ? row.mount().substring(namespace.path().length()) : "";
            var part = NamespaceStore.view(store, namespace.id());
            for (var after = ""; ; ) {
                var page = leases.page(part, below, after, PAGE);
                if (page.isEmpty()) break;
                count += page.stream().map(entry -> entry.getValue()).filter(lease -> row.covers(namespace.path() + lease.path(), lease.ofToken() ? lease.kind() : "")).count();
                after = page.getLast().getKey();
            }
        }
        return count;
    }

    private static Problem.ProblemException invalid(String message) {
        return new Problem.Invalid(message).asException();
    }

    private Reply<None> delete(Call.Effect<Name> call) {
        storage.update(store -> quotas.delete(store, call.input().name()));
        return Reply.nothing();
    }

    // ---- mounts come and go ----

    @Override
    public void removed(Storage.Writer store, MountEntry mount) {
        var path = Namespaces.of(store).path() + mount.path();
        Map.copyOf(quotas.all(store)).forEach((name, row) -> {
            if (row.mount().equals(path)) quotas.delete(store, name);
        });
    }

    @Override
    public void removed(Storage.Writer store, Namespace namespace) {
        Map.copyOf(quotas.all(store)).forEach((name, row) -> {
            if (row.mount().startsWith(namespace.path())) quotas.delete(store, name);
        });
    }

    /** What was issued on the mount has been revoked, all of it. */
    @Override
    public void moved(Storage.Writer store, MountEntry from, String to) {
        var base = Namespaces.of(store).path();
        Map.copyOf(quotas.all(store)).forEach((name, row) -> {
            if (row.mount().equals(base + from.path())) quotas.put(store, name, row.on(base + to), 0);
        });
    }

    @Override
    public void settled() {}
}
