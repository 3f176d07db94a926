package watchword.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import watchword.cli.line.Terminal;
import watchword.cli.line.UsageException;
import watchword.cli.line.World;
import watchword.testkit.StubServer;

/** Types command lines in a world of its own: a home, a folder, variables and a server that a test fills. One thread. */
public final class Line implements AutoCloseable {
    public final StubServer server = StubServer.start();
    public final Path home;
    private final Map<String, String> environment = new HashMap<>();
    private String input = "";
    private String typed = "";

    /** How it ended, and what was printed. */
    public record Ended(int status, String out, String err) {}

    /** @param home an empty folder */
    public Line(Path home) {
        this.home = home;
        environment.put("VAULT_ADDR", server.address());
        environment.put("VAULT_MAX_RETRIES", "0");
        environment.put("PATH", System.getenv("PATH"));
    }

    public Line with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    public Line without(String name) {
        environment.remove(name);
        return this;
    }

    /** What standard input holds. */
    public Line input(String text) {
        input = text;
        return this;
    }

    /** What a person types when asked; without it there is nobody to ask. */
    public Line typing(String text) {
        typed = text;
        return this;
    }

    /** A key/value engine of version 2 at {@code secret/}. */
    public Line versioned() {
        return mounted("secret/", "2");
    }

    public Line mounted(String path, String version) {
        for (var name : List.of("train", "gcp", "a/b", "")) {
            server.on(("GET /v1/sys/internal/ui/mounts/" + path + name).replaceFirst("/$", ""), 200, "{\"data\":{\"path\":\"" + path
                    + "\",\"type\":\"kv\",\"options\":{\"version\":\"" + version + "\"}}}");
        }
        return this;
    }

    public String file(String name, String text) {
        try {
            Files.writeString(home.resolve(name), text);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return home.resolve(name).toString();
    }

    public Ended type(String... words) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var world = new World(environment, home, home, new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8), new Person());
        int status = Main.run(List.of(words), world);
        world.out().flush();
        return new Ended(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private final class Person implements Terminal {
        @Override
        public boolean readsOutput() {
            return false;
        }

        @Override
        public boolean readsErrors() {
            return false;
        }

        @Override
        public String hidden(String question) throws UsageException {
            if (typed.isEmpty()) throw new UsageException("there is no terminal to ask on");
            return typed;
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
