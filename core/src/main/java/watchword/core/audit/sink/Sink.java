package watchword.core.audit.sink;

import java.io.IOException;
import watchword.core.audit.chain.LineBatch;
import watchword.core.audit.chain.LogEnd;

/**
 * Takes lines. Used by one thread at a time, and may block it: the device bounds how long anybody waits. A message of an exception is for
 * an operator; see {@link Reasons} for what a client may read of it.
 */
public interface Sink extends AutoCloseable {

    /** Opens it, or opens it again. Says what stands there already, where that can be known. */
    LogEnd open() throws IOException;

    /**
     * Writes lines; when it returns, they have left this process.
     *
     * @return how many, from the first; fewer than there are only if at least one
     * @throws IOException when none was written, or {@link UncertainException} when that cannot be told
     */
    int write(LineBatch lines) throws IOException;

    /** Whether what is written to is not what stands at the configured place any more: deleted, replaced, cut. */
    default boolean isDisplaced() {
        return false;
    }

    /** No longer line, with its chain fields and line end, can be written. */
    default int maxLine() {
        return Integer.MAX_VALUE;
    }

    @Override
    void close() throws IOException;

    /** Some of the lines may stand there, perhaps half of one: the place must be opened again and looked at. */
    final class UncertainException extends IOException {
        public UncertainException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
