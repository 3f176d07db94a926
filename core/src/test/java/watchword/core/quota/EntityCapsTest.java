package watchword.core.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.ToyEngine;
import watchword.core.mount.EngineCatalog;
import watchword.core.token.PinMethod;
import watchword.sdk.Event;

/** A job that asks in a loop stops itself, and what an entity got goes with it. */
class EntityCapsTest {
    private final TestServer it = TestServer.start(EngineCatalog.builder().engine("toy", (_, _) -> new ToyEngine()).auth("pin", (_, _) -> new PinMethod()).build(), new EntityCaps(5, 4));

    @BeforeEach
    void given_a_toy_and_two_who_log_in() {
        ToyEngine.ALIVE.clear();
        ToyEngine.STUCK.clear();
        it.write(it.root, "sys/mounts/toy", "type", "toy");
        it.write(it.root, "sys/auth/pin", "type", "pin");
        it.policy("toys", "path \"toy/*\" { capabilities = [\"read\"] }");
        for (var user : List.of("ada", "bob")) it.write(it.root, "auth/pin/user/" + user, "pin", "7", "token_policies", "toys", "token_ttl", "30m");
    }

    @AfterEach
    void close() {
        it.close();
    }

    private TestServer.Answered login(String user) {
        it.clock.advance(Duration.ofMillis(20));
        return it.write("", "auth/pin/login/" + user, "pin", "7");
    }

    private String entity(TestServer.Answered login) {
        return String.valueOf(login.part("auth").get("entity_id"));
    }

    @Test
    void an_entity_has_no_more_tokens_than_its_cap() {
        for (int i = 0; i < 5; i++) assertThat(login("ada").status()).isEqualTo(200);
        var sixth = login("ada");
        assertThat(sixth.status()).isEqualTo(429);
        assertThat(sixth.errors().toString()).contains("5 live tokens").contains("entity_max_tokens");
        assertThat(login("bob").status()).isEqualTo(200);
        it.clock.advance(Duration.ofMinutes(31));
        it.server.runDue();
        assertThat(login("ada").status()).isEqualTo(200);
    }

    @Test
    void an_entity_has_no_more_leases_than_its_cap() {
        var ada = login("ada").token();
        var bob = login("bob").token();
        for (int i = 0; i < 4; i++) assertThat(it.read(ada, "toy/" + (i % 2 == 0 ? "creds/r" : "made/r") + i).status()).isEqualTo(200);
        for (var path : List.of("toy/made/x", "toy/creds/x")) {
            var fifth = it.read(ada, path);
            assertThat(fifth.status()).isEqualTo(429);
            assertThat(fifth.errors().toString()).contains("4 live leases").contains("entity_max_leases");
            if (path.contains("made")) assertThat(ToyEngine.ALIVE).as("refused before anything is made").hasSize(4);
        }
        assertThat(it.read(bob, "toy/creds/x").status()).isEqualTo(200);
        it.clock.advance(Duration.ofMinutes(11));
        it.server.runDue();
        assertThat(it.read(ada, "toy/made/x").status()).isEqualTo(200);
    }

    @Test
    void who_comes_near_a_cap_is_told_of_once_on_the_way_up() {
        var uses = new EntityUse(new EntityCaps(5, 0));
        var told = new java.util.ArrayList<Event>();
        for (int i = 0; i < 5; i++) {
            it.storage.update(store -> uses.addToken(store, "e1"));
            told.addAll(it.storage.<List<Event>>read(store -> uses.nearing(store, "e1", true)));
        }
        assertThat(told).singleElement().satisfies(event -> {
            assertThat(event.type()).isEqualTo("lease/near-cap");
            assertThat(event.details()).containsEntry("entity_id", "e1").containsEntry("kind", "tokens").containsEntry("live", "4").containsEntry("cap", "5");
        });
    }

    @Test
    void the_count_of_an_entity_without_anything_leaves_no_row() {
        var login = login("ada");
        it.read(login.token(), "toy/creds/x");
        it.write(login.token(), "auth/token/revoke-self");
        it.write(it.root, "auth/token/revoke", "token", login.token());
        it.server.runDue();
        assertThat(it.storage.<List<?>>read(store -> store.scan("core/entity-use/", "", 10))).isEmpty();
        assertThat(it.storage.<List<?>>read(store -> store.scan("core/token/entity/", "", 10))).isEmpty();
    }

    /** Number 47 of the vulnerability list, for what was got by tokens. */
    @Test
    void a_deleted_entity_takes_along_what_it_got() {
        var login = login("ada");
        it.read(login.token(), "toy/creds/x");
        assertThat(it.delete(it.root, "identity/entity/id/" + entity(login)).status()).isEqualTo(204);
        assertThat(it.read(login.token(), "auth/token/lookup-self").status()).isEqualTo(403);
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(it.write(it.root, "auth/token/lookup-accessor", "accessor", String.valueOf(login.part("auth").get("accessor"))).status()).isEqualTo(400);
    }

    /** The same: a token can be used again, what it got cannot. */
    @Test
    void a_disabled_entity_loses_what_it_got_and_keeps_its_tokens() {
        var login = login("ada");
        it.read(login.token(), "toy/creds/x");
        it.write(it.root, "identity/entity/id/" + entity(login), "disabled", true);
        assertThat(it.read(login.token(), "auth/token/lookup-self").status()).isEqualTo(403);
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
        it.write(it.root, "identity/entity/id/" + entity(login), "disabled", false);
        assertThat(it.read(login.token(), "auth/token/lookup-self").status()).isEqualTo(200);
    }
}
