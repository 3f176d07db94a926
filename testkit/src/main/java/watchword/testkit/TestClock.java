package watchword.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that stands still until a test moves it. Starts at 2030-01-01T00:00:00Z. Any thread. */
public final class TestClock implements InstantSource {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2030-01-01T00:00:00Z"));

    @Override
    public Instant instant() {
        return now.get();
    }

    /** Moves the clock; a negative duration moves it back, as a broken time server would. */
    public void advance(Duration by) {
        now.updateAndGet(then -> then.plus(by));
    }
}
