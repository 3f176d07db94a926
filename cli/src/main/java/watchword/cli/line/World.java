package watchword.cli.line;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/** All that a command may touch; a test has its own. */
public record World(Map<String, String> environment, Path home, Path directory, InputStream in, PrintStream out, PrintStream err,
        Terminal terminal) {
    @Override
    public String toString() {
        return "World[" + directory + "]";
    }
}
