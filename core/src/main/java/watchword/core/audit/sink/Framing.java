package watchword.core.audit.sink;

import java.nio.ByteBuffer;
import watchword.core.audit.chain.LineBatch;

/** How lines are told apart where they go. */
public interface Framing {

    /** One line as a message of its own. */
    ByteBuffer message(LineBatch lines, int index);

    /** All lines, one behind the other. */
    ByteBuffer stream(LineBatch lines);

    /** How much longer than the line a message is at most. */
    int overhead();

    /** As they are: each ends in a line end. */
    Framing PLAIN = new Framing() {
        @Override
        public ByteBuffer message(LineBatch lines, int index) {
            return ByteBuffer.wrap(lines.bytes(), lines.start(index), lines.end(index) - lines.start(index));
        }

        @Override
        public ByteBuffer stream(LineBatch lines) {
            return ByteBuffer.wrap(lines.bytes(), 0, lines.length());
        }

        @Override
        public int overhead() {
            return 0;
        }
    };
}
