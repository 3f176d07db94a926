package watchword.core.opa;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import watchword.core.policy.Capability;
import watchword.core.policy.PathSet;
import watchword.sdk.Secret;

/**
 * An OPA policy as it is stored.
 *
 * @param paths as in ACL rules
 * @param operations the capabilities that are guarded, by their words; all when empty
 * @param url of the OPA server, without the path of its API; empty for a bundle
 * @param entrypoint the decision, as in {@code watchword/decision}
 * @param timeout how long an answer may take
 * @param cacheTtl how long a server's decision holds for the same question; zero for not at all
 * @param caPem whose certificates the server's is checked with; the system's when empty
 * @param token what the server knows us by; empty for none
 * @param root whether root tokens are guarded, too
 * @param digest of the bundle; empty for a server
 * @param bundleBytes how large it is
 */
record OpaPolicy(
        String name,
        List<String> paths,
        List<String> operations,
        Kind kind,
        String url,
        String entrypoint,
        FailMode failMode,
        Duration timeout,
        Duration cacheTtl,
        String caPem,
        Secret token,
        Enforcement enforcement,
        boolean root,
        String digest,
        long bundleBytes,
        Instant modified) {

    /** Where it is decided. */
    enum Kind {
        URL,
        BUNDLE
    }

    /** What becomes of a request when there is no answer. */
    enum FailMode {
        CLOSED,
        OPEN
    }

    /** Whether a refusal refuses, or is only put on record. */
    enum Enforcement {
        ENFORCE,
        ADVISE
    }

    /** The table as it is stored: one row, so that a request sees all of it or none. */
    record Row(List<OpaPolicy> policies) {}

    /** With what is looked up for every request ready-made. */
    record Ready(OpaPolicy policy, PathSet over, Set<String> operations) {
        static Ready of(OpaPolicy policy) {
            return new Ready(policy, PathSet.of(policy.paths()), Set.copyOf(policy.operations()));
        }

        boolean guards(String path, Capability wanted, boolean isRoot) {
            if (isRoot && !policy.root()) return false;
            return (operations.isEmpty() || operations.contains(wanted.word())) && over.has(path);
        }
    }

    boolean enforces() {
        return enforcement == Enforcement.ENFORCE;
    }
}
