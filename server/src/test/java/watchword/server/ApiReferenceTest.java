package watchword.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.core.sys.ApiReference;
import watchword.core.sys.ApiRoute;
import watchword.sdk.Outbound;
import watchword.sdk.Secret;

/** {@code docs/api} says what the routes say. */
final class ApiReferenceTest {
    private static final Outbound NOWHERE = _ -> {
        throw new AssertionError("nothing goes out to describe an API");
    };
    private static final Path DOCS = Path.of("..", "docs", "api");
    private static final Path FRESH = Path.of("target", "api");

    @TempDir
    private Path folder = Path.of("");

    /** Every type of engine, mounted once. */
    private List<ApiRoute.Mounted> all() throws IOException, InterruptedException {
        var token = Secret.copyOf("root");
        try (var server = DevServer.start(new DevServer.Options("127.0.0.1", 0, Optional.of(folder), Optional.of(token), Optional.empty()));
                var http = HttpClient.newHttpClient()) {
            var catalog = BuiltinEngines.catalog(NOWHERE);
            for (var type : catalog.types(false)) mount(http, server.address() + "/v1/sys/mounts/" + type, type);
            for (var type : catalog.types(true)) mount(http, server.address() + "/v1/sys/auth/" + type, type);
            return server.server().api();
        }
    }

    /** The key/value engine has two versions; a new server has the second one already. */
    private static void mount(HttpClient http, String address, String type) throws IOException, InterruptedException {
        var body = type.equals("kv") ? "{\"type\":\"kv\",\"options\":{\"version\":\"1\"}}" : "{\"type\":\"" + type + "\"}";
        var request = HttpRequest.newBuilder(URI.create(address)).header("X-Vault-Token", "root").POST(HttpRequest.BodyPublishers.ofString(body)).build();
        assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).as(type).isEqualTo(204);
    }

    @Test
    void the_manual_is_up_to_date() throws Exception {
        var pages = ApiReference.pages(all());
        Files.createDirectories(FRESH);
        for (Map.Entry<String, String> page : pages.entrySet()) Files.writeString(FRESH.resolve(page.getKey()), page.getValue());
        try (var names = Files.list(DOCS)) {
            assertThat(names.map(name -> name.getFileName().toString())).as("copy server/target/api/* to docs/api/").containsExactlyInAnyOrderElementsOf(pages.keySet());
        }
        for (var name : pages.keySet()) {
            assertThat(DOCS.resolve(name)).as("copy server/target/api/* to docs/api/").hasSameTextualContentAs(FRESH.resolve(name));
        }
    }

    @Test
    void every_field_says_what_it_is() throws Exception {
        assertThat(ApiReference.undocumented(all())).isEmpty();
    }

    @Test
    void every_type_of_engine_has_a_page() throws Exception {
        var types = all().stream().map(mounted -> mounted.mount().type()).toList();
        assertThat(types).containsAll(BuiltinEngines.catalog(NOWHERE).types(false)).containsAll(BuiltinEngines.catalog(NOWHERE).types(true));
    }
}
