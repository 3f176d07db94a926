package watchword.engines.kv;

import java.time.Duration;
import java.util.Optional;
import watchword.sdk.Problem;

/**
 * What a mount says for all its secrets, or a secret for itself. What is zero or false was not set, and leaves it to the other.
 *
 * @param deleteVersionAfter whole seconds; negative, for a mount only, means that no version ends by itself, whatever its secret says
 */
record Settings(long maxVersions, boolean casRequired, boolean metadataCasRequired, Duration deleteVersionAfter) {
    static final Settings UNSET = new Settings(0, false, false, Duration.ZERO);
    /** Kept when nobody says how many. */
    static final long USUAL_VERSIONS = 10;
    /** All facts of a secret's versions are in one row, so there is an end to them. */
    static final long MOST_VERSIONS = 10_000;

    private static final Duration NEVER = Duration.ofSeconds(-1);

    /** What a request sets; what it does not name stays. */
    record Change(
            Optional<Long> maxVersions,
            Optional<Boolean> casRequired,
            Optional<Boolean> metadataCasRequired,
            Optional<Duration> deleteVersionAfter) {
        boolean isEmpty() {
            return maxVersions.isEmpty() && casRequired.isEmpty() && metadataCasRequired.isEmpty() && deleteVersionAfter.isEmpty();
        }
    }

    /** The settings of a mount after a change. */
    Settings ofMount(Change change) {
        return after(change, change.deleteVersionAfter().map(end -> end.isNegative() ? NEVER : wholeSeconds(end)));
    }

    /** The settings of a secret after a change. */
    Settings ofSecret(Change change) {
        change.deleteVersionAfter().filter(Duration::isNegative).ifPresent(end -> {
            var what = "cannot provide negative value '" + end.toSeconds() + "'";
            throw new Problem.Invalid("error converting input for field \"delete_version_after\": " + what).asException();
        });
        return after(change, change.deleteVersionAfter().map(Settings::wholeSeconds));
    }

    private Settings after(Change change, Optional<Duration> end) {
        return new Settings(change.maxVersions().map(Settings::bounded).orElse(maxVersions), change.casRequired().orElse(casRequired),
                change.metadataCasRequired().orElse(metadataCasRequired), end.orElse(deleteVersionAfter));
    }

    private static Duration wholeSeconds(Duration duration) {
        return Duration.ofSeconds(duration.toSeconds());
    }

    /** A negative number asks for as many as there can be. */
    private static long bounded(long versions) {
        if (versions > MOST_VERSIONS) throw new Problem.Invalid("max_versions", "at most " + MOST_VERSIONS).asException();
        return versions < 0 ? MOST_VERSIONS : versions;
    }

    static long versionsKept(Settings mount, Settings secret) {
        long most = Math.max(mount.maxVersions, secret.maxVersions);
        return most > 0 ? most : USUAL_VERSIONS;
    }

    /** How long a version lives: the shorter of the two that are set. */
    static Optional<Duration> lifetime(Settings mount, Settings secret) {
        var ofMount = mount.deleteVersionAfter;
        var ofSecret = secret.deleteVersionAfter;
        if (ofMount.isNegative() || (ofMount.isZero() && ofSecret.isZero())) return Optional.empty();
        if (ofMount.isZero() || ofSecret.isZero()) return Optional.of(ofMount.plus(ofSecret));
        return Optional.of(ofMount.compareTo(ofSecret) < 0 ? ofMount : ofSecret);
    }
}
