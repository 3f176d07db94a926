package watchword.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import watchword.client.Client;
import watchword.client.Settings;
import watchword.client.SettingsException;
import watchword.testkit.StubServer;
import watchword.testkit.StubServer.Reply;

final class RenewalTest {
    private final StubServer server = StubServer.start();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @AfterEach
    void stop() {
        server.close();
    }

    private Renewal renewal(Session session, Fetched.Lease... leases) {
        return new Renewal(session, List.of(leases), new PrintStream(said, true, StandardCharsets.UTF_8), 1000);
    }

    private Session session(boolean own, long seconds, String token) throws SettingsException {
        var client = new Client(Settings.from(Map.of("VAULT_ADDR", server.address(), "VAULT_MAX_RETRIES", "0", "VAULT_TOKEN", token)));
        return new Session(client, own, seconds, true, List.of());
    }

    private static Fetched.Lease lease(String id, long seconds) {
        return new Fetched.Lease(id, seconds, true);
    }

    private static Reply lives(long seconds) {
        return Reply.of(200, "{\"lease_id\":\"l\",\"lease_duration\":" + seconds + ",\"renewable\":true}");
    }

    @Test
    void a_lease_is_renewed_at_two_thirds_of_its_life_for_as_long_as_it_first_had() throws Exception {
        server.on("PUT /v1/sys/leases/renew", lives(90));
        var renewal = renewal(session(true, 0, "t"), lease("l", 90));
        assertThat(renewal.step(1000)).hasValue(1060);
        assertThat(server.asked()).isEmpty();
        assertThat(renewal.step(1060)).hasValue(1120);
        assertThat(server.asked().getFirst().body()).isEqualTo("{\"lease_id\":\"l\",\"increment\":90}");
        assertThat(said.size()).isZero();
    }

    @Test
    void what_cannot_be_prolonged_further_is_told_once() throws Exception {
        server.on("PUT /v1/sys/leases/renew", lives(90), lives(25));
        var renewal = renewal(session(true, 0, "t"), lease("l", 90));
        renewal.step(1060);
        assertThat(renewal.step(1120)).isEqualTo(OptionalLong.empty());
        assertThat(said.toString(StandardCharsets.UTF_8)).isEqualTo("watchword run: l cannot be renewed further; it ends in 25s\n");
    }

    @Test
    void a_refusal_is_told_and_a_server_that_is_away_is_asked_until_the_end() throws Exception {
        server.on("PUT /v1/sys/leases/renew", Reply.of(503, "{}"), Reply.of(503, "{}"),
                Reply.of(400, "{\"errors\":[\"lease not found\"]}"));
        var renewal = renewal(session(true, 0, "t"), lease("l", 90));
        assertThat(renewal.step(1060)).hasValue(1070);
        assertThat(renewal.step(1070)).hasValue(1076);
        assertThat(renewal.step(1076)).isEmpty();
        assertThat(said.toString(StandardCharsets.UTF_8))
                .isEqualTo("watchword run: l could not be renewed (400 lease not found); it ends in 14s\n");
    }

    @Test
    void a_lease_that_ended_while_nobody_answered_is_told() throws Exception {
        server.close();
        var renewal = renewal(session(true, 0, "t"), lease("l", 90));
        assertThat(renewal.step(1095)).isEmpty();
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("l has ended");
    }

    @Test
    void the_token_of_an_own_login_is_kept_alive() throws Exception {
        server.on("PUT /v1/auth/token/renew-self", 200, "{\"auth\":{\"client_token\":\"t\",\"lease_duration\":600,\"renewable\":true}}");
        var renewal = renewal(session(true, 600, "t"));
        assertThat(renewal.step(1000)).hasValue(1400);
        assertThat(renewal.step(1400)).hasValue(1800);
    }

    @Test
    void the_life_of_the_callers_token_is_asked_for_and_kept_when_it_can_be() throws Exception {
        server.on("GET /v1/auth/token/lookup-self", 200, "{\"data\":{\"ttl\":60,\"creation_ttl\":90,\"renewable\":true}}")
                .on("PUT /v1/auth/token/renew-self", 200, "{\"auth\":{\"client_token\":\"t\",\"lease_duration\":90,\"renewable\":true}}");
        var renewal = renewal(session(false, 0, "t"));
        assertThat(renewal.step(1000)).hasValue(1000 + Renewal.ASK_AFTER);
        assertThat(renewal.step(1020)).hasValue(1060);
        assertThat(renewal.step(1060)).hasValue(1120);
    }

    @Test
    void a_root_token_and_no_token_at_all_need_nothing() throws Exception {
        server.on("GET /v1/auth/token/lookup-self", 200, "{\"data\":{\"ttl\":0,\"renewable\":false}}");
        assertThat(renewal(session(false, 0, "t")).step(1020)).isEmpty();
        assertThat(renewal(session(false, 0, "")).step(1000)).isEmpty();
        assertThat(renewal(session(true, 0, "t"), new Fetched.Lease("l", 90, false)).step(2000)).isEmpty();
    }
}
