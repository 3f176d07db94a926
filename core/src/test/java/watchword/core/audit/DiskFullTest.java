package watchword.core.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.core.audit.chain.AuditVerify;
import watchword.core.audit.chain.CheckpointKey;
import watchword.sdk.Problem;
import watchword.storage.MemoryStorage;

/**
 * A disk without room, for real: a process that may write files of so many bytes only, as the system enforces it, until it is allowed
 * more.
 */
class DiskFullTest {
    private static final int LIMIT = 256 << 10;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void a_full_disk_refuses_requests_in_time_and_room_brings_them_back() throws Exception {
        var child = new ProcessBuilder("prlimit", "--fsize=" + LIMIT + ":unlimited", Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:-UsePerfData",
                "-cp", System.getProperty("java.class.path"), Child.class.getName(), folder.toString()).redirectErrorStream(true).start();
        try (var said = child.inputReader(); var tell = new PrintStream(child.getOutputStream(), true)) {
            assertThat(next(said)).startsWith("full: audit: no device could record this: \"file/\" file too large");
            assertThat(Files.size(folder.resolve("audit.log"))).isLessThanOrEqualTo(LIMIT);
            assertThat(Files.readString(folder.resolve("audit.log"))).as("no half line stays").endsWith("\"}\n");
            tell.println("try");
            assertThat(next(said)).isEqualTo("still full, in time");
            assertThat(new ProcessBuilder("prlimit", "--pid=" + child.pid(), "--fsize=unlimited:unlimited").inheritIO().start().waitFor()).isZero();
            tell.println("recover");
            assertThat(next(said)).startsWith("recovered ");
            var key = CheckpointKey.publicKey(next(said));
            assertThat(child.waitFor()).isZero();
            var report = new AuditVerify(Optional.empty(), List.of(key)).verify(List.of(folder.resolve("audit.log")));
            assertThat(report.isIntact()).as(report.toString()).isTrue();
            assertThat(report.findings()).isNotEmpty().allMatch(finding -> finding.what().startsWith("this device missed ") && finding.what().endsWith("file too large"));
        } finally {
            child.destroyForcibly();
        }
    }

    /** What the child says next; its log goes the same way. */
    private static String next(BufferedReader said) throws IOException {
        for (var line = said.readLine(); line != null; line = said.readLine()) if (line.startsWith("> ")) return line.substring(2);
        throw new AssertionError("the child has ended");
    }

    /** Records until it cannot, and again when told. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws IOException {
            var clock = InstantSource.system();
            var devices = new AuditDevices(new MemoryStorage(), clock, new SecureRandom(), AuditDevices.Site.of(Optional.empty(), clock), AuditSettings.DEFAULT);
            devices.start(List.of(new AuditDevices.Declared("file/", "file", "", Map.of("file_path", arguments[0] + "/audit.log"))));
            try (devices; var told = new BufferedReader(new java.io.InputStreamReader(System.in, java.nio.charset.StandardCharsets.UTF_8))) {
                System.out.println("> full: " + recordUntilRefused(devices.audit()));
                told.readLine();
                long begin = System.nanoTime();
                var again = recordUntilRefused(devices.audit());
                boolean inTime = System.nanoTime() - begin < Duration.ofSeconds(10).toNanos();
                System.out.println("> " + (again.isEmpty() || !inTime ? "not refused in time" : "still full, in time"));
                told.readLine();
                Wait.until("it writes again", () -> devices.audit().failures().isEmpty());
                for (int i = 0; i < 1000; i++) devices.audit().record(Entries.asked("secret/data/" + i));
                System.out.println("> recovered " + devices.audit().status());
                System.out.println("> " + devices.publicKey());
            }
        }

        private static String recordUntilRefused(Audit audit) {
            try {
                for (int i = 0; i < 10_000; i++) audit.record(Entries.asked("secret/data/" + i));
                return "";
            } catch (Problem.ProblemException refused) {
                return String.valueOf(refused.getMessage());
            }
        }
    }
}
