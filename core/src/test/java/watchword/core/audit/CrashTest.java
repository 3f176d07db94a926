package watchword.core.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.core.audit.chain.AuditVerify;
import watchword.core.audit.chain.CheckpointKey;
import watchword.storage.SqliteStorage;

/** A process that is killed while it records: whatever it was told is recorded, is; and the log holds together over all its lives. */
class CrashTest {
    private static final int LIVES = 4;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void every_recorded_entry_survives_being_killed_and_the_chain_goes_on() throws Exception {
        var random = RandomGenerator.of("L64X128MixRandom");
        var recorded = new ArrayList<String>();
        for (int life = 0; life < LIVES; life++) recorded.addAll(liveAndDie(life, 300 + random.nextInt(4000)));
        try (var storage = SqliteStorage.open(folder.resolve("db"))) {
            var devices = open(storage, folder);
            devices.close();
            var log = folder.resolve("audit.log");
            var key = CheckpointKey.publicKey(devices.publicKey());
            var report = new AuditVerify(Optional.empty(), List.of(key)).verify(List.of(log));
            assertThat(report.isIntact()).as(report.findings().toString()).isTrue();
            assertThat(paths(log)).containsAll(recorded);
            assertThat(recorded).hasSizeGreaterThan(LIVES * 300);
        }
    }

    private static HashSet<String> paths(Path log) throws IOException {
        return Files.readAllLines(log).stream().filter(line -> line.contains("\"path\":\"")).map(line -> line.replaceAll(".*\"path\":\"([^\"]*)\".*", "$1"))
                .collect(Collectors.toCollection(HashSet::new));
    }

    /** What the child said it has recorded until it was killed. */
    private List<String> liveAndDie(int life, int entries) throws IOException, InterruptedException {
        var child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                Child.class.getName(), folder.toString(), String.valueOf(life)).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        var said = new ArrayList<String>();
        try (var lines = child.inputReader()) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("p/")) said.add(line);
                if (said.size() == entries) child.toHandle().destroyForcibly(); // what it still says, it has recorded as well
            }
        }
        child.waitFor();
        if (!said.isEmpty()) said.removeLast(); // may be half a word
        return said;
    }

    private static AuditDevices open(SqliteStorage storage, Path folder) {
        InstantSource clock = Instant::now;
        var devices = new AuditDevices(storage, clock, new SecureRandom(), AuditDevices.Site.of(Optional.empty(), clock), AuditSettings.DEFAULT);
        devices.start(List.of(new AuditDevices.Declared("file/", "file", "", Map.of("file_path", folder.resolve("audit.log").toString()))));
        return devices;
    }

    /** Records for ever, and says so after each. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            var folder = Path.of(arguments[0]);
            var devices = open(SqliteStorage.open(folder.resolve("db")), folder);
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int t = 0; t < 16; t++) {
                    var prefix = "p/" + arguments[1] + "/" + t + "/";
                    threads.submit(() -> {
                        for (int i = 0; ; i++) {
                            devices.audit().record(Entries.asked(prefix + i));
                            System.out.println(prefix + i);
                        }
                    });
                }
            }
        }
    }
}
