package watchword.core.audit;

import java.io.IOException;

/**
 * Where a device's lines go. Used by one thread at a time, and it may block: the device bounds the wait.
 */
interface Sink extends AutoCloseable {

    /** What the sink's last line was, for the chain to go on from. */
    Chain.Head open() throws IOException;

    /** Writes whole lines; on failure none of them may stay, or the sink must say so by throwing {@link TornException}. */
    void write(byte[] lines) throws IOException;

    /** True once when what stood there before is not ours any more (deleted, moved away): the chain goes on and says so. */
    default boolean wasReplaced() throws IOException {
        return false;
    }

    /** Begins anew at the same place, after an operator moved the file away. */
    default void reopen() throws IOException {}

    @Override
    void close() throws IOException;

    /** A part of the lines may stand there. */
    final class TornException extends IOException {
        TornException(IOException cause) {
            super("a part of the lines may have been written", cause);
        }
    }
}
