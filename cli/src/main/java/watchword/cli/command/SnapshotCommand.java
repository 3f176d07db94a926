package watchword.cli.command;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import watchword.cli.line.Call;
import watchword.cli.line.Command;
import watchword.cli.line.Flag;
import watchword.cli.line.UsageException;
import watchword.client.SettingsException;

/** {@code operator raft snapshot}: the store into a file and back, by the words that the field has for it. */
final class SnapshotCommand {
    static final String SAVE = "operator raft snapshot save";
    static final String RESTORE = "operator raft snapshot restore";
    private static final String PATH = "sys/storage/raft/snapshot";

    private SnapshotCommand() {}

    static List<Command> declarations() {
        return List.of(
                Command.of(SAVE, "FILE", "Save the whole store, as sealed as it is, while the server serves.").doing("taking a snapshot")
                        .note("FILE is there whole or not at all, and for its owner alone. It is of no use without the unseal keys.")
                        .example("operator raft snapshot save watchword.snap"),
                Command.of(RESTORE, "FILE", "Replace the whole store by a snapshot.").doing("restoring a snapshot")
                        .flags(Flag.on("force", "even one of another server, or of before the unseal keys were changed; the server is sealed then"))
                        .note("Tokens and leases are replaced too: what was made since the snapshot is gone.")
                        .example("operator raft snapshot restore watchword.snap"));
    }

    static int run(Call call) throws IOException, SettingsException, UsageException {
        var file = call.world().directory().resolve(call.argument(0));
        return call.command().words().equals(SAVE) ? save(call, file) : restore(call, file);
    }

    private static int save(Call call, Path file) throws IOException, SettingsException, UsageException {
        var folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) throw new IOException("there is no folder " + folder);
        if (Files.isDirectory(file)) throw new IOException(file + " is a folder; name a file");
        var part = Files.createTempFile(folder, ".watchword-", ".part", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            try (var out = Files.newOutputStream(part)) {
                call.plainClient().download(PATH, new Local(out));
            } catch (UncheckedIOException local) {
                throw new IOException("cannot write " + file + ": " + local.getMessage(), local);
            }
            requireWhole(part);
            try (var written = FileChannel.open(part, StandardOpenOption.WRITE)) {
                written.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
        return call.output().success("Saved " + Files.size(file) + " bytes in " + call.argument(0) + ".");
    }

    /** An archive ends with its checksum, so one that was cut off shows. */
    private static void requireWhole(Path part) throws IOException {
        try (var archive = new GZIPInputStream(Files.newInputStream(part))) {
            archive.transferTo(OutputStream.nullOutputStream());
        } catch (ZipException | java.io.EOFException torn) {
            throw new IOException("what came is not a whole snapshot; nothing was saved", torn);
        }
    }

    private static int restore(Call call, Path file) throws IOException, SettingsException, UsageException {
        try (var in = Files.newInputStream(file)) {
            call.plainClient().upload(call.isOn("force") ? PATH + "-force" : PATH, in, Files.size(file));
        } catch (NoSuchFileException missing) {
            throw new IOException("there is no file " + call.argument(0), missing);
        }
        return call.output().success("Restored the store from " + call.argument(0) + ".");
    }

    /** Failures of this machine's disk are not the server's. */
    private static final class Local extends OutputStream {
        private final OutputStream out;

        Local(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int one) {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            try {
                out.write(bytes, from, length);
            } catch (IOException failed) {
                throw new UncheckedIOException(String.valueOf(failed.getMessage()), failed);
            }
        }
    }
}
