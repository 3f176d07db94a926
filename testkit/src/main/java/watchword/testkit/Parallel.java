package watchword.testkit;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Runs the same work several times at once and waits for all; the first failure is thrown on. */
public final class Parallel {
    private Parallel() {}

    /** For work that may spin or not block for long: a virtual thread that never waits would keep the others from running. */
    public static void onPlatformThreads(int threads, IntConsumer work) {
        try (var pool = Executors.newFixedThreadPool(threads)) {
            all(pool, threads, work);
        }
    }

    /** For work that waits, as a request does. */
    public static void onVirtualThreads(int threads, IntConsumer work) {
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            all(pool, threads, work);
        }
    }

    /** Runs {@code work} on another thread, to its end. */
    public static void elsewhere(Runnable work) {
        onPlatformThreads(1, _ -> work.run());
    }

    private static void all(ExecutorService pool, int threads, IntConsumer work) {
        var running = IntStream.range(0, threads).<Future<?>>mapToObj(i -> pool.submit(() -> work.accept(i))).toList();
        for (var each : running) await(each);
    }

    private static void await(Future<?> running) {
        try {
            running.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException thrown) throw thrown;
            throw new AssertionError(String.valueOf(failed.getCause()), failed.getCause());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stop);
        }
    }
}
