package watchword.core.audit.sink;

import java.io.IOException;
import java.io.OutputStream;
import watchword.core.audit.chain.LineBatch;
import watchword.core.audit.chain.LogEnd;

/** Standard output, for whoever collects it; or, with no stream that keeps anything, nowhere. Closing leaves the stream open. */
public final class StreamSink implements Sink {
    private final OutputStream out;

    public StreamSink(OutputStream out) {
        this.out = out;
    }

    @Override
    public LogEnd open() {
        return LogEnd.EMPTY;
    }

    @Override
    public int write(LineBatch lines) throws IOException {
        try {
            out.write(lines.bytes(), 0, lines.length());
            out.flush();
            return lines.lines();
        } catch (IOException failed) {
            throw new UncertainException(failed);
        }
    }

    @Override
    public void close() {}
}
