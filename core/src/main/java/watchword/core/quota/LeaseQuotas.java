package watchword.core.quota;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.core.namespace.Namespaces;
import watchword.core.wire.Rows;
import watchword.sdk.Policies;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/**
 * The lease-count quotas, and how many leases there are under each: counted in the transaction in which a lease comes to be or is gone, so
 * that the count is exact whatever crashes, on however many servers. Of all quotas that a lease is under, the most specific one alone may
 * refuse it. Where there is no quota, nothing is counted. Tokens have leases too.
 */
public final class LeaseQuotas {
    static final int MAX_QUOTAS = 1_000;

    private final Rows<All> table = new Rows<>("core/quotas/lease-count/", All.class);
    private final Rows<Count> counts = new Rows<>("core/quotas/lease-counter/", Count.class);

    /** In one document, which a caching store keeps decoded: looking costs next to nothing. */
    record All(Map<String, Row> quotas) {}

    /**
     * A quota.
     *
     * @param mount path of the mount or namespace it is about, from the root, with its trailing slash; empty for a global one
     * @param suffix what of the mount: empty for all of it, a path, or with {@code *} at its end all paths that begin so
     * @param role only tokens of logins with this role
     * @param roleInBody where such logins name their role: in the body, or as the last segment of their path
     */
    record Row(String mount, String suffix, String role, boolean roleInBody, long maxLeases, boolean inheritable) {
        /**
         * @param path of the request that got the lease, from the root
         * @param loginRole that its body named
         */
        boolean covers(String path, String loginRole) {
            if (!role.isEmpty()) return path.startsWith(mount + "login") && isOfRole(path, loginRole);
            if (suffix.isEmpty()) return path.startsWith(mount);
            return suffix.endsWith("*") ? path.startsWith(mount + suffix.substring(0, suffix.length() - 1)) : path.equals(mount + suffix);
        }

        private boolean isOfRole(String path, String loginRole) {
            if (roleInBody) return Policies.name(loginRole).equals(Policies.name(role));
            return path.startsWith(mount + "login/") && Policies.name(path.substring(mount.length() + "login/".length())).equals(Policies.name(role));
        }

        /** A role before a path, that before a prefix, that before a mount or namespace; the longer before the shorter. */
        private int rank() {
            int kind = !role.isEmpty() ? 3 : suffix.isEmpty() ? 0 : suffix.endsWith("*") ? 1 : 2;
            return kind << 20 | mount.length() + suffix.length();
        }

        boolean isOnSameAs(Row other) {
            return mount.equals(other.mount) && suffix.equals(other.suffix) && role.equals(other.role);
        }

        Row on(String path) {
            return new Row(path, suffix, role, roleInBody, maxLeases, inheritable);
        }
    }

    record Count(long leases) {}

    private static Storage.Writer root(Storage.Writer store) {
        return NamespaceStore.view(store, Namespace.ROOT_ID);
    }

    // ---- quotas ----

    Map<String, Row> all(Storage.Reader any) {
        return table.get(NamespaceStore.view(any, Namespace.ROOT_ID), "all").map(All::quotas).orElse(Map.of());
    }

    /** @param leases how many there are under it now */
    void put(Storage.Writer store, String name, Row row, long leases) {
        var quotas = new TreeMap<>(all(store));
        quotas.put(name, row);
        table.put(root(store), "all", new All(quotas));
        counts.put(root(store), name, new Count(leases));
    }

    void delete(Storage.Writer store, String name) {
        var quotas = new TreeMap<>(all(store));
        if (quotas.remove(name) != null) table.put(root(store), "all", new All(quotas));
        counts.delete(root(store), name);
    }

    long leases(Storage.Reader any, String name) {
        return counts.get(NamespaceStore.view(any, Namespace.ROOT_ID), name).map(Count::leases).orElse(0L);
    }

    // ---- counting ----

    /**
     * A lease comes to be.
     *
     * @param path of the request that gets it, in its namespace
     * @param role that the login's body named; empty for what is no login
     * @throws Problem.ProblemException when there are as many as may be
     */
    public void require(Storage.Reader store, String path, String role) {
        var whole = Namespaces.of(store).path() + path;
        covering(store, whole, role).stream().max(Comparator.comparingInt(quota -> quota.getValue().rank())).filter(quota -> leases(store, quota.getKey()) >= quota.getValue().maxLeases()).ifPresent(_ -> {
            throw new Problem.TooMany("request path \"" + whole + "\": lease count quota exceeded").asException();
        });
    }

    public void added(Storage.Writer store, String path, String role) {
        change(store, path, role, 1);
    }

    public void removed(Storage.Writer store, String path, String role) {
        change(store, path, role, -1);
    }

    private void change(Storage.Writer store, String path, String role, long by) {
        if (all(store).isEmpty()) return;
        for (var quota : covering(store, Namespaces.of(store).path() + path, role)) counts.put(root(store), quota.getKey(), new Count(Math.max(0, leases(store, quota.getKey()) + by)));
    }

    private List<Map.Entry<String, Row>> covering(Storage.Reader store, String whole, String role) {
        return all(store).entrySet().stream().filter(quota -> quota.getValue().covers(whole, role)).toList();
    }

    /** The quota on the same as another, if there is one under another name. */
    Optional<String> sameAs(Storage.Reader store, String name, Row row) {
        return all(store).entrySet().stream().filter(quota -> !quota.getKey().equals(name) && quota.getValue().isOnSameAs(row)).map(Map.Entry::getKey).findFirst();
    }
}
