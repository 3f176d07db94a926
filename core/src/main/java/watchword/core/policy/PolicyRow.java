package watchword.core.policy;

import java.time.Instant;
import java.util.Optional;

/**
 * A policy as it is stored.
 *
 * @param version 1 for the first
 * @param expires when it ends, and is as if it were deleted; empty for never
 * @param casRequired whether a write must name the version it replaces
 */
record PolicyRow(
        String text,
        long version,
        Optional<Instant> modified,
        Optional<Instant> expires,
        boolean casRequired,
        boolean allowWildcardsInIdentityTemplates,
        boolean allowSlashesInIdentityTemplates) {

    static PolicyRow of(String text, Instant now) {
        return new PolicyRow(text, 1, Optional.of(now), Optional.empty(), false, false, false);
    }

    TemplatedPath.Allowances allowances() {
        return new TemplatedPath.Allowances(allowWildcardsInIdentityTemplates, allowSlashesInIdentityTemplates);
    }

    boolean hasEnded(Instant now) {
        return expires.isPresent() && !now.isBefore(expires.get());
    }
}
