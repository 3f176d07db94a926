package watchword.core.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import watchword.core.wire.Schema;
import watchword.sdk.RotationFields;
import watchword.sdk.RotationTerms;
import watchword.sdk.Schedule;

/** The fields in which all that is rotated is told when: what goes together, what the least is, and in which words it is refused. */
class RotationFieldsTest {
    private static RotationFields fields(Object... pairs) {
        var body = new LinkedHashMap<String, Object>();
        for (int i = 0; i < pairs.length; i += 2) body.put(pairs[i].toString(), pairs[i + 1]);
        try {
            return Schema.of(RotationFields.class).decodeRequest(body, Map.of());
        } catch (Schema.FieldException wrong) {
            throw new AssertionError(wrong);
        }
    }

    private static RotationTerms account(RotationTerms before, Object... pairs) {
        return fields(pairs).overAccount(before);
    }

    private static RotationTerms config(RotationTerms before, Object... pairs) {
        return fields(pairs).overConfig(before);
    }

    private static void refused(ThrowingCallable call, String text) {
        assertThatThrownBy(call).hasMessage(text);
    }

    @Test
    void an_account_is_rotated_by_a_period_or_by_a_schedule() {
        var period = account(RotationTerms.NONE, "rotation_period", "24h");
        assertThat(period.schedule()).contains(new Schedule.Every(Duration.ofDays(1)));
        assertThat(period.inForce()).isEqualTo(new RotationTerms.InForce(Optional.of(Duration.ofDays(1)), Optional.empty(), Optional.empty()));
        var schedule = account(period, "rotation_schedule", "0 0 * * SAT", "rotation_window", 3600L);
        assertThat(schedule).isEqualTo(new RotationTerms(Duration.ZERO, "0 0 * * SAT", Duration.ofHours(1), false));
        assertThat(schedule.schedule()).contains(Schedule.Cron.of("0 0 * * SAT", Duration.ofHours(1)));
        assertThat(account(schedule)).as("nothing was sent").isEqualTo(schedule);
        assertThat(account(schedule, "rotation_window", "2h").rotationWindow()).isEqualTo(Duration.ofHours(2));
        assertThat(account(schedule, "rotation_period", "5s")).isEqualTo(new RotationTerms(Duration.ofSeconds(5), "", Duration.ZERO, false));
        assertThat(schedule.inForce()).isEqualTo(new RotationTerms.InForce(Optional.empty(), Optional.of("0 0 * * SAT"), Optional.of(Duration.ofHours(1))));
    }

    @Test
    void an_account_that_is_told_wrongly_is_refused_in_words_that_clients_know() {
        refused(() -> account(RotationTerms.NONE), "one of rotation_schedule or rotation_period must be provided to create a static account");
        refused(() -> account(RotationTerms.NONE, "rotation_period", "1h", "rotation_schedule", "@daily"),
                "mutually exclusive fields rotation_period and rotation_schedule were both specified; only one of them can be provided");
        refused(() -> account(RotationTerms.NONE, "rotation_period", "4s"), "rotation_period must be 5 seconds or more");
        refused(() -> account(RotationTerms.NONE, "rotation_period", "1h", "rotation_window", "1h"), "rotation_window is invalid with use of rotation_period");
        refused(() -> account(RotationTerms.NONE, "rotation_schedule", "@daily", "rotation_window", "59m"), "rotation_window is invalid: rotation_window must be 3600 seconds or more");
        assertThatThrownBy(() -> account(RotationTerms.NONE, "rotation_schedule", "foo")).hasMessageStartingWith("could not parse rotation_schedule: expected exactly 5 fields");
        refused(() -> account(account(RotationTerms.NONE, "rotation_period", "1h"), "rotation_window", "1h"), "rotation_window is invalid with use of rotation_period");
        refused(() -> account(RotationTerms.NONE, "rotation_period", Long.MAX_VALUE / 2_000_000_000), "rotation_period must be 100 years or less");
    }

    @Test
    void a_configuration_may_be_rotated_or_not() {
        assertThat(config(RotationTerms.NONE)).isEqualTo(RotationTerms.NONE);
        assertThat(RotationTerms.NONE.schedule()).isEmpty();
        var period = config(RotationTerms.NONE, "rotation_period", 3600L, "rotation_schedule", "", "rotation_window", 0L);
        assertThat(period).isEqualTo(new RotationTerms(Duration.ofHours(1), "", Duration.ZERO, false));
        var off = config(period, "disable_automated_rotation", true);
        assertThat(off).isEqualTo(new RotationTerms(Duration.ofHours(1), "", Duration.ZERO, true));
        assertThat(off.schedule()).isEmpty();
        assertThat(off.of("root", Instant.EPOCH).schedule()).isEmpty();
        assertThat(config(off, "rotation_period", 0L, "rotation_schedule", "@weekly", "disable_automated_rotation", false))
                .isEqualTo(new RotationTerms(Duration.ZERO, "@weekly", Duration.ZERO, false));
        assertThat(config(period, "rotation_period", 0L).schedule()).isEmpty();
    }

    @Test
    void a_configuration_that_is_told_wrongly_is_refused_in_words_that_clients_know() {
        refused(() -> config(RotationTerms.NONE, "rotation_period", "1h", "rotation_schedule", "@daily"),
                "mutually exclusive fields rotation_schedule and rotation_period were both specified; only one of them can be provided");
        refused(() -> config(RotationTerms.NONE, "rotation_window", "1h"), "cannot use rotation_window without rotation_schedule");
        refused(() -> config(RotationTerms.NONE, "rotation_window", "1h", "rotation_period", "1h"), "rotation_window does not apply to period");
        refused(() -> config(RotationTerms.NONE, "rotation_period", "9s"), "rotation_period must be 10 seconds or more");
        assertThatThrownBy(() -> config(RotationTerms.NONE, "rotation_schedule", "foo")).hasMessageStartingWith("failed to parse provided rotation_schedule: expected exactly 5 fields");
    }
}
