package watchword.core.lockout;

import java.util.Comparator;
import java.util.List;
import watchword.core.namespace.Namespaces;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;

/** {@code sys/locked-users}. */
public final class LockoutRoutes {
    private final Lockouts lockouts;

    public LockoutRoutes(Lockouts lockouts) {
        this.lockouts = lockouts;
    }

    record Which(@Doc("Only those of the mount with this accessor.") String mountAccessor) {}

    record OfMount(
            @Doc("Accessor of the mount.") String mountAccessor,
            @Doc("How many are locked out.") long counts,
            @Doc("Who, as the mount's logins name them.") List<String> aliasIdentifiers) {}

    record OfNamespace(
            @Doc("Id of the namespace.") String namespaceId,
            @Doc("Path of the namespace.") String namespacePath,
            @Doc("How many are locked out.") long counts,
            @Doc("The mounts of those.") List<OfMount> mountAccessors) {}

    record Locked(@Doc("Who is locked out, by namespace.") List<OfNamespace> byNamespace, @Doc("How many in all.") long total) {}

    record Whom(
            @Doc("Accessor of the mount.") String mountAccessor,
            @Doc("Who, as the mount's logins name them: the name of a user, the role id of a role.") String aliasIdentifier) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.read("locked-users", Which.class, Locked.class, this::list, "List who is locked out after failed logins."),
                Route.write("locked-users/{mount_accessor}/unlock/{alias_identifier*}", Whom.class, None.class, this::unlock, "Let somebody log in again who is locked out."));
    }

    private Reply<Locked> list(Call.Read<Which> call) {
        var mounts = lockouts.locked(call.store(), call.input().mountAccessor(), call.now()).entrySet().stream()
                .map(mount -> new OfMount(mount.getKey(), mount.getValue().size(), mount.getValue()))
                .sorted(Comparator.comparingLong(OfMount::counts).reversed())
                .toList();
        var namespace = Namespaces.of(call.store());
        long total = mounts.stream().mapToLong(OfMount::counts).sum();
        return Reply.of(new Locked(List.of(new OfNamespace(namespace.id(), namespace.path(), total, mounts)), total));
    }

    private Reply<None> unlock(Call.Change<Whom> call) {
        lockouts.unlock(call.store(), call.input().mountAccessor(), call.input().aliasIdentifier());
        return Reply.nothing();
    }
}
