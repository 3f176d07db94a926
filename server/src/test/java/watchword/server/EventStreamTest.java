package watchword.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;

/** {@code sys/events/subscribe} with Java's own WebSocket client against a server on a socket. */
final class EventStreamTest {
    private static final String ALL_OF_KV = "sys/events/subscribe/kv*?json=true";

    private DevServer server = started();
    private final HttpClient http = HttpClient.newHttpClient();

    private static DevServer started() {
        try {
            return DevServer.start(DevServer.Options.onAnyPort());
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @BeforeEach
    void mounts() throws Exception {
        ask("POST", root(), "sys/mounts/one", "{\"type\":\"kv\"}");
    }

    @AfterEach
    void close() {
        server.close();
    }

    private String root() {
        return server.rootToken().reveal();
    }

    private HttpResponse<String> ask(String method, String token, String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(server.address() + "/v1/" + path)).header("X-Vault-Token", token)
                .method(method, HttpRequest.BodyPublishers.ofString(body)).build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private void put(String path) throws IOException, InterruptedException {
        assertThat(ask("POST", root(), "secret/data/" + path, "{\"data\":{\"k\":\"canary-value\"}}").statusCode()).isEqualTo(200);
    }

    private String token(String rules) throws IOException, InterruptedException {
        var policy = rules.replace("\"", "\\\"").replace("\n", " ");
        assertThat(ask("POST", root(), "sys/policies/acl/listener", "{\"policy\":\"" + policy + "\"}").statusCode()).isEqualTo(204);
        var made = ask("POST", root(), "auth/token/create", "{\"policies\":[\"listener\"],\"no_default_policy\":true}").body();
        return made.replaceAll(".*\"client_token\":\"([^\"]+)\".*", "$1");
    }

    /** A client that keeps what it heard. */
    private static final class Heard implements WebSocket.Listener {
        final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        final CompletableFuture<String> closed = new CompletableFuture<>();
        private final StringBuilder part = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            part.append(data);
            if (last) {
                messages.add(part.toString());
                part.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            closed.complete(status + " " + reason);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            closed.complete("failed");
        }

        String next() throws InterruptedException {
            var message = messages.poll(20, TimeUnit.SECONDS);
            assertThat(message).as("a message").isNotNull();
            return String.valueOf(message);
        }

        String end() throws Exception {
            return closed.get(20, TimeUnit.SECONDS);
        }
    }

    private Heard subscribe(String token, String path) {
        var heard = new Heard();
        var address = URI.create(server.address().replace("http://", "ws://") + "/v1/" + path);
        http.newWebSocketBuilder().header("X-Vault-Token", token).buildAsync(address, heard).join();
        return heard;
    }

    private int refusal(String token, String path) {
        try {
            subscribe(token, path);
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof WebSocketHandshakeException handshake) return handshake.getResponse().statusCode();
            throw failed;
        }
        throw new AssertionError("let in");
    }

    @Test
    void a_write_is_heard_in_the_form_of_the_field() throws Exception {
        var heard = subscribe(root(), ALL_OF_KV);
        put("train/db");
        var message = heard.next();
        assertThat(message).contains("\"specversion\":\"1.0\"", "\"type\":\"*\"", "\"event_type\":\"kv-v2/data-write\"", "\"datacontentype\":\"application/cloudevents\"",
                "\"path\":\"secret/data/train/db\"", "\"data_path\":\"secret/data/train/db\"", "\"modified\":\"true\"", "\"operation\":\"data-write\"",
                "\"current_version\":\"1\"", "\"mount_path\":\"secret/\"", "\"plugin\":\"kv\"", "\"namespace\":\"\"").doesNotContain("canary");
    }

    @Test
    void every_change_of_the_kv_engines_is_heard_and_in_its_order() throws Exception {
        var heard = subscribe(root(), ALL_OF_KV);
        put("a");
        var asked = List.of(
                new String[] {"PATCH", "secret/data/a", "{\"data\":{\"x\":\"1\"}}"},
                new String[] {"DELETE", "secret/data/a", ""},
                new String[] {"POST", "secret/undelete/a", "{\"versions\":[2]}"},
                new String[] {"POST", "secret/delete/a", "{\"versions\":[2]}"},
                new String[] {"POST", "secret/destroy/a", "{\"versions\":[1]}"},
                new String[] {"POST", "secret/metadata/a", "{\"max_versions\":5}"},
                new String[] {"PATCH", "secret/metadata/a", "{\"max_versions\":6}"},
                new String[] {"DELETE", "secret/metadata/a", ""},
                new String[] {"POST", "secret/config", "{\"max_versions\":7}"},
                new String[] {"POST", "one/b", "{\"k\":\"v\"}"},
                new String[] {"DELETE", "one/b", ""});
        for (var each : asked) {
            var request = HttpRequest.newBuilder(URI.create(server.address() + "/v1/" + each[1])).header("X-Vault-Token", root());
            if (each[0].equals("PATCH")) request.header("Content-Type", "application/merge-patch+json");
            int status = http.send(request.method(each[0], HttpRequest.BodyPublishers.ofString(each[2])).build(), HttpResponse.BodyHandlers.ofString()).statusCode();
            assertThat(status).as(each[0] + " " + each[1]).isBetween(200, 204);
        }
        var types = new ArrayList<String>();
        for (int i = 0; i <= asked.size(); i++) types.add(heard.next().replaceAll(".*\"event_type\":\"([^\"]+)\".*", "$1"));
        assertThat(types).containsExactly("kv-v2/data-write", "kv-v2/data-patch", "kv-v2/data-delete", "kv-v2/undelete", "kv-v2/delete", "kv-v2/destroy",
                "kv-v2/metadata-write", "kv-v2/metadata-patch", "kv-v2/metadata-delete", "kv-v2/config-write", "kv-v1/write", "kv-v1/delete");
    }

    @Test
    void events_of_a_namespace_are_heard_there_and_above_by_who_asks_for_them() throws Exception {
        for (var name : List.of("team", "other")) {
            assertThat(ask("POST", root(), "sys/namespaces/" + name, "").statusCode()).isEqualTo(200);
            assertThat(ask("POST", root(), name + "/sys/mounts/secret", "{\"type\":\"kv-v2\"}").statusCode()).isEqualTo(204);
        }
        var inTeam = subscribe(root(), "team/" + ALL_OF_KV);
        var aboveAll = subscribe(root(), ALL_OF_KV + "&namespaces=te*");
        var aboveAlone = subscribe(root(), ALL_OF_KV);
        var listener = token("path \"sys/events/subscribe/*\" { capabilities = [\"read\"] }\npath \"secret/*\" { capabilities = [\"read\", \"subscribe\"]\nsubscribe_event_types = [\"*\"] }");
        var onlyRoot = subscribe(listener, ALL_OF_KV + "&namespaces=*");
        for (var path : List.of("other/secret/data/a", "team/secret/data/b", "secret/data/c")) {
            assertThat(ask("POST", root(), path, "{\"data\":{\"k\":\"v\"}}").statusCode()).isEqualTo(200);
        }
        assertThat(inTeam.next()).contains("\"path\":\"secret/data/b\"", "\"namespace\":\"team/\"");
        assertThat(aboveAll.next()).contains("\"path\":\"secret/data/b\"", "\"namespace\":\"team/\"");
        assertThat(aboveAll.next()).contains("\"path\":\"secret/data/c\"", "\"namespace\":\"\"");
        assertThat(aboveAlone.next()).contains("\"path\":\"secret/data/c\"");
        assertThat(onlyRoot.next()).contains("\"path\":\"secret/data/c\"");
        assertThat(inTeam.messages).isEmpty();
    }

    @Test
    void what_failed_is_not_heard() throws Exception {
        var heard = subscribe(root(), ALL_OF_KV);
        assertThat(ask("POST", root(), "secret/data/a", "{\"data\":{},\"options\":{\"cas\":7}}").statusCode()).isEqualTo(400);
        put("after");
        assertThat(heard.next()).contains("secret/data/after");
    }

    @Test
    void who_may_not_read_the_subscription_is_refused() throws Exception {
        assertThat(refusal("no-such-token", ALL_OF_KV)).isEqualTo(403);
        assertThat(refusal(token("path \"secret/*\" { capabilities = [\"read\", \"subscribe\"] subscribe_event_types = [\"*\"] }"), ALL_OF_KV)).isEqualTo(403);
        assertThat(refusal(root(), "sys/events/subscribe/kv*")).isEqualTo(400);
        assertThat(refusal(root(), ALL_OF_KV + "&filter=operation%20%3D%3D")).isEqualTo(400);
    }

    @Test
    void only_what_the_policies_let_somebody_hear_of_is_told() throws Exception {
        var token = token("""
                path "sys/events/subscribe/*" { capabilities = ["read"] }
                path "secret/data/mine/*" { capabilities = ["subscribe"] subscribe_event_types = ["kv-v2/data-*"] }
                path "secret/data/seen/*" { capabilities = ["read", "list"] }
                """);
        var heard = subscribe(token, ALL_OF_KV);
        put("theirs/x");
        put("seen/x");
        put("mine/x");
        assertThat(ask("POST", root(), "secret/metadata/mine/x", "{\"max_versions\":5}").statusCode()).isEqualTo(204);
        put("mine/y");
        assertThat(heard.next()).contains("secret/data/mine/x");
        assertThat(heard.next()).contains("secret/data/mine/y");
    }

    @Test
    void a_filter_and_a_type_choose() throws Exception {
        var heard = subscribe(root(), "sys/events/subscribe/kv-v2/data-*?json=true&filter=data_path%20matches%20%22train%22");
        put("other");
        assertThat(ask("POST", root(), "secret/metadata/train", "{\"max_versions\":5}").statusCode()).isEqualTo(204);
        put("train");
        assertThat(heard.next()).contains("kv-v2/data-write").contains("secret/data/train");
    }

    @Test
    void it_ends_with_the_token() throws Exception {
        var token = token("path \"sys/events/subscribe/*\" { capabilities = [\"read\"] }");
        var heard = subscribe(token, ALL_OF_KV);
        assertThat(ask("POST", token, "auth/token/revoke-self", "").statusCode()).isEqualTo(403); // has no policy for it
        assertThat(ask("POST", root(), "auth/token/revoke", "{\"token\":\"" + token + "\"}").statusCode()).isEqualTo(204);
        assertThat(heard.end()).startsWith("1000 the token has ended");
    }

    @Test
    void it_ends_when_the_policy_goes() throws Exception {
        var heard = subscribe(token("path \"sys/events/subscribe/*\" { capabilities = [\"read\"] }"), ALL_OF_KV);
        assertThat(ask("DELETE", root(), "sys/policies/acl/listener", "").statusCode()).isEqualTo(204);
        assertThat(heard.end()).startsWith("1000 ");
    }

    @Test
    void it_ends_when_the_server_seals() throws Exception {
        var heard = subscribe(root(), ALL_OF_KV);
        assertThat(ask("PUT", root(), "sys/seal", "").statusCode()).isEqualTo(204);
        assertThat(heard.end()).contains("sealed");
    }

    @Test
    void without_an_upgrade_the_client_is_told_what_to_do() throws Exception {
        var answer = ask("GET", root(), ALL_OF_KV, "");
        assertThat(answer.statusCode()).isEqualTo(426);
        assertThat(answer.body()).contains("WebSocket");
    }

    @Test
    void a_page_of_another_origin_is_refused() {
        assertThatThrownBy(() -> http.newWebSocketBuilder().header("X-Vault-Token", root()).header("Origin", "https://evil.example")
                .buildAsync(URI.create(server.address().replace("http://", "ws://") + "/v1/" + ALL_OF_KV), new Heard()).join())
                .hasCauseInstanceOf(WebSocketHandshakeException.class);
    }
}
