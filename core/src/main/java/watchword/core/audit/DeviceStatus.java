package watchword.core.audit;

import java.time.Instant;
import java.util.Optional;
import watchword.core.audit.chain.ChainHead;

/**
 * How a device is.
 *
 * @param why it fails, in words fit for anybody; empty when it does not
 * @param since when it fails; empty when it does not
 * @param written lines since the server began
 * @param missed lines that it could not write, since the server began
 * @param queued lines that wait
 */
public record DeviceStatus(String name, String type, State state, String why, Optional<Instant> since, long written, long missed, int queued, ChainHead head) {
    /** Whether it writes. */
    public enum State {
        OK,
        /** Its last write failed. */
        FAILING,
        /** A write, or those before, takes longer than anybody waits. */
        BLOCKED
    }
}
