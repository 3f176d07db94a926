package watchword.core.audit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import watchword.core.audit.chain.LineBatch;
import watchword.core.audit.chain.LogEnd;
import watchword.core.audit.sink.Sink;

/** A sink in memory that fails, blocks, takes a part or is replaced as a test wants. */
final class FakeSink implements Sink {
    private final List<String> lines = new ArrayList<>();
    private volatile @Nullable String failure;
    private volatile @Nullable CountDownLatch gate;
    private volatile int most = Integer.MAX_VALUE;
    private volatile boolean closed;

    @Override
    public LogEnd open() throws IOException {
        pass();
        synchronized (lines) {
            var bytes = new ByteArrayOutputStream();
            for (var line : lines) bytes.writeBytes((line + "\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            return LogEnd.of(bytes.toByteArray(), bytes.size(), true);
        }
    }

    @Override
    public int write(LineBatch batch) throws IOException {
        pass();
        int count = Math.min(batch.lines(), most);
        synchronized (lines) {
            for (int i = 0; i < count; i++) lines.add(new String(batch.bytes(), batch.start(i), batch.end(i) - batch.start(i) - 1, java.nio.charset.StandardCharsets.US_ASCII));
        }
        return count;
    }

    private void pass() throws IOException {
        var closedGate = gate;
        if (closedGate != null) {
            try {
                closedGate.await();
            } catch (InterruptedException stop) {
                throw new IOException(stop);
            }
        }
        var why = failure;
        if (why != null) throw new IOException(why);
    }

    FakeSink failing(String why) {
        failure = why;
        return this;
    }

    void recover() {
        failure = null;
    }

    FakeSink blocking() {
        gate = new CountDownLatch(1);
        return this;
    }

    void unblock() {
        var closedGate = gate;
        gate = null;
        if (closedGate != null) closedGate.countDown();
    }

    FakeSink takingAtMost(int count) {
        most = count;
        return this;
    }

    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** Only requests and answers. */
    List<String> entries() {
        return lines().stream().filter(line -> line.contains("\"type\":\"request\"") || line.contains("\"type\":\"response\"")).toList();
    }

    List<String> marks() {
        return lines().stream().filter(line -> line.contains("\"type\":\"mark\"")).map(line -> line.replaceAll(".*\"mark\":\"(\\w+)\".*", "$1")).toList();
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
    }
}
