package watchword.testkit;

import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Runs a law on many seeded random cases; a failure names the seed that repeats it. */
public final class Property {
    private Property() {}

    /**
     * Runs {@code law} {@code cases} times, each with a generator of its own. {@code -Dseed=N} runs only the case of seed N.
     *
     * @throws AssertionError naming the seed of the first case that failed
     */
    public static void holds(int cases, Consumer<RandomGenerator> law) {
        var only = Long.getLong("seed");
        if (only != null) {
            law.accept(generator(only));
            return;
        }
        for (long seed = 1; seed <= cases; seed++) {
            try {
                law.accept(generator(seed));
            } catch (RuntimeException | AssertionError failure) {
                throw new AssertionError("reproduce with -Dseed=" + seed + ": " + failure.getMessage(), failure);
            }
        }
    }

    private static RandomGenerator generator(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }
}
