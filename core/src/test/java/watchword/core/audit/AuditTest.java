package watchword.core.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.core.audit.chain.AuditVerify;
import watchword.core.audit.chain.ChainHead;
import watchword.core.audit.chain.CheckpointKey;
import watchword.core.audit.filter.Exclusions;
import watchword.core.audit.line.LineOptions;
import watchword.core.audit.sink.Sink;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.testkit.TestClock;

class AuditTest {
    private static final CheckpointKey KEY = CheckpointKey.generate(new SecureRandom());
    /** Short waits, so that what is blocked is soon given up. */
    private static final AuditSettings QUICK =
            new AuditSettings(Duration.ofMillis(250), 64, 1 << 20, 1 << 16, 1000, Duration.ofSeconds(60), Duration.ofMillis(10));

    private final TestClock clock = new TestClock();
    private final Audit audit = new Audit(QUICK);
    private final List<ChainHead> heads = new ArrayList<>();

    @TempDir
    private Path folder = Path.of("");

    @AfterEach
    void close() {
        audit.close();
    }

    private Device device(String name, Sink sink) {
        return device(name, sink, EntryFilter.ALL, false, QUICK);
    }

    private Device device(String name, Sink sink, EntryFilter filter, boolean fallback, AuditSettings settings) {
        var place = new DeviceWriter.Place(sink, "chain-" + name.replace("/", ""), KEY, Optional.empty(), heads::add);
        var format = new LineFormat(Secret.copyOf("salt of " + name), LineOptions.DEFAULT, () -> AuditedHeaders.NONE);
        var device = new Device(new Device.Plan(name, "fake", filter, fallback), format, place, settings, clock);
        device.start().exceptionally(_ -> null).join();
        audit.add(device);
        return device;
    }

    /** As {@link #device}, for a sink that is already blocked. */
    private Device blockedDevice(String name, FakeSink sink) {
        var device = device(name, sink);
        sink.blocking();
        return device;
    }

    private void assertIntact(List<String> lines) throws IOException {
        var file = folder.resolve("check.log");
        Files.write(file, lines, StandardCharsets.US_ASCII);
        assertThat(new AuditVerify(Optional.empty(), List.of(CheckpointKey.publicKey(KEY.publicKey()))).verify(List.of(file)).isIntact()).isTrue();
    }

    private DeviceStatus status(String name) {
        return audit.status().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    }

    // ---- recording ----

    @Test
    void without_any_device_everything_goes() {
        assertThatCode(() -> audit.record(Entries.asked("secret/data/db"))).doesNotThrowAnyException();
    }

    @Test
    void an_entry_is_written_when_record_returns() {
        var sink = new FakeSink();
        device("file/", sink);
        for (int i = 1; i <= 20; i++) {
            audit.record(Entries.asked("secret/data/" + i));
            assertThat(sink.entries()).hasSize(i).last().asString().contains("\"path\":\"secret/data/" + i + "\"");
        }
        assertThat(sink.marks()).containsExactly("opened");
    }

