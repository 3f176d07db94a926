package watchword.crypto;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

/** One file of {@code spec/}: lines of {@code name: value}. */
record Vector(String file, List<String> lines) {

    static List<Vector> all(String folder) {
        try (var files = Files.list(Path.of("..", "spec", folder, "vectors"))) {
            return files.sorted().map(Vector::read).toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Vector read(Path file) {
        try {
            return new Vector(file.getFileName().toString(), Files.readAllLines(file));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    List<String> every(String name) {
        return lines.stream().filter(line -> line.startsWith(name + ":")).map(line -> line.substring(name.length() + 1).strip()).toList();
    }

    String text(String name) {
        var found = every(name);
        if (found.size() != 1) throw new IllegalStateException(file + " has " + found.size() + " lines " + name);
        return found.getFirst();
    }

    byte[] bytes(String name) {
        return HexFormat.of().parseHex(text(name));
    }

    @Override
    public String toString() {
        return file;
    }
}
