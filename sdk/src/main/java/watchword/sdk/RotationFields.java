package watchword.sdk;

import java.time.Duration;
import java.util.Optional;

/**
 * The fields in which a request sets {@link RotationTerms}: part of the input of whatever is rotated, by {@link Inline}. What was not sent
 * stays; a period takes the place of a schedule, and a schedule that of a period.
 */
public record RotationFields(
        @Doc("How long from one rotation to the next, as in 24h.") Optional<Duration> rotationPeriod,
        @Doc("When it is rotated: a cron expression of five fields, in UTC, or in the zone that `CRON_TZ=` tells before it.") Optional<String> rotationSchedule,
        @Doc("How long after a time of the schedule it may still be rotated, an hour or more; any time when not given.") Optional<Duration> rotationWindow,
        @Doc("Do not rotate it by itself, whatever its schedule.") Optional<Boolean> disableAutomatedRotation) {

    private static final Duration LEAST_WINDOW = Duration.ofHours(1);
    private static final Duration LEAST_OF_ACCOUNT = Duration.ofSeconds(5);
    private static final Duration LEAST_OF_CONFIG = Duration.ofSeconds(10);

    /** A request that sets none of them. */
    public static final RotationFields NONE = new RotationFields(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * The terms after this request of what is always rotated, such as the account of a static role.
     *
     * @throws Problem.ProblemException when they cannot be, or there are none
     */
    public RotationTerms overAccount(RotationTerms before) {
        boolean scheduled = rotationSchedule.filter(text -> !text.isEmpty()).isPresent();
        if (scheduled && rotationPeriod.isPresent()) {
            throw wrong("mutually exclusive fields rotation_period and rotation_schedule were both specified; only one of them can be provided");
        }
        if (!scheduled && rotationPeriod.isEmpty() && before.rotationSchedule().isEmpty() && !before.rotationPeriod().isPositive()) {
            throw wrong("one of rotation_schedule or rotation_period must be provided to create a static account");
        }
        if (rotationPeriod.isPresent() && rotationPeriod.get().compareTo(LEAST_OF_ACCOUNT) < 0) throw wrong("rotation_period must be " + LEAST_OF_ACCOUNT.toSeconds() + " seconds or more");
        boolean byPeriod = rotationPeriod.isPresent() || (!scheduled && before.rotationPeriod().isPositive());
        if (byPeriod && rotationWindow.isPresent()) throw wrong("rotation_window is invalid with use of rotation_period");
        return merged(before, "could not parse rotation_schedule: ", "rotation_window is invalid: ");
    }

    /**
     * The terms after this request of a configuration whose own secret may be rotated.
     *
     * @throws Problem.ProblemException when they cannot be
     */
    public RotationTerms overConfig(RotationTerms before) {
        boolean period = rotationPeriod.filter(Duration::isPositive).isPresent();
        boolean schedule = rotationSchedule.filter(text -> !text.isEmpty()).isPresent();
        boolean window = rotationWindow.filter(Duration::isPositive).isPresent();
        if (period && schedule) throw wrong("mutually exclusive fields rotation_schedule and rotation_period were both specified; only one of them can be provided");
        if (period && window) throw wrong("rotation_window does not apply to period");
        if (window && !schedule && before.rotationSchedule().isEmpty()) throw wrong("cannot use rotation_window without rotation_schedule");
        if (period && rotationPeriod.get().compareTo(LEAST_OF_CONFIG) < 0) throw wrong("rotation_period must be " + LEAST_OF_CONFIG.toSeconds() + " seconds or more");
        return merged(before, "failed to parse provided rotation_schedule: ", "");
    }

    private RotationTerms merged(RotationTerms before, String unreadable, String badWindow) {
        var period = rotationPeriod.orElse(before.rotationPeriod());
        var schedule = rotationSchedule.orElse(before.rotationSchedule()).strip();
        var window = rotationWindow.orElse(before.rotationWindow());
        if (period.isNegative() || period.compareTo(Schedule.LONGEST) > 0) throw wrong("rotation_period must be 100 years or less");
        if (rotationPeriod.filter(Duration::isPositive).isPresent()) schedule = "";
        else if (!schedule.isEmpty() && rotationSchedule.isPresent()) period = Duration.ZERO;
        if (schedule.isEmpty()) window = Duration.ZERO;
        if (!window.isZero() && window.compareTo(LEAST_WINDOW) < 0) throw wrong(badWindow + "rotation_window must be " + LEAST_WINDOW.toSeconds() + " seconds or more");
        if (!schedule.isEmpty()) requireReadable(schedule, window, unreadable);
        return new RotationTerms(period, schedule, window, disableAutomatedRotation.orElse(before.disableAutomatedRotation()));
    }

    private static void requireReadable(String schedule, Duration window, String unreadable) {
        try {
            var _ = Schedule.Cron.of(schedule, window);
        } catch (Problem.ProblemException unread) {
            throw wrong(unreadable + unread.getMessage());
        }
    }

    private static Problem.ProblemException wrong(String what) {
        return new Problem.Invalid(what).asException();
    }
}
