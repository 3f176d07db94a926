package watchword.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class ProcessHardeningTest {

    /** Hardens itself and tells what the kernel then says of it. */
    static final class Child {
        public static void main(String[] arguments) throws IOException {
            var steps = ProcessHardening.apply(Boolean.parseBoolean(arguments[0]));
            steps.forEach(step -> System.out.println(step.protection() + "=" + step.done() + " " + step.advice()));
            try (var key = LockedKey.taking(new byte[] {1})) {
                System.out.println("key locked=" + key.isLocked());
                for (var line : Files.readAllLines(Path.of("/proc/self/limits"))) if (line.startsWith("Max core")) System.out.println(line);
                for (var line : Files.readAllLines(Path.of("/proc/self/status"))) if (line.startsWith("VmLck")) System.out.println(line);
            }
        }
    }

    private static String run(boolean lockMemory) throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var child = new ProcessBuilder(List.of(java, "-Xmx32m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), Child.class.getName(), String.valueOf(lockMemory))).redirectErrorStream(true).start();
        var said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(said).isZero();
        return said;
    }

    @Test
    void the_kernel_confirms_what_it_says_was_done() throws Exception {
        var said = run(false);

        assertThat(said).contains("no core files=true").contains("no dumps, no tracing by other processes=true");
        assertThat(said.lines().filter(line -> line.startsWith("Max core")).collect(Collectors.joining())).matches("Max core file size +0 +0 .*");
    }

    @Test
    void locking_all_memory_is_done_or_its_absence_explained() throws Exception {
        var said = run(true);

        long locked = said.lines().filter(line -> line.startsWith("VmLck")).mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).sum();
        assertThat(said).containsPattern("memory stays out of swap=(true |false .*(limit|permitted))");
        assertThat(said.contains("swap=true")).isEqualTo(locked > 1000);
    }
}
