package watchword.core.approval;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.ToyEngine;
import watchword.core.mount.EngineCatalog;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.core.token.PinMethod;
import watchword.sdk.Outbound;
import watchword.sdk.Peer;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;

/** What a web hook is told. */
class AnnouncementsTest {
    private final BlockingQueue<Outbound.Ask> told = new LinkedBlockingQueue<>();
    private final AtomicInteger failing = new AtomicInteger();
    private final TestServer it = TestServer.start(EngineCatalog.builder().engine("toy", (_, _) -> new ToyEngine()).auth("pin", (_, _) -> new PinMethod()).build(), ask -> {
        if (failing.getAndDecrement() > 0) return new Outbound.Answer(500, Map.of(), new byte[0]);
        told.add(ask);
        return new Outbound.Answer(200, Map.of(), new byte[0]);
    });
    private String ada = "";

    @BeforeEach
    void given() {
        it.write(it.root, "sys/auth/pin", "type", "pin");
        it.write(it.root, "sys/mounts/toy", "type", "toy");
        it.policy("asks", "path \"toy/creds/*\" { capabilities = [\"read\"] control_group { factor \"ops\" { identity { group_names = [\"ops\"] } } } break_glass { max_ttl = \"1m\" } }");
        it.write(it.root, "auth/pin/user/ada", "pin", "7", "token_policies", "asks");
        ada = it.write("", "auth/pin/login/ada", "pin", "7").token();
        assertThat(it.write(it.root, "sys/config/control-group", "notify_url", "https://chat.example/hook/s3cr3t").status()).isEqualTo(204);
    }

    @AfterEach
    void close() {
        it.close();
    }

    private void ask(Map<String, List<String>> headers) {
        it.server.serve(new Request("id", Operation.READ, new RequestPath("toy/creds/x"), Map.of(), false, Optional.of(Secret.copyOf(ada)), Optional.empty(), headers, new Peer("10.1.2.3", 1, List.of())));
    }

    private String next() throws InterruptedException {
        var ask = told.poll(20, TimeUnit.SECONDS);
        return ask == null ? "nothing" : ask.to() + " " + new String(ask.body(), StandardCharsets.UTF_8);
    }

    @Test
    void it_is_told_of_what_waits_and_of_who_went_ahead() throws Exception {
        ask(Map.of("x-watchword-reason", List.of("month's end")));
        assertThat(next()).startsWith("https://chat.example/hook/s3cr3t ").contains("\"control-group/requested\"", "toy/creds/x", "month's end", "accessor").doesNotContain("hvs.");
        ask(Map.of("x-watchword-break-glass", List.of("the database is down")));
        assertThat(next()).contains("\"break-glass/used\"", "the database is down", "10.1.2.3", "pin-ada");
        failing.set(2);
        ask(Map.of());
        assertThat(next()).as("tried again").contains("control-group/requested");
    }

    @Test
    void its_address_is_a_secret_and_must_be_one() {
        assertThat(it.read(it.root, "sys/config/control-group").body().toString()).contains("notifies=true").doesNotContain("s3cr3t");
        for (var wrong : List.of("chat.example", "ftp://chat.example/", "https://", "https://ada:pw@chat.example/", "https://chat.example/#x", "::")) {
            var refused = it.write(it.root, "sys/config/control-group", "notify_url", wrong);
            assertThat(refused.status()).as(wrong).isEqualTo(400);
            assertThat(refused.errors().toString()).contains("notify_url");
        }
        it.write(it.root, "sys/config/control-group", "max_ttl", "1h");
        assertThat(it.read(it.root, "sys/config/control-group").part("data")).as("what is not sent stays").containsEntry("max_ttl", 3600L).containsEntry("notifies", true);
        it.write(it.root, "sys/config/control-group", "notify_url", "");
        assertThat(it.read(it.root, "sys/config/control-group").part("data")).containsEntry("notifies", false);
    }
}
