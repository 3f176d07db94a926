package watchword.testkit;

import java.io.IOException;
import java.util.List;

/** A Redis of a test's own, whose user {@code default} has a password. Needs the package {@code redis-server}; without it the test fails and says so. */
public final class RedisServer implements AutoCloseable {
    private final LocalProgram program;

    private RedisServer(LocalProgram program) {
        this.program = program;
    }

    public static RedisServer start(String password) {
        try {
            var folder = LocalProgram.folder("redis", "nobody");
            int port = LocalProgram.freePort();
            var words = List.of("redis-server", "--port", String.valueOf(port), "--bind", "127.0.0.1", "--save", "", "--requirepass", password, "--dir", folder.toString());
            return new RedisServer(LocalProgram.start(folder, port, LocalProgram.as("nobody", "nogroup", words)));
        } catch (IOException failed) {
            throw new IllegalStateException("cannot start Redis (apt-get install redis-server): " + failed.getMessage(), failed);
        }
    }

    public int port() {
        return program.port();
    }

    @Override
    public void close() {
        program.close();
    }
}
