package watchword.core.audit.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.core.audit.chain.LogEnd;

class FileSinkTest {
    @TempDir
    private Path folder = Path.of("");

    private Path file = Path.of("");
    private FileSink sink = new FileSink(file, Optional.empty(), false);

    @BeforeEach
    void make() {
        file = folder.resolve("sub").resolve("audit.log");
        sink = sink();
    }

    private FileSink sink() {
        return new FileSink(file, Optional.of(PosixFilePermissions.fromString("rw-------")), false);
    }

    @AfterEach
    void close() throws IOException {
        sink.close();
    }

    private void assertRefused(String why) {
        assertThatThrownBy(sink::open).isInstanceOf(Reasons.Refused.class).hasMessage(why);
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    @Test
    void only_the_owner_can_use_the_file_and_its_folder() throws IOException {
        assertThat(sink.open()).isEqualTo(LogEnd.EMPTY);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent()))).isEqualTo("rwx------");
    }

    @Test
    void a_file_that_others_can_read_is_taken_from_them_unless_told_otherwise() throws IOException {
        Files.createDirectories(file.getParent());
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
        try (var leaving = new FileSink(file, Optional.empty(), false)) {
            leaving.open();
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-r-----");
        sink.open();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
    }

    @Test
    void lines_are_appended_and_the_chain_goes_on_behind_them() throws IOException {
        sink.open();
        var batches = new Batches();
        assertThat(sink.write(batches.of("a", "b"))).isEqualTo(2);
        assertThat(sink.write(batches.of("c"))).isEqualTo(1);
        assertThat(Files.readAllLines(file)).hasSize(3);
        sink.close();
        assertThat(sink.open().last()).isEqualTo(batches.chain.head());
        sink.write(batches.of("d"));
        assertThat(Files.readAllLines(file)).hasSize(4);
    }

    @Test
    void a_batch_larger_than_the_buffer_is_whole() throws IOException {
        sink.open();
        var batch = new Batches().of("x".repeat(3_000_000), "y");
        sink.write(batch);
        assertThat(Files.readString(file)).isEqualTo(Batches.text(batch));
        sink.close();
        assertThat(sink.open().last().seq()).isEqualTo(2);
    }

    @Test
    void the_last_checkpoint_is_found_however_far_back() throws IOException {
        sink.open();
        var batches = new Batches();
        for (int i = 0; i < 40; i++) sink.write(batches.of("z".repeat(50_000)));
        sink.close();
        var end = sink.open();
        assertThat(end.last()).isEqualTo(batches.chain.head());
        assertThat(end.sinceCheckpoint()).hasSize(40 * 32);
    }

    @Test
    void an_unfinished_line_is_told_and_closed() throws IOException {
        sink.open();
        var batches = new Batches();
        sink.write(batches.of("a"));
        sink.close();
        Files.writeString(file, "{\"time\":\"20", StandardOpenOption.APPEND);
        var end = sink.open();
        assertThat(end.last()).isEqualTo(batches.chain.head());
        assertThat(end.tornBytes()).isEqualTo(11);
        sink.write(batches.of("b"));
        assertThat(Files.readAllLines(file)).hasSize(3).element(1).isEqualTo("{\"time\":\"20");
    }

    // ---- what is refused ----

    @Test
    void a_symbolic_link_is_refused() throws IOException {
        Files.createDirectories(file.getParent());
        Files.createSymbolicLink(file, Files.createFile(folder.resolve("target")));
        assertRefused("not a plain file");
    }

    @Test
    void a_link_to_nothing_is_refused() throws IOException {
        Files.createDirectories(file.getParent());
        Files.createSymbolicLink(file, folder.resolve("nowhere"));
        assertRefused("not a plain file");
        assertThat(folder.resolve("nowhere")).doesNotExist();
    }

    @Test
    void a_pipe_is_refused_and_not_waited_for() throws Exception {
        Files.createDirectories(file.getParent());
        run("mkfifo", file.toString());
        assertRefused("not a plain file");
    }

    @Test
    void a_folder_a_device_and_a_socket_are_refused() throws IOException {
        Files.createDirectories(file);
        assertRefused("not a plain file");
        try (var device = new FileSink(Path.of("/dev/null"), Optional.empty(), false)) {
            assertThatThrownBy(device::open).hasMessage("not a plain file");
        }
        var socket = folder.resolve("socket");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX); var onSocket = new FileSink(socket, Optional.empty(), false)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            assertThatThrownBy(onSocket::open).hasMessage("not a plain file");
        }
    }

    @Test
    void a_file_with_two_names_is_refused() throws IOException {
        Files.createDirectories(file.getParent());
        Files.createLink(file, Files.createFile(folder.resolve("other")));
        assertRefused("the file has more than one name");
    }

    @Test
    void a_file_that_can_be_executed_or_has_special_bits_is_refused() throws Exception {
        Files.createDirectories(file.getParent());
        Files.createFile(file);
        for (var mode : new String[] {"4600", "2600", "0700", "0610"}) {
            run("chmod", mode, file.toString());
            assertRefused("the file can be executed, or has set-user-id or like bits");
        }
    }

    @Test
    void a_file_that_is_written_already_is_refused() throws IOException {
        sink.open();
        try (var second = sink()) {
            assertThatThrownBy(second::open).isInstanceOf(Reasons.Refused.class).hasMessage("another device writes the file");
        }
    }

    // ---- what happens to the file ----

    @Test
    void a_file_that_was_removed_replaced_or_cut_is_noticed() throws IOException {
        sink.open();
        var batches = new Batches();
        sink.write(batches.of("a", "b"));
        assertThat(sink.isDisplaced()).isFalse();
        Files.write(file, new byte[3]);
        assertThat(sink.isDisplaced()).as("cut").isTrue();
        Files.delete(file);
        assertThat(sink.isDisplaced()).as("removed").isTrue();
        Files.createFile(file);
        assertThat(sink.isDisplaced()).as("replaced").isTrue();
        sink.open();
        assertThat(sink.isDisplaced()).isFalse();
    }
}
