package watchword.cli.command;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import watchword.client.Client;
import watchword.client.SettingsException;

/** A move of a mount that the server carries out meanwhile. */
record Migration(Client client, String id) {
    private static final Duration LONGEST = Duration.ofMinutes(10);

    /** Asks until it is over: {@code success}, {@code failure}, or what the server said last. */
    String await() throws IOException, SettingsException {
        long end = System.nanoTime() + LONGEST.toNanos();
        for (long wait = 50; ; wait = Math.min(wait * 2, 2000)) {
            var status = client.read("sys/remount/status/" + id).data().object("migration_info").text("status");
            if (!status.equals("in-progress") || System.nanoTime() > end) return status;
            try {
                TimeUnit.MILLISECONDS.sleep(wait);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted; the migration " + id + " goes on");
            }
        }
    }
}
