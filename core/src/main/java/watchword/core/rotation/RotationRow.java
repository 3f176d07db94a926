package watchword.core.rotation;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Rotation;
import watchword.sdk.Schedule;

/**
 * What the store knows of a thing that is rotated.
 *
 * @param last when it was last rotated; the beginning of time for never
 * @param next when it is to be rotated by its schedule; empty without one
 * @param due when somebody has to look at it next; empty for never
 * @param attempts since it was last rotated
 * @param lastError why the last attempt failed; empty when it did not
 * @param history what became of the last attempts, the newest first
 */
record RotationRow(
        Planned planned,
        Instant last,
        Optional<Instant> next,
        Optional<Instant> due,
        State state,
        boolean paused,
        int attempts,
        String lastError,
        List<Outcome> history) {

    private static final int KEPT = 20;
    /** How far the clocks of servers may be apart. */
    static final Duration SLACK = Duration.ofMinutes(1);
    /** By hand alone, and never yet. */
    static final RotationRow NEW = new RotationRow(Planned.BY_HAND, Instant.EPOCH, Optional.empty(), Optional.empty(), State.SCHEDULED, false, 0, "", List.of());

    enum State {
        SCHEDULED,
        /** One server is at it. If it is still so when this is due, that server is gone. */
        ROTATING,
        /** It waits to be tried again. */
        FAILED,
        /** The window in which it might have been rotated is over; it waits for the next. */
        MISSED
    }

    /** What became of an attempt. */
    enum Result {
        SUCCEEDED,
        FAILED,
        /** The server that was at it is gone. */
        INTERRUPTED,
        /** There was none while it might have been. */
        MISSED
    }

    /** @param attempt which one it was since the last success @param byHand somebody asked for it */
    record Outcome(Instant time, Result result, String error, int attempt, boolean byHand) {}

    /** A schedule as a row: every so long, or by a cron expression, or by neither. */
    record Planned(Duration every, String cron, Duration window, String zone) {
        static final Planned BY_HAND = new Planned(Duration.ZERO, "", Duration.ZERO, "");

        static Planned of(Optional<Schedule> schedule) {
            return switch (schedule.orElse(null)) {
                case null -> BY_HAND;
                case Schedule.Every every -> new Planned(every.period(), "", Duration.ZERO, "");
                case Schedule.Cron cron -> new Planned(Duration.ZERO, cron.expression(), cron.window(), cron.zone().getId());
            };
        }

        Optional<Schedule> schedule() {
            if (every.isPositive()) return Optional.of(new Schedule.Every(every));
            return cron.isEmpty() ? Optional.empty() : Optional.of(new Schedule.Cron(cron, window, ZoneId.of(zone)));
        }

        private Optional<Instant> next(Instant last) {
            return schedule().map(each -> each.next(last).truncatedTo(ChronoUnit.MILLIS));
        }
    }

    // ---- what engines say ----

    /** The same after an engine said this of it. */
    RotationRow said(Rotation rotation) {
        var plan = Planned.of(rotation.schedule());
        if (plan.equals(planned) && rotation.last().equals(last)) return this;
        var when = plan.next(rotation.last());
        if (state == State.ROTATING) return new RotationRow(plan, rotation.last(), when, due, state, paused, attempts, lastError, history);
        var fresh = new RotationRow(plan, rotation.last(), when, paused ? Optional.empty() : when, State.SCHEDULED, paused, 0, "", history);
        boolean rotatedByEngine = this != NEW && rotation.last().isAfter(last);
        return rotatedByEngine ? fresh.and(new Outcome(rotation.last(), Result.SUCCEEDED, "", 1, true)) : fresh;
    }

    // ---- its life ----

    private RotationRow and(Outcome outcome) {
        var all = new ArrayList<Outcome>(KEPT);
        all.add(outcome);
        all.addAll(history.subList(0, Math.min(history.size(), KEPT - 1)));
        return new RotationRow(planned, last, next, due, state, paused, attempts, lastError, List.copyOf(all));
    }

    private RotationRow in(State now, Optional<Instant> when) {
        return new RotationRow(planned, last, next, when.map(each -> each.truncatedTo(ChronoUnit.MILLIS)), now, paused, attempts, lastError, history);
    }

    boolean isDue(Instant now) {
        return due.isPresent() && !due.get().isAfter(now);
    }

    boolean isTaken(Instant now) {
        return state == State.ROTATING && due.isPresent() && due.get().isAfter(now);
    }

    /** Whether its time has come and gone. */
    boolean isLate() {
        return !paused && next.isPresent() && (state == State.FAILED || state == State.MISSED);
    }

    RotationRow taken(Instant now, Duration turn) {
        var noted = state == State.ROTATING ? and(new Outcome(now, Result.INTERRUPTED, "", attempts, false)) : this;
        return new RotationRow(planned, last, next, Optional.of(now.plus(turn).truncatedTo(ChronoUnit.MILLIS)), State.ROTATING, paused, attempts + 1, lastError, noted.history);
    }

    RotationRow kept(Instant now, Duration turn) {
        return in(State.ROTATING, Optional.of(now.plus(turn)));
    }

    RotationRow later(Instant when) {
        return in(state, Optional.of(when));
    }

    RotationRow succeeded(Instant now, boolean byHand) {
        var when = planned.next(now);
        return new RotationRow(planned, now, when, paused ? Optional.empty() : when, State.SCHEDULED, paused, 0, "", history).and(new Outcome(now, Result.SUCCEEDED, "", attempts, byHand));
    }

    /** @param again when to try again, if it is not paused, has a schedule and may then */
    RotationRow failed(Instant now, String error, Instant again, boolean byHand) {
        var noted = new RotationRow(planned, last, next, due, state, paused, attempts, error, history).and(new Outcome(now, Result.FAILED, error, attempts, byHand));
        if (paused || next.isEmpty()) return noted.in(State.FAILED, Optional.empty());
        return noted.isOver(again) ? noted.missed(now, again) : noted.in(State.FAILED, Optional.of(again));
    }

    /** Whether the window of the time that is next is over at a time. */
    boolean isOver(Instant at) {
        return planned.window.isPositive() && next.isPresent() && !at.isBefore(next.get().plus(planned.window));
    }

    /** After its window went by: {@code next} is now the time whose window is open at {@code from}, or opens after it. */
    RotationRow missed(Instant now, Instant from) {
        var when = planned.next(from.minus(planned.window));
        var waits = new RotationRow(planned, last, when, when.map(each -> each.isAfter(from) ? each : from), State.MISSED, paused, attempts, lastError, history);
        return waits.and(new Outcome(now, Result.MISSED, lastError, attempts, false)).in(State.MISSED, waits.due);
    }

    /**
     * After the clock was set back: nothing waits longer than if it had been rotated just now.
     *
     * @param longest how long a turn or a pause may be
     */
    RotationRow setBackTo(Instant now, Duration longest) {
        boolean waitsByClock = state == State.FAILED || state == State.ROTATING;
        boolean tooLong = waitsByClock && due.isPresent() && due.get().isAfter(now.plus(longest));
        var sooner = tooLong ? in(state, Optional.of(now.plus(longest))) : this;
        var latest = planned.next(now.plus(SLACK));
        if (next.isEmpty() || latest.isEmpty() || !next.get().isAfter(latest.get())) return sooner;
        var when = planned.next(now);
        var again = waitsByClock ? sooner.due : paused ? Optional.<Instant>empty() : when;
        return new RotationRow(planned, last.isAfter(now) ? now : last, when, again, state, paused, attempts, lastError, history);
    }

    RotationRow pausing() {
        return new RotationRow(planned, last, next, state == State.ROTATING ? due : Optional.empty(), state, true, attempts, lastError, history);
    }

    RotationRow resuming() {
        return new RotationRow(planned, last, next, state == State.ROTATING ? due : next, state, false, attempts, lastError, history);
    }
}
