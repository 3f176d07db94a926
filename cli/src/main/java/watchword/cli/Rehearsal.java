package watchword.cli;

import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import watchword.cli.line.SystemTerminal;
import watchword.cli.line.World;

/**
 * The usual commands, played through once against the build's own server ({@code VAULT_ADDR}): the Java machine notes which classes that
 * takes, and starts from its notes later ({@code dist/build.sh}).
 */
public final class Rehearsal {
    private static final String SECRET = "secret/rehearsal";
    private static final List<List<String>> COMMANDS = List.of(
            List.of("kv", "put", SECRET, "user=app", "password=-"),
            List.of("kv", "get", SECRET),
            List.of("kv", "get", "-format=json", SECRET),
            List.of("kv", "get", "-field=user", SECRET),
            List.of("kv", "list", "secret/"),
            List.of("status"),
            List.of("token", "lookup"),
            List.of("read", "-format=yaml", "auth/token/lookup-self"),
            List.of("run", "-env", "PASSWORD=" + SECRET + "#password", "--", "echo", "rehearsed"));

    private Rehearsal() {}

    public static void main(String[] none) {
        var nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        var here = Path.of("").toAbsolutePath();
        for (var words : COMMANDS) {
            var input = new ByteArrayInputStream("not a secret".getBytes(StandardCharsets.UTF_8));
            int status = Main.run(words, new World(System.getenv(), here, here, input, nowhere, nowhere, new SystemTerminal()));
            if (status != 0) throw new IllegalStateException(String.join(" ", words) + " ended with " + status);
        }
    }
}
