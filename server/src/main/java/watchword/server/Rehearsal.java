package watchword.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.server.config.GlobalSettings;

/**
 * What a server and a command do in their first second, played through once when they are built: the Java machine notes which classes
 * that takes and how they are used, and starts from its notes later ({@code dist/build.sh}). Nothing of it stays.
 */
public final class Rehearsal {
    private static final int ROUNDS = 20;
    private static final String SECRET = "/v1/secret/data/rehearsal";

    private final HttpClient client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).version(HttpClient.Version.HTTP_1_1).build();
    private final DevServer server;

    private Rehearsal(DevServer server) {
        this.server = server;
    }

    /** @param command a program and its arguments, to be run against the server; none for none */
    public static void main(String[] command) throws IOException, InterruptedException {
        Logging.configure(GlobalSettings.LogLevel.WARN, GlobalSettings.LogFormat.STANDARD);
        var folder = Files.createTempDirectory("watchword-rehearsal");
        try (var server = DevServer.start(new DevServer.Options("127.0.0.1", 0, Optional.of(folder.resolve("data")), Optional.empty(), Optional.of(folder.resolve("audit.log"))))) {
            new Rehearsal(server).play(List.of(command));
        } finally {
            delete(folder);
        }
    }

    private void play(List<String> command) throws IOException, InterruptedException {
        for (int i = 0; i < ROUNDS; i++) {
            expect(200, "POST", SECRET + i, "{\"data\":{\"user\":\"app\",\"password\":\"not a secret\"}}");
            expect(200, "GET", SECRET + i, "");
            expect(200, "GET", "/v1/auth/token/lookup-self", "");
            if (i % 4 == 0) expect(200, "POST", "/v1/auth/token/create", "{\"policies\":[\"default\"],\"ttl\":\"1h\"}");
        }
        expect(200, "GET", "/v1/secret/metadata/?list=true", "");
        expect(200, "GET", "/v1/sys/health", "");
        expect(404, "GET", "/v1/secret/data/nothing", "");
        if (!command.isEmpty()) run(command);
    }

    private void expect(int status, String method, String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(server.address() + path))
                .header("X-Vault-Token", server.rootToken().reveal())
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        int got = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        if (got != status) throw new IOException(method + " " + path + " was answered with " + got + ", not " + status);
    }

    private void run(List<String> command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.INHERIT);
        process.environment().putAll(Map.of("VAULT_ADDR", server.address(), "VAULT_TOKEN", server.rootToken().reveal()));
        int status = process.start().waitFor();
        if (status != 0) throw new IOException("the command ended with " + status);
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }
}
