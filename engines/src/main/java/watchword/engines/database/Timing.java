package watchword.engines.database;

import java.time.Duration;
import java.util.Optional;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Schedule;

/** When something is rotated: after a period, or at the times of a schedule; by hand alone when neither is told. As it is stored. */
record Timing(Duration period, String schedule, Duration window) {
    static final Timing BY_HAND = new Timing(Duration.ZERO, "", Duration.ZERO);
    private static final Duration SHORTEST_PERIOD = Duration.ofSeconds(5);
    private static final Duration SHORTEST_WINDOW = Duration.ofHours(1);

    /** What a request says of it. */
    record Set(
            @Doc("How long after a rotation the next one comes; not with rotation_schedule.") Optional<Duration> rotationPeriod,
            @Doc("When rotations come, as a cron expression of five fields in UTC; not with rotation_period.") Optional<String> rotationSchedule,
            @Doc("How long after a time of rotation_schedule it may still be done; an hour or more, or 0 for any time.") Optional<Duration> rotationWindow) {}

    boolean isByPeriod() {
        return period.isPositive();
    }

    boolean isBySchedule() {
        return !schedule.isEmpty();
    }

    Optional<Schedule> rule() {
        if (isByPeriod()) return Optional.of(new Schedule.Every(period));
        return isBySchedule() ? Optional.of(Schedule.Cron.of(schedule, window)) : Optional.empty();
    }

    /** @throws Problem.ProblemException when it cannot be kept */
    Timing with(Set set) {
        var newPeriod = set.rotationPeriod().filter(Duration::isPositive);
        var newSchedule = set.rotationSchedule().filter(text -> !text.isBlank());
        if (newPeriod.isPresent() && newSchedule.isPresent()) {
            throw new Problem.Invalid("mutually exclusive fields rotation_period and rotation_schedule were both specified; only one of them can be provided").asException();
        }
        if (set.rotationPeriod().isPresent() && set.rotationPeriod().get().compareTo(SHORTEST_PERIOD) < 0 && !set.rotationPeriod().get().isZero()) {
            throw new Problem.Invalid("rotation_period must be " + SHORTEST_PERIOD.toSeconds() + " seconds or more").asException();
        }
        if (newPeriod.isPresent()) {
            if (set.rotationWindow().filter(Duration::isPositive).isPresent()) throw new Problem.Invalid("rotation_window is invalid with use of rotation_period").asException();
            return checked(new Timing(newPeriod.get(), "", Duration.ZERO));
        }
        if (newSchedule.isPresent()) return checked(new Timing(Duration.ZERO, newSchedule.get(), window(set.rotationWindow().orElse(window))));
        var kept = new Timing(set.rotationPeriod().isPresent() ? Duration.ZERO : period, set.rotationSchedule().isPresent() ? "" : schedule, window);
        if (set.rotationWindow().filter(Duration::isPositive).isPresent() && !kept.isBySchedule()) throw new Problem.Invalid("rotation_window is invalid with use of rotation_period").asException();
        return kept.isBySchedule() ? checked(new Timing(Duration.ZERO, schedule, window(set.rotationWindow().orElse(window)))) : kept;
    }

    private static Duration window(Duration given) {
        if (given.isZero() || given.compareTo(SHORTEST_WINDOW) >= 0) return given;
        throw new Problem.Invalid("rotation_window must be " + SHORTEST_WINDOW.toSeconds() + " seconds or more").asException();
    }

    private static Timing checked(Timing timing) {
        try {
            timing.rule();
            return timing;
        } catch (Problem.ProblemException wrong) {
            // What is wrong with it would be told in its own words.
            throw new Problem.Invalid(timing.isBySchedule() ? "could not parse rotation_schedule: a cron expression has five fields, as in 0 4 * * SAT" : "rotation_period is out of range").asException();
        }
    }
}
