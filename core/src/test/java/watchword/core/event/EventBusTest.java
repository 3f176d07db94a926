package watchword.core.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import watchword.core.mount.MountEntry;
import watchword.core.namespace.Namespace;
import watchword.sdk.Event;
import watchword.sdk.Problem;
import watchword.sdk.Stream.Next;
import watchword.testkit.TestClock;

final class EventBusTest {
    private static final MountEntry KV = new MountEntry("secret/", "kv", "kv_1", "uuid", "", MountEntry.Config.EMPTY, Map.of("version", "2"), false, false, false, "", false);
    private static final Duration PATIENT = Duration.ofSeconds(20);

    private final EventBus bus = new EventBus(new TestClock());

    @AfterEach
    void close() {
        bus.close();
    }

    /** Hears everything, as long as it may. */
    private static final class Ears implements Hearing {
        volatile boolean open = true;

        @Override
        public boolean goesOn() {
            return open;
        }

        @Override
        public boolean takes(Occurrence occurrence) {
            return true;
        }
    }

    private void happens(int from, int to) {
        for (int i = from; i < to; i++) bus.publish(Namespace.ROOT, KV, List.of(Event.changed("kv-v2", "data-write", "data/" + i)));
    }

    private static String message(Subscription subscription) throws InterruptedException {
        return subscription.next(PATIENT) instanceof Next.Message message ? message.text() : "none";
    }

    @Test
    void what_happened_before_somebody_listened_is_not_told() throws InterruptedException {
        happens(0, 5);
        var listener = bus.subscribe(new Ears());
        happens(5, 6);
        assertThat(message(listener)).contains("secret/data/5");
    }

    @Test
    void a_listener_that_is_too_slow_hears_the_newest_and_how_much_it_missed() throws InterruptedException {
        var slow = bus.subscribe(new Ears());
        var quick = bus.subscribe(new Ears());
        int all = Subscription.WAITING + 50;
        for (int i = 0; i < all; i++) {
            happens(i, i + 1);
            assertThat(message(quick)).contains("secret/data/" + i + "\"");
        }
        assertThat(message(slow)).contains(Subscription.LOST).contains("\"lost\":\"50\"");
        assertThat(message(slow)).contains("secret/data/50\"");
    }

    @Test
    void who_may_not_go_on_is_ended_and_forgotten() throws InterruptedException {
        var ears = new Ears();
        var listener = bus.subscribe(ears);
        happens(0, 1);
        ears.open = false;
        assertThat(listener.next(PATIENT)).isInstanceOf(Next.End.class);
        assertThat(bus.subscriptions()).isZero();
    }

    @Test
    void a_subscription_that_nobody_takes_from_is_given_up() {
        var listener = bus.subscribe(new Ears());
        assertThat(listener.isAbandoned(System.nanoTime() + Duration.ofSeconds(50).toNanos())).isFalse();
        assertThat(listener.isAbandoned(System.nanoTime() + Duration.ofSeconds(61).toNanos())).isTrue();
    }

    @Test
    void there_are_only_so_many_and_a_closed_one_makes_room() {
        var first = bus.subscribe(new Ears());
        for (int i = 1; i < 1000; i++) {
            var _ = bus.subscribe(new Ears());
        }
        assertThatThrownBy(() -> bus.subscribe(new Ears())).isInstanceOf(Problem.ProblemException.class).hasMessageContaining("too many");
        first.close();
        assertThat(bus.subscribe(new Ears())).isNotNull();
    }

    @Test
    void closing_ends_all_and_lets_nobody_in() throws InterruptedException {
        var listener = bus.subscribe(new Ears());
        bus.close();
        assertThat(listener.next(PATIENT)).isEqualTo(new Next.End("the server was sealed or stopped"));
        assertThatThrownBy(() -> bus.subscribe(new Ears())).isInstanceOf(Problem.ProblemException.class).hasMessageContaining("sealed");
    }
}
