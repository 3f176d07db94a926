package watchword.engines.approle;

import java.util.List;
import java.util.Optional;
import watchword.engines.approle.Digest.Kind;
import watchword.sdk.EngineContext;
import watchword.sdk.Names;
import watchword.sdk.Problem;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** Roles in the store, by the one form of their names, and found by their role ids. */
final class Roles {
    private static final int MAX_NAME = 512;

    /** Whose a role id is. */
    record Owner(String role) {}

    private final Table<Role> roles;
    private final Table<Owner> owners;
    private final Digest digest;

    Roles(EngineContext context, Digest digest) {
        this.roles = context.table("role", Role.class);
        this.owners = context.table("role-id", Owner.class);
        this.digest = digest;
    }

    /** A name in the form by which everything about the role is kept. */
    static String name(String written) {
        var name = Names.canonical(written);
        if (name.isEmpty() || name.length() > MAX_NAME) throw new Problem.Invalid("role_name: between 1 and " + MAX_NAME + " characters").asException();
        return name;
    }

    Optional<Role> find(Storage.Reader store, String name) {
        return roles.get(store, name);
    }

    /** The role with a role id; empty text for none. */
    String owner(Storage.Reader store, String roleId) {
        return owners.get(store, digest.of(store, Kind.ROLE_ID, "", roleId)).map(Owner::role).orElse("");
    }

    List<String> names(Storage.Reader store, String after, int limit) {
        return roles.names(store, "", after, limit);
    }

    /** @throws Problem.ProblemException when another role has its role id */
    void save(Storage.Writer store, String name, Role role) {
        digest.prepare(store);
        var owner = owner(store, role.roleId());
        if (!owner.isEmpty() && !owner.equals(name)) throw new Problem.Invalid("role_id already in use").asException();
        find(store, name).filter(before -> !before.roleId().equals(role.roleId())).ifPresent(before -> forget(store, before));
        roles.put(store, name, role);
        if (owner.isEmpty()) owners.put(store, digest.of(store, Kind.ROLE_ID, "", role.roleId()), new Owner(name));
    }

    private void forget(Storage.Writer store, Role role) {
        owners.delete(store, digest.of(store, Kind.ROLE_ID, "", role.roleId()));
    }

    void remove(Storage.Writer store, String name, Role role) {
        forget(store, role);
        roles.delete(store, name);
    }
}
