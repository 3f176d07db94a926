package watchword.core.audit;

import java.time.Duration;

/**
 * The bounds of the audit.
 *
 * @param maxWait how long a request waits for a device at most
 * @param queuedLines lines that wait for a device at most; more are refused at once
 * @param queuedBytes the same in bytes
 * @param batchBytes what goes out in one write, save a single line that is longer
 * @param checkpointLines after so many lines there is a checkpoint
 * @param checkpointEvery and after so long
 * @param lookEvery how often a device without work looks after itself: was its file replaced, can it write again
 */
public record AuditSettings(
        Duration maxWait, int queuedLines, long queuedBytes, int batchBytes, int checkpointLines, Duration checkpointEvery, Duration lookEvery) {

    public static final AuditSettings DEFAULT =
            new AuditSettings(Duration.ofSeconds(2), 16_384, 64 << 20, 1 << 20, 4096, Duration.ofSeconds(60), Duration.ofMillis(500));
}
