package watchword.server.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import watchword.sdk.Problem;

/**
 * Reads request bodies, each bounded, and all that are large together bounded too: what is over the common budget waits its turn, so
 * that many uploads at once cost time and not memory. Any thread.
 */
public final class BodyReader {
    /** Bodies up to this size need no part of the budget. */
    private static final int SMALL = 64 << 10;
    private static final int UNIT = 1 << 10;

    private final int maxBytes;
    private final Semaphore budget;

    /** @param maxBytes of one body; the budget of all large ones is a few times that */
    public BodyReader(int maxBytes, int budgetBytes) {
        this.maxBytes = maxBytes;
        this.budget = new Semaphore(Math.max(budgetBytes, maxBytes) / UNIT, true);
    }

    /** A body, and its part of the budget until it is closed. */
    record Body(byte[] bytes, Semaphore budget, int units) implements AutoCloseable {
        @Override
        public void close() {
            budget.release(units);
        }
    }

    private static final byte[] EMPTY = new byte[0];

    Body read(Request request) throws IOException {
        long length = request.getLength();
        if (length > maxBytes) throw tooLarge();
        if (length == 0) return new Body(EMPTY, budget, 0);
        int units = length < 0 || length > SMALL ? (int) ((length < 0 ? maxBytes : length) / UNIT) : 0;
        if (length < 0 && !hasChunks(request)) return new Body(EMPTY, budget, 0);
        acquire(units);
        boolean read = false;
        try (InputStream in = Content.Source.asInputStream(request)) {
            var bytes = length >= 0 ? in.readNBytes((int) length) : in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) throw tooLarge();
            read = true;
            return new Body(bytes.length == 0 ? EMPTY : bytes, budget, units);
        } finally {
            if (!read) budget.release(units);
        }
    }

    /** Without a length there is a body only if something says so; a plain GET says nothing. */
    private static boolean hasChunks(Request request) {
        return request.getHeaders().contains(org.eclipse.jetty.http.HttpHeader.TRANSFER_ENCODING)
                || request.getConnectionMetaData().getHttpVersion() == org.eclipse.jetty.http.HttpVersion.HTTP_2
                        && !Arrays.asList("GET", "HEAD", "LIST", "DELETE").contains(request.getMethod());
    }

    private void acquire(int units) {
        try {
            if (units > 0 && !budget.tryAcquire(units, 30, TimeUnit.SECONDS)) throw new Problem.TooMany("too many large requests at once; try again").asException();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new Problem.Unavailable("the server is stopping").asException();
        }
    }

    private Problem.ProblemException tooLarge() {
        return new Problem.TooLarge("request body is larger than " + maxBytes + " bytes").asException();
    }
}
