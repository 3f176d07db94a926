package watchword.core.quota;

import java.util.List;

/**
 * What goes for all rate-limit quotas, as it is stored.
 *
 * @param exemptPaths exact, or with {@code *} at the end for all that begin so
 * @param absoluteExemptPaths the same; the two differ only where there are namespaces
 * @param auditRefused record requests that are refused
 * @param headers tell clients where they stand
 */
record QuotaSettings(List<String> exemptPaths, List<String> absoluteExemptPaths, boolean auditRefused, boolean headers) {
    static final QuotaSettings DEFAULT = new QuotaSettings(
            List.of("sys/generate-recovery-token/attempt", "sys/generate-recovery-token/update", "sys/generate-root/attempt", "sys/generate-root/update",
                    "sys/health", "sys/seal-status", "sys/unseal"),
            List.of(), false, false);
}
