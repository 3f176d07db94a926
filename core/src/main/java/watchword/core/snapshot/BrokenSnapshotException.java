package watchword.core.snapshot;

import java.io.IOException;

/** What was read is no snapshot, or not a whole one. The message goes on from "the snapshot is refused: ". */
public final class BrokenSnapshotException extends IOException {
    BrokenSnapshotException(String message) {
        super(message);
    }

    BrokenSnapshotException(String message, Throwable cause) {
        super(message, cause);
    }
}