    @Test
    void many_threads_lose_no_line_and_break_no_chain() throws Exception {
        var sink = new FakeSink().takingAtMost(7);
        device("file/", sink, EntryFilter.ALL, false, new AuditSettings(Duration.ofSeconds(30), 100_000, 64 << 20, 1 << 16, 100, Duration.ofSeconds(60), Duration.ofMillis(10)));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < 40; t++) {
                int thread = t;
                threads.submit(() -> IntStream.range(0, 50).forEach(i -> audit.record(Entries.asked("t" + thread + "/" + i))));
            }
        }
        audit.close();
        assertThat(sink.entries()).hasSize(2000).doesNotHaveDuplicates();
        assertThat(sink.lines()).filteredOn(line -> line.contains("\"type\":\"checkpoint\"")).hasSizeGreaterThan(10);
        assertIntact(sink.lines());
    }

    @Test
    void a_clean_end_is_marked_and_signed() throws IOException {
        var sink = new FakeSink();
        device("file/", sink);
        audit.record(Entries.asked("secret/data/db"));
        audit.close();
        assertThat(sink.marks()).containsExactly("opened", "closed");
        assertThat(sink.lines().getLast()).contains("\"type\":\"checkpoint\"").contains("\"lines\":3");
        assertThat(sink.isClosed()).isTrue();
        assertThat(heads).extracting(ChainHead::seq).containsExactly(4L);
        assertIntact(sink.lines());
    }

    @Test
    void after_a_while_there_is_a_checkpoint() {
        var sink = new FakeSink();
        device("file/", sink);
        audit.record(Entries.asked("secret/data/db"));
        clock.advance(Duration.ofSeconds(61));
        Wait.until("there is a checkpoint", () -> sink.lines().getLast().contains("\"type\":\"checkpoint\""));
        clock.advance(Duration.ofSeconds(61));
        audit.record(Entries.asked("secret/data/db"));
        Wait.until("there is another", () -> sink.lines().getLast().contains("\"type\":\"checkpoint\""));
        assertThat(sink.lines()).filteredOn(line -> line.contains("\"type\":\"checkpoint\"")).hasSize(2);
    }

    @Test
    void after_the_end_nothing_is_recorded_and_so_nothing_may_happen() {
        device("file/", new FakeSink());
        audit.close();
        assertThatThrownBy(() -> audit.record(Entries.asked("secret/data/db"))).isInstanceOf(Problem.ProblemException.class).hasMessage("audit: no device could record this: it is closed");
        var sealing = Entries.request(watchword.sdk.Route.Operation.WRITE, "sys/seal", Map.of(), Map.of());
        assertThatCode(() -> audit.record(Entries.answered(sealing, Entries.data(Map.of())))).as("the answer to the request that ended it").doesNotThrowAnyException();
        assertThatThrownBy(() -> audit.record(Entries.asked(sealing))).isInstanceOf(Problem.ProblemException.class);
    }

    // ---- failing ----

    @Test
    void one_device_that_writes_is_enough() {
        var good = new FakeSink();
        var bad = new FakeSink();
        device("good/", good);
        device("bad/", bad);
        bad.failing("No space left on device");
        audit.record(Entries.asked("secret/data/db"));
        assertThat(good.entries()).hasSize(1);
        assertThat(status("bad/").state()).isEqualTo(DeviceStatus.State.FAILING);
        assertThat(audit.failures()).containsExactly(Map.entry("bad/", "no space left on device"));
    }

    @Test
    void when_all_fail_the_caller_is_told_which_and_why_and_no_more() {
        var first = new FakeSink();
        var second = new FakeSink();
        device("first/", first);
        device("second/", second);
        first.failing("No space left on device");
        second.failing("open /var/lib/secret-place/audit.log: strange canary-words");
        assertThatThrownBy(() -> audit.record(Entries.asked("secret/data/db")))
                .isInstanceOfSatisfying(Problem.ProblemException.class, thrown -> assertThat(thrown.problem()).isInstanceOf(Problem.Unavailable.class))
                .hasMessage("audit: no device could record this: \"first/\" no space left on device; \"second/\" write failed");
    }

    @Test
    void a_device_recovers_by_itself_and_owns_up_to_the_gap() throws IOException {
        var sink = new FakeSink();
        device("file/", sink);
        audit.record(Entries.asked("secret/data/1"));
        sink.failing("No space left on device");
        for (int i = 0; i < 3; i++) assertThatThrownBy(() -> audit.record(Entries.asked("secret/data/2"))).isInstanceOf(Problem.ProblemException.class);
        assertThat(status("file/").missed()).isEqualTo(3);
        sink.recover();
        Wait.until("it writes without being asked", () -> audit.failures().isEmpty());
        audit.record(Entries.asked("secret/data/3"));
        assertThat(sink.marks()).containsExactly("opened", "gap");
        assertThat(sink.lines().stream().filter(line -> line.contains("\"mark\":\"gap\""))).singleElement().asString()
                .contains("\"missed\":3,\"since\":\"2030-01-01T00:00:00Z\",\"reason\":\"no space left on device\"");
        assertThat(sink.entries()).hasSize(2);
        audit.close();
        assertIntact(sink.lines());
    }

    @Test
    void a_device_that_cannot_be_opened_yet_is_waited_for() {
        var sink = new FakeSink().failing("No such file or directory");
        device("file/", sink);
        assertThatThrownBy(() -> audit.record(Entries.asked("secret/data/db"))).hasMessage("audit: no device could record this: \"file/\" no such file or directory");
        sink.recover();
        Wait.until("it is open", () -> audit.failures().isEmpty());
        audit.record(Entries.asked("secret/data/db"));
        assertThat(sink.entries()).hasSize(1);
    }

    // ---- blocking ----

    @Test
    void a_blocked_device_alone_refuses_within_the_bound() {
        var sink = new FakeSink();
        blockedDevice("file/", sink);
        assertThatThrownBy(() -> audit.record(Entries.asked("secret/data/db"))).hasMessage("audit: no device could record this: \"file/\" did not write within 250 ms");
        assertThat(status("file/").state()).isEqualTo(DeviceStatus.State.BLOCKED);
        sink.unblock();
        Wait.until("it has caught up", () -> audit.failures().isEmpty());
        audit.record(Entries.asked("secret/data/db"));
        assertThat(sink.entries()).as("what was refused late is on record as well").hasSize(2);
    }

    @Test
    void beside_a_blocked_device_only_the_first_request_waits() {
        var good = new FakeSink();
        var stuck = new FakeSink();
        device("good/", good);
        var device = blockedDevice("stuck/", stuck);
        audit.record(Entries.asked("secret/data/0"));
        assertThat(status("stuck/").state()).isEqualTo(DeviceStatus.State.BLOCKED);
        assertThat(device.isHealthy(System.nanoTime())).as("waited for").isFalse();
        for (int i = 1; i <= 20; i++) audit.record(Entries.asked("secret/data/" + i));
        stuck.unblock();
        Wait.until("it has caught up", () -> stuck.entries().size() == 21);
        Wait.until("it is waited for again", () -> audit.failures().isEmpty());
    }

    @Test
    void a_queue_that_is_full_refuses_at_once_and_the_gap_is_owned_up_to() {
        var good = new FakeSink();
        var stuck = new FakeSink();
        device("good/", good);
        blockedDevice("stuck/", stuck);
        for (int i = 0; i < 100; i++) audit.record(Entries.asked("secret/data/" + i));
        long missed = status("stuck/").missed();
        assertThat(missed).isBetween(30L, 40L); // 64 wait, one or a few are being written
        stuck.unblock();
        Wait.until("it has caught up", () -> stuck.marks().contains("gap"));
        assertThat(stuck.lines().stream().filter(line -> line.contains("\"mark\":\"gap\""))).singleElement().asString().contains("\"missed\":" + missed);
        assertThat(good.entries()).hasSize(100);
    }

    @Test
    void an_interrupted_caller_still_knows_whether_it_was_recorded() {
        var sink = new FakeSink();
        device("file/", sink);
        Thread.currentThread().interrupt();
        audit.record(Entries.asked("secret/data/db"));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(sink.entries()).hasSize(1);
    }

    // ---- adding and removing ----

    @Test
    void devices_come_and_go_without_a_lost_line() throws Exception {
        var sinks = new ConcurrentLinkedQueue<FakeSink>();
        var all = new FakeSink();
        var settings = new AuditSettings(Duration.ofSeconds(30), 100_000, 64 << 20, 1 << 16, 1000, Duration.ofSeconds(60), Duration.ofMillis(10));
        var recorded = new ConcurrentLinkedQueue<String>();
        var current = device("d0/", all, EntryFilter.ALL, false, settings);
        sinks.add(all);
        var done = new CountDownLatch(8);
        var next = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < 8; t++) {
                threads.submit(() -> {
                    for (int i = 0; i < 300; i++) {
                        var path = "p/" + next.incrementAndGet() + "/";
                        audit.record(Entries.asked(path));
                        recorded.add(path);
                    }
                    done.countDown();
                });
            }
            for (int i = 1; done.getCount() > 0; i++) {
                var sink = new FakeSink();
                sinks.add(sink);
                var replacement = device("d" + i + "/", sink, EntryFilter.ALL, false, settings);
                audit.remove(current);
                current = replacement;
            }
        }
        assertThat(recorded).hasSize(2400);
        var everywhere = String.join("\n", sinks.stream().flatMap(sink -> sink.entries().stream()).toList());
        for (var path : recorded) assertThat(everywhere).contains("\"path\":\"" + path + "\"");
        for (var sink : sinks) if (sink.isClosed()) assertIntact(sink.lines());
    }

    @Test
    void a_removed_device_writes_what_it_was_given_and_ends() {
        var sink = new FakeSink();
        var device = device("file/", sink);
        audit.record(Entries.asked("secret/data/db"));
        audit.remove(device);
        assertThat(sink.isClosed()).isTrue();
        assertThat(sink.marks()).containsExactly("opened", "closed");
        assertThat(audit.status()).isEmpty();
    }

    // ---- filters ----

    @Test
    void a_filter_takes_what_it_says_and_the_fallback_the_rest() {
        var reads = new FakeSink();
        var rest = new FakeSink();
        device("kv/", reads, EntryFilter.parse("mount_type == \"kv\" and operation != \"update\""), false, QUICK);
        audit.record(Entries.wrote(Map.of("a", "b")));
        assertThat(reads.entries()).isEmpty();
        assertThat(audit.unwanted()).isEqualTo(1);
        device("rest/", rest, EntryFilter.ALL, true, QUICK);
        audit.record(Entries.wrote(Map.of("a", "b")));
        audit.record(Entries.asked("secret/data/db"));
        assertThat(reads.entries()).hasSize(1);
        assertThat(rest.entries()).singleElement().asString().contains("\"operation\":\"update\"");
        assertThat(audit.unwanted()).isEqualTo(1);
    }

    // ---- one device does not tell of another's ----

    @Test
    void what_is_raw_on_one_device_is_hashed_on_the_other() {
        var raw = new FakeSink();
        var hashed = new FakeSink();
        var place = new DeviceWriter.Place(raw, "raw", KEY, Optional.empty(), _ -> {});
        var options = new LineOptions(true, false, false, Exclusions.NONE);
        var device = new Device(new Device.Plan("raw/", "fake", EntryFilter.ALL, false), new LineFormat(Entries.SALT, options, () -> AuditedHeaders.NONE), place, QUICK, clock);
        device.start().join();
        audit.add(device);
        device("hashed/", hashed);
        for (int i = 0; i < 50; i++) audit.record(Entries.wrote(Map.of("password", "canary-password")));
        assertThat(String.join("", raw.lines())).contains("canary-password").contains("canary-token");
        assertThat(String.join("", hashed.lines())).doesNotContain("canary");
    }

    @Test
    void the_same_value_has_another_hash_on_another_device() {
        var first = device("first/", new FakeSink());
        var second = device("second/", new FakeSink());
        assertThat(first.hash("canary")).startsWith("hmac-sha256:").isNotEqualTo(second.hash("canary"));
    }
}
