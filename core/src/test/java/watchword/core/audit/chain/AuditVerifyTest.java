package watchword.core.audit.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.testkit.Property;

class AuditVerifyTest {
    private static final AuditVerify SIGNED = new AuditVerify(Optional.empty(), List.of(CheckpointKey.publicKey(Logs.KEY.publicKey())));
    private static final AuditVerify CHAIN_ONLY = new AuditVerify(Optional.empty(), List.of());

    @TempDir
    private Path folder = Path.of("");

    private Path file = Path.of("");

    @BeforeEach
    void name() {
        file = folder.resolve("audit.log");
    }

    private AuditVerify.Report verify(AuditVerify how, byte[] log) {
        try {
            Files.write(file, log);
            return how.verify(List.of(file));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static AuditVerify knowing(ChainHead head) {
        return new AuditVerify(Optional.of(head), SIGNED.keys());
    }

    private static List<String> what(AuditVerify.Report report) {
        return report.findings().stream().map(Finding::what).toList();
    }

    // ---- intact ----

    @Test
    void a_log_as_it_was_written_is_intact() {
        var log = Logs.of(50, 7);
        var report = verify(knowing(log.head()), log.bytes());
        assertThat(report.findings()).isEmpty();
        assertThat(report).isEqualTo(new AuditVerify.Report(List.of(), 50, log.head(), 8, 0));
    }

    @Test
    void lines_behind_the_last_checkpoint_are_counted() {
        assertThat(verify(SIGNED, Logs.of(10, 5).add("a").add("b").bytes()).unsigned()).isEqualTo(2);
    }

    @Test
    void files_of_one_chain_are_read_in_the_order_of_their_numbers() throws IOException {
        var lines = Logs.of(30, 9).lines();
        var parts = List.of(folder.resolve("audit.log"), folder.resolve("audit.log.1"), folder.resolve("audit.log.2.gz"));
        Files.write(parts.get(0), Logs.join(lines.subList(20, 30)));
        Files.write(parts.get(1), Logs.join(lines.subList(10, 20)));
        try (var zipped = new GZIPOutputStream(Files.newOutputStream(parts.get(2)))) {
            zipped.write(Logs.join(lines.subList(0, 10)));
        }
        assertThat(SIGNED.verify(parts)).satisfies(report -> assertThat(report.findings()).isEmpty()).extracting(AuditVerify.Report::lines).isEqualTo(30L);
        var lacking = SIGNED.verify(List.of(parts.get(0), parts.get(2)));
        assertThat(lacking.isIntact()).isFalse();
        assertThat(lacking.findings().getFirst().toString()).isEqualTo(parts.getFirst() + ":1: lines 11 to 20 of the chain are missing before this one");
    }

    @Test
    void a_log_whose_beginning_was_archived_is_intact_and_says_so() {
        var report = verify(SIGNED, Logs.join(Logs.of(30, 9).lines().subList(12, 30)));
        assertThat(report.isIntact()).isTrue();
        assertThat(what(report)).first().asString().isEqualTo("the log begins with line 13 of its chain; what came before is not here");
    }

    // ---- tampering ----

    @Test
    void any_change_of_a_single_byte_is_found() {
        var log = Logs.of(24, 6);
        var known = knowing(log.head());
        Property.holds(200, random -> {
            var bytes = log.bytes();
            int at = random.nextInt(bytes.length);
            byte before = bytes[at];
            do {
                bytes[at] = (byte) random.nextInt(256);
            } while (bytes[at] == before);
            assertThat(verify(known, bytes).isIntact()).as("byte %d from %d to %d", at, before, bytes[at]).isFalse();
            assertThat(verify(SIGNED, bytes).isIntact()).as("without a known head, since a checkpoint is last: byte %d", at).isFalse();
        });
    }

    @Test
    void without_key_or_head_any_change_before_the_last_line_is_found() {
        var log = Logs.of(24, 100);
        int lastLine = log.lines().getLast().length;
        Property.holds(300, random -> {
            var bytes = log.bytes();
            bytes[random.nextInt(bytes.length - lastLine)] ^= (byte) (1 << random.nextInt(8));
            assertThat(verify(CHAIN_ONLY, bytes).isIntact()).isFalse();
        });
    }

    @Test
    void any_removed_line_is_found() {
        var log = Logs.of(24, 6);
        for (int i = 0; i < 24; i++) {
            var lines = new ArrayList<>(log.lines());
            lines.remove(i);
            assertThat(verify(knowing(log.head()), Logs.join(lines)).isIntact()).as("line %d", i + 1).isEqualTo(i == 0);
        }
    }

    @Test
    void a_removed_line_is_named() {
        var lines = new ArrayList<>(Logs.of(24, 100).lines());
        lines.remove(9);
        var report = verify(CHAIN_ONLY, Logs.join(lines));
        assertThat(report.findings().getFirst().toString()).isEqualTo(file + ":10: line 10 of the chain is missing before this one");
    }

    @Test
    void a_changed_line_is_named() {
        var log = Logs.of(24, 100);
        log.lines().set(9, new String(log.lines().get(9), StandardCharsets.US_ASCII).replace("line 10", "line 11").getBytes(StandardCharsets.US_ASCII));
        var report = verify(CHAIN_ONLY, log.bytes());
        assertThat(report.findings().getFirst().toString()).isEqualTo(file + ":10: line 10 of the chain was changed: the next line names another hash");
    }

    @Test
    void any_two_lines_that_changed_places_are_found() {
        var log = Logs.of(20, 6);
        Property.holds(150, random -> {
            int first = random.nextInt(20);
            int second = (first + 1 + random.nextInt(19)) % 20;
            var lines = new ArrayList<>(log.lines());
            Collections.swap(lines, first, second);
            assertThat(verify(knowing(log.head()), Logs.join(lines)).isIntact()).isFalse();
            assertThat(verify(CHAIN_ONLY, Logs.join(lines)).isIntact()).isFalse();
        });
    }

    @Test
    void any_added_or_repeated_line_is_found() {
        var log = Logs.of(20, 6);
        Property.holds(150, random -> {
            var lines = new ArrayList<>(log.lines());
            var more = random.nextBoolean() ? lines.get(random.nextInt(20)) : "{\"type\":\"request\",\"forged\":true}\n".getBytes(StandardCharsets.US_ASCII);
            lines.add(random.nextInt(21), more);
            assertThat(verify(knowing(log.head()), Logs.join(lines)).isIntact()).isFalse();
        });
    }

    @Test
    void a_cut_end_is_found_with_a_known_head_wherever_it_was_cut() {
        var log = Logs.of(12, 4);
        var bytes = log.bytes();
        for (int length = 0; length < bytes.length; length += 1 + length % 11) {
            assertThat(verify(new AuditVerify(Optional.of(log.head()), List.of()), Arrays.copyOf(bytes, length)).isIntact()).as("first %d bytes", length).isFalse();
        }
        var report = verify(knowing(log.head()), Logs.join(log.lines().subList(0, 9)));
        assertThat(what(report)).containsExactly("the log was cut off: it ends with line 9 of the chain, and line 12 was known");
    }

    @Test
    void a_log_written_anew_with_another_key_is_found() {
        var forged = new Logs(new Chain(Logs.CHAIN, CheckpointKey.generate(new java.security.SecureRandom()), ChainHead.START, new byte[0]));
        for (int i = 0; i < 5; i++) forged.add("forged " + i);
        forged.checkpoint();
        assertThat(verify(CHAIN_ONLY, forged.bytes()).isIntact()).isTrue();
        assertThat(what(verify(SIGNED, forged.bytes()))).singleElement().asString().contains("which was not given");
    }

    @Test
    void a_checkpoint_of_another_chain_is_no_good() {
        var other = new Logs(new Chain("other", Logs.KEY, ChainHead.START, new byte[0])).add("line 1").checkpoint();
        var log = new Logs().add("line 1").open(Mark.opened(Logs.NOW, Logs.CHAIN));
        var lines = new ArrayList<>(other.lines());
        lines.addAll(new Logs(new Chain(Logs.CHAIN, Logs.KEY, other.head(), new byte[0])).open(Mark.opened(Logs.NOW, Logs.CHAIN)).lines());
        assertThat(log.lines()).hasSize(2);
        assertThat(what(verify(SIGNED, Logs.join(lines)))).containsExactly("this line is of chain c0ffee, those before of chain other");
    }

    // ---- what a log says of itself ----

    @Test
    void what_a_crash_left_is_noted_when_a_mark_owns_up_to_it() {
        var torn = "{\"time\":\"2030\",\"type\":\"req\ngarbage".getBytes(StandardCharsets.US_ASCII);
        var log = new Logs().add("a");
        var lines = new ArrayList<>(log.lines());
        lines.add(torn);
        lines.add(new byte[] {'\n'});
        var end = LogEnd.of(Logs.join(lines), Logs.join(lines).length, true);
        log.open(Mark.torn(Logs.NOW, Logs.CHAIN, end.tornBytes(), end.tornHash())).add("b").checkpoint();
        lines.addAll(log.lines().subList(1, 4));
        var report = verify(knowing(log.head()), Logs.join(lines));
        assertThat(report.isIntact()).isTrue();
        assertThat(what(report)).containsExactly("a crash left " + torn.length + " bytes of an unfinished write before this line");
        lines.set(1, "{\"time\":\"2030\",\"type\":\"REQ\ngarbage".getBytes(StandardCharsets.US_ASCII));
        assertThat(verify(knowing(log.head()), Logs.join(lines)).isIntact()).isFalse();
    }

    @Test
    void a_gap_that_the_device_owns_up_to_is_noted() {
        var log = new Logs().add("a").open(Mark.gap(Logs.NOW, Logs.CHAIN, 7, Logs.NOW, "no space left on device")).checkpoint();
        var report = verify(SIGNED, log.bytes());
        assertThat(report.isIntact()).isTrue();
        assertThat(what(report)).containsExactly("this device missed 7 lines from 2030-01-01T00:00:00Z on: no space left on device");
    }

    @Test
    void lines_of_an_older_log_before_the_chain_are_noted() {
        var older = "{\"type\":\"request\"}\n{\"type\":\"response\"}\n".getBytes(StandardCharsets.US_ASCII);
        var end = LogEnd.of(older, older.length, true);
        var log = new Logs(new Chain(Logs.CHAIN, Logs.KEY, end.last(), end.sinceCheckpoint())).add("a").checkpoint();
        var lines = new ArrayList<byte[]>(List.of(older));
        lines.addAll(log.lines());
        var report = verify(SIGNED, Logs.join(lines));
        assertThat(report.isIntact()).isTrue();
        assertThat(what(report)).containsExactly("the chain begins here; nothing vouches for the 2 lines before");
        older[10] ^= 1;
        assertThat(verify(SIGNED, Logs.join(lines)).isIntact()).as("the last of them is held by the chain's first line").isTrue();
        older[older.length - 5] ^= 1;
        assertThat(verify(SIGNED, Logs.join(lines)).isIntact()).isFalse();
    }

    // ---- the command ----

    private int run(String... arguments) {
        var sink = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return VerifyCommand.run(List.of(arguments), sink, sink);
    }

    @Test
    void the_command_tells_by_its_exit_code() throws IOException {
        var log = Logs.of(10, 4);
        var key = Files.writeString(folder.resolve("key"), Logs.KEY.publicKey());
        var pem = Files.writeString(folder.resolve("key.pem"), "-----BEGIN PUBLIC KEY-----\n" + Logs.KEY.publicKey() + "\n-----END PUBLIC KEY-----\n");
        Files.write(file, log.bytes());
        var name = file.toString();
        assertThat(run(name)).isZero();
        assertThat(run("-key", key.toString(), "-head=" + log.head(), name)).isZero();
        assertThat(run("--key=" + pem, name)).isZero();
        assertThat(run("-head=" + new ChainHead(11, log.head().hash()), name)).isEqualTo(1);
        var bytes = log.bytes();
        bytes[20] ^= 1;
        Files.write(file, bytes);
        assertThat(run(name)).isEqualTo(1);
        assertThat(run(folder.resolve("none").toString())).isEqualTo(2);
        assertThat(run()).isEqualTo(2);
        assertThat(run("-wrong", name)).isEqualTo(2);
        assertThat(run("-key=" + name, name)).isEqualTo(2);
    }
}
