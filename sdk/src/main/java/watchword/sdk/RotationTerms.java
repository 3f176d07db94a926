package watchword.sdk;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When something is rotated, as it was written: the fields that all that is rotated has in common, as they are stored and shown.
 *
 * @see RotationFields how they are set
 */
public record RotationTerms(
        @Doc("Seconds from one rotation to the next; 0 for none.") Duration rotationPeriod,
        @Doc("When it is rotated, as a cron expression of five fields; empty for none.") String rotationSchedule,
        @Doc("Seconds after such a time in which it may still be rotated; 0 for any time.") Duration rotationWindow,
        @Doc("Whether it is not rotated by itself, whatever its schedule.") boolean disableAutomatedRotation) {

    /** By hand alone. */
    public static final RotationTerms NONE = new RotationTerms(Duration.ZERO, "", Duration.ZERO, false);

    /** Empty when it is rotated by hand alone. */
    public Optional<Schedule> schedule() {
        if (disableAutomatedRotation) return Optional.empty();
        if (rotationPeriod.isPositive()) return Optional.of(new Schedule.Every(rotationPeriod));
        return rotationSchedule.isEmpty() ? Optional.empty() : Optional.of(Schedule.Cron.of(rotationSchedule, rotationWindow));
    }

    /** What {@link Reply#rotates} is told of a thing with these terms. */
    public Rotation of(String what, Instant last) {
        return new Rotation(what, schedule(), last);
    }

    /** Those that are in force, as an account's are shown. */
    public InForce inForce() {
        boolean scheduled = !rotationSchedule.isEmpty();
        return new InForce(Optional.of(rotationPeriod).filter(Duration::isPositive), Optional.of(rotationSchedule).filter(text -> !text.isEmpty()),
                scheduled ? Optional.of(rotationWindow) : Optional.empty());
    }

    /** The terms of an account that is always rotated: by a period, or by a schedule with its window. */
    public record InForce(
            @Doc("Seconds from one rotation to the next; left out with a schedule.") Optional<Duration> rotationPeriod,
            @Doc("When it is rotated, as a cron expression of five fields; left out with a period.") Optional<String> rotationSchedule,
            @Doc("Seconds after such a time in which it may still be rotated, 0 for any time; left out with a period.") Optional<Duration> rotationWindow) {}
}
