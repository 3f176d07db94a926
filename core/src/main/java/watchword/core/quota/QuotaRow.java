package watchword.core.quota;

import java.time.Duration;

/**
 * A rate-limit quota as it is stored.
 *
 * @param mount path of the mount or namespace it is about, from the root, with its trailing slash; empty for a global one
 * @param suffix what of the mount: empty for all of it, a path, or with {@code *} at its end all paths that begin so
 * @param role only logins with this role
 * @param roleInBody where such logins name their role: in the body, or as the last segment of their path
 * @param rate requests in an interval, as it was written; whole ones count
 * @param blockInterval how long a client that went over it is kept out; zero for until the interval ends
 * @param groupBy {@code ip}: each address has its own; {@code none}: all share one
 */
record QuotaRow(String mount, String suffix, String role, boolean roleInBody, Object rate, Duration interval, Duration blockInterval, boolean inheritable, String groupBy) {

    String path() {
        return mount + suffix;
    }

    /** Two quotas on the same are one too many. */
    boolean isOnSameAs(QuotaRow other) {
        return mount.equals(other.mount) && suffix.equals(other.suffix) && role.equals(other.role);
    }

    QuotaRow onMount(String path) {
        return new QuotaRow(path, suffix, role, roleInBody, rate, interval, blockInterval, inheritable, groupBy);
    }

    /** Whole requests in an interval: at least one, since a quota that lets nobody in could never be taken back. */
    int limit() {
        double asked = rate instanceof Number number ? number.doubleValue() : 0;
        return (int) Math.clamp(Math.round(asked), 1, Integer.MAX_VALUE);
    }
}
