package watchword.engines.ldap.secrets;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import watchword.sdk.Inline;
import watchword.sdk.Schedule;

/**
 * An account whose password this server sets.
 *
 * @param dn empty when it is searched for by its name
 * @param lastRotation empty when the password has not been set yet
 * @param begun from when the schedule counts until it has been
 */
record StaticRole(String dn, String username, Duration rotationPeriod, String rotationSchedule, Duration rotationWindow, @Inline Passwords passwords, Optional<Instant> lastRotation, Instant begun) {

    StaticRole with(Passwords other, Optional<Instant> rotated) {
        return new StaticRole(dn, username, rotationPeriod, rotationSchedule, rotationWindow, other, rotated, begun);
    }

    Optional<Schedule> schedule() {
        return Config.schedule(rotationPeriod, rotationSchedule, rotationWindow);
    }

    Instant last() {
        return lastRotation.orElse(begun);
    }
}
