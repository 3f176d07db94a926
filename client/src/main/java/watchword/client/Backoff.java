package watchword.client;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Waits between the tries of a request: a quarter of a second, then twice as long each time up to five seconds, and a part of it by chance.
 */
final class Backoff {
    private static final long FIRST_MILLIS = 250;
    private static final long LONGEST_MILLIS = 5_000;

    private final Sleeper sleeper;
    private final RandomGenerator random;

    /** What waits; a test's does not. */
    @FunctionalInterface
    interface Sleeper {
        void sleep(Duration time) throws InterruptedException;
    }

    Backoff(Sleeper sleeper, RandomGenerator random) {
        this.sleeper = sleeper;
        this.random = random;
    }

    /** @param attempt 0 after the first try. @param asked seconds that the server asked for; 0 for none */
    void pause(int attempt, long asked) throws InterruptedIOException {
        long millis = Math.min(FIRST_MILLIS << Math.min(attempt, 10), LONGEST_MILLIS);
        millis = Math.max(millis - random.nextLong(millis / 4 + 1), Math.min(asked * 1000, LONGEST_MILLIS));
        try {
            sleeper.sleep(Duration.ofMillis(millis));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting to try again");
        }
    }
}
