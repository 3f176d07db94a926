package watchword.server.http;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Invocable;
import watchword.sdk.Problem;

/**
 * Reads request bodies, each bounded, and all of them together bounded too: what is over a common budget waits its turn, so that many
 * uploads at once cost time and not memory. Bodies up to {@value #COMMON} bytes have a budget of their own and do not wait for larger
 * ones. Any thread.
 */
final class BodyReader {
    /** Bodies up to this size need no part of a budget. */
    private static final int FREE = 4 << 10;
    static final int COMMON = 1 << 20;
    private static final long COMMON_BUDGET = 32L << 20;
    private static final long LARGE_BUDGET = 64L << 20;
    private static final long WAIT_SECONDS = 30;
    /** Bodies that take a while to come or to find room, fewer than there are tasks: what needs no body is always served. */
    private static final int SLOW = 8_000;
    private static final int UNIT = 1 << 10;

    private final MemoryBudget common = new MemoryBudget(COMMON_BUDGET, WAIT_SECONDS);
    private final MemoryBudget large;
    private final MemoryBudget slow = new MemoryBudget((long) SLOW * UNIT, 0);

    /** @param maxBytes of one body, of any listener */
    BodyReader(int maxBytes) {
        this.large = new MemoryBudget(Math.max(LARGE_BUDGET, 2L * maxBytes), WAIT_SECONDS);
    }

    /** A body, and its part of the budget until it is closed. */
    record Body(byte[] bytes, List<MemoryBudget.Taken> taken) implements AutoCloseable {
        static final Body NONE = new Body(new byte[0], List.of());

        @Override
        public void close() {
            taken.forEach(MemoryBudget.Taken::close);
        }
    }

    /** @param address who sends it */
    Body read(Request request, String address, Listener.Rules rules, Deadlines deadlines) throws IOException {
        long length = request.getLength();
        if (length > rules.maxRequestBytes()) throw tooLarge(rules);
        if (length == 0) return Body.NONE;
        try (var filling = new Filling(address, rules, length); var watch = deadlines.watch(request, rules.readTimeout())) {
            for (boolean last = false; !last; ) {
                var chunk = request.read();
                if (chunk == null) {
                    filling.takePlace();
                    watch.start();
                    await(request);
                    continue;
                }
                if (Content.Chunk.isFailure(chunk)) throw new IOException(chunk.getFailure());
                last = chunk.isLast();
                try {
                    filling.add(chunk);
                } finally {
                    chunk.release();
                }
            }
            return filling.finish();
        }
    }

    private static void await(Request request) {
        var ready = new CountDownLatch(1);
        request.demand(Invocable.from(Invocable.InvocationType.NON_BLOCKING, ready::countDown));
        try {
            ready.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new Problem.Unavailable("the server is stopping").asException();
        }
    }

    private static Problem.ProblemException tooLarge(Listener.Rules rules) {
        return new Problem.TooLarge("request body is larger than " + rules.maxRequestBytes() + " bytes").asException();
    }

    /** A body as it arrives. Room is taken from a budget before it is allocated: at once when the length was told, else in steps. */
    private final class Filling implements AutoCloseable {
        private final String address;
        private final Listener.Rules rules;
        private final long length;
        private final List<MemoryBudget.Taken> taken = new ArrayList<>(3);
        private byte[] bytes = Body.NONE.bytes();
        private int size;
        private int room;
        private boolean hasPlace;

        private Filling(String address, Listener.Rules rules, long length) {
            this.address = address;
            this.rules = rules;
            this.length = length;
        }

        private void add(Content.Chunk chunk) {
            int more = chunk.remaining();
            if (more == 0) return;
            long needed = (long) size + more;
            if (needed > rules.maxRequestBytes()) throw tooLarge(rules);
            if (needed > room) reserve((int) needed);
            if (needed > bytes.length) bytes = Arrays.copyOf(bytes, length > 0 ? (int) length : (int) Math.min(room, Math.max(needed, 2L * bytes.length)));
            chunk.getByteBuffer().get(bytes, size, more);
            size += more;
        }

        /** Among those that may take a while; one address gets at most half of the places, and nobody waits for one. */
        private void takePlace() {
            if (hasPlace) return;
            taken.add(slow.take(address, UNIT));
            hasPlace = true;
        }

        private void reserve(int needed) {
            int wanted = length > 0 ? (int) length : needed <= FREE ? FREE : needed <= COMMON ? COMMON : rules.maxRequestBytes();
            if (wanted > FREE) takePlace();
            if (wanted > FREE) taken.add((wanted <= COMMON ? common : large).take(address, wanted));
            room = wanted;
        }

        /** The body; what was taken for it goes along. */
        private Body finish() {
            var body = new Body(size == bytes.length ? bytes : Arrays.copyOf(bytes, size), List.copyOf(taken));
            taken.clear();
            return body;
        }

        @Override
        public void close() {
            taken.forEach(MemoryBudget.Taken::close);
        }
    }
}
