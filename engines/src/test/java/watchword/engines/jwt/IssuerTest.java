package watchword.engines.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import watchword.testkit.Property;
import watchword.testkit.TokenSigner;

/** Keys of issuers: fetched when needed, kept while they may be, and never mixed up (number 48). */
final class IssuerTest {
    private final World it = new World().trusting().role(Map.of());
    private final TokenSigner next = TokenSigner.of("key-2", "ES256");

    @AfterEach
    void close() {
        it.close();
    }

    @Test
    void keys_are_fetched_once_for_many_logins_and_again_after_a_while() {
        long before = it.web.asked(World.KEYS);
        for (int i = 0; i < 20; i++) assertThat(it.login(it.token()).status()).isEqualTo(200);
        assertThat(it.web.asked(World.KEYS) - before).isEqualTo(1);
        it.advance(Issuer.FRESH);
        assertThat(it.login(it.token()).status()).isEqualTo(200);
        assertThat(it.web.asked(World.KEYS) - before).isEqualTo(2);
    }

    @Test
    void a_new_key_is_found_at_once_and_an_old_one_withdrawn_within_minutes() {
        assertThat(it.login(it.token()).status()).isEqualTo(200);
        it.web.page(World.KEYS, TokenSigner.jwks(next));
        it.advance(Issuer.PAUSE);
        assertThat(it.login(next.sign(it.claims())).status()).isEqualTo(200);
        assertThat(it.login(it.token()).status()).isEqualTo(400);
    }

    @Test
    void forged_tokens_do_not_make_the_server_ask_again_and_again() {
        assertThat(it.login(it.token()).status()).isEqualTo(200);
        it.advance(Issuer.PAUSE);
        long before = it.web.asked(World.KEYS);
        for (int i = 0; i < 200; i++) assertThat(it.login(next.sign("{\"alg\":\"ES256\",\"kid\":\"made-up-" + i + "\"}", it.claims())).status()).isEqualTo(400);
        assertThat(it.web.asked(World.KEYS) - before).isEqualTo(1);
        assertThat(it.login(it.token()).status()).as("who has a right token is not kept out").isEqualTo(200);
    }

    @Test
    void an_issuer_that_is_down_keeps_nobody_out_for_an_hour_and_then_everybody() {
        assertThat(it.login(it.token()).status()).isEqualTo(200);
        it.web.down(World.KEYS);
        it.advance(Issuer.STALE.minusSeconds(1));
        long before = it.web.asked(World.KEYS);
        for (int i = 0; i < 10; i++) assertThat(it.login(it.token()).status()).isEqualTo(200);
        assertThat(it.web.asked(World.KEYS) - before).as("a silent issuer is not waited for by each").isEqualTo(1);
        it.advance(Duration.ofSeconds(1));
        var out = it.login(it.token());
        assertThat(out.status()).isEqualTo(502);
        assertThat(out.error()).isEqualTo("the keys of the issuer cannot be fetched: issuer: connection refused");
        it.web.page(World.KEYS, TokenSigner.jwks(it.signer));
        it.advance(Issuer.PAUSE);
        assertThat(it.login(it.token()).status()).isEqualTo(200);
    }

    @Test
    void what_is_no_key_set_replaces_none() {
        assertThat(it.login(it.token()).status()).isEqualTo(200);
        for (var broken : List.of("", "<html>", "{}", "{\"keys\":{}}", "[]")) {
            it.web.page(World.KEYS, broken);
            it.advance(Issuer.FRESH);
            assertThat(it.login(it.token()).status()).as(broken).isEqualTo(200);
        }
    }

    @Test
    void several_issuers_are_believed_each_by_its_own_keys() {
        it.web.page("https://second.example/keys", TokenSigner.jwks(next));
        World.expect(204, it.config(Map.of("jwks_pairs", List.of(Map.of("jwks_url", World.KEYS), Map.of("jwks_url", "https://second.example/keys", "jwks_ca_pem", "")))));
        assertThat(it.login(it.token()).status()).isEqualTo(200);
        assertThat(it.login(next.sign(it.claims())).status()).isEqualTo(200);
        assertThat(it.login(TokenSigner.of("key-2", "ES256").sign(it.claims())).status()).isEqualTo(400);
        it.web.down("https://second.example/keys");
        it.advance(Issuer.STALE);
        assertThat(it.login(it.token()).status()).as("one that is down takes only its own tokens along").isEqualTo(200);
        assertThat(it.login(next.sign(it.claims())).status()).isEqualTo(502);
    }

    @Test
    void a_configuration_that_is_replaced_takes_its_keys_along() {
        assertThat(it.login(it.token()).status()).isEqualTo(200);
        it.web.page("https://second.example/keys", TokenSigner.jwks(next));
        World.expect(204, it.config(Map.of("jwks_url", "https://second.example/keys")));
        assertThat(it.login(it.token()).status()).isEqualTo(400);
        assertThat(it.login(next.sign(it.claims())).status()).isEqualTo(200);
    }

    @Test
    void discovery_is_of_the_issuer_that_was_named_and_as_protected() {
        var page = World.ISSUER + "/.well-known/openid-configuration";
        for (var wrong : List.of("{}", "{\"issuer\":\"https://other.example\",\"jwks_uri\":\"" + World.KEYS + "\"}", "{\"issuer\":\"" + World.ISSUER + "\"}",
                "{\"issuer\":\"" + World.ISSUER + "\",\"jwks_uri\":\"http://issuer.example/keys\"}", "{\"issuer\":\"" + World.ISSUER + "\",\"jwks_uri\":\"" + World.KEYS + "\",\"token_endpoint\":\"http://issuer.example/token\"}")) {
            it.web.page(page, wrong);
            assertThat(it.config(Map.of("oidc_discovery_url", World.ISSUER)).error()).as(wrong).startsWith("error checking oidc discovery URL");
        }
        it.web.page(page, "{\"issuer\":\"" + World.ISSUER + "\",\"jwks_uri\":\"" + World.KEYS + "\"}");
        World.expect(204, it.config(Map.of("oidc_discovery_url", World.ISSUER)));
        assertThat(it.login(it.token()).status()).isEqualTo(200);
        assertThat(it.config(Map.of("oidc_discovery_url", page)).error()).isEqualTo("'oidc_discovery_url' contains '.well-known' component");
    }

    /** Number 48: two places that differ in anything are two, with whatever in their texts. */
    @Test
    void no_two_places_share_their_keys() {
        Property.holds(2_000, random -> {
            var texts = List.of("", "a", "b", "a|b", "|", "a\u0000b", "\u0000", "true", "a,b", "/", "a/b", "b/", "\n");
            var seen = new HashSet<List<Object>>();
            var places = new HashSet<Issuer.Place>();
            for (int i = 0; i < 20; i++) {
                boolean discovered = random.nextBoolean();
                var url = texts.get(random.nextInt(texts.size())) + texts.get(random.nextInt(texts.size()));
                var ca = texts.get(random.nextInt(texts.size())) + texts.get(random.nextInt(texts.size()));
                seen.add(List.of(discovered, url, ca));
                places.add(new Issuer.Place(discovered, url, ca));
            }
            assertThat(places).hasSameSizeAs(seen);
        });
    }
}
