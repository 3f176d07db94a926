package watchword.engines.cert;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.mount.EngineCatalog;
import watchword.engines.ServerPlayer;
import watchword.engines.cert.Issued.Wish;
import watchword.engines.cert.Responder.Says;
import watchword.sdk.Outbound;
import watchword.sdk.Peer;
import watchword.sdk.Problem;

/** Logins by certificate: numbers 21 to 29, 54 and 56 of the vulnerability list; each refusal beside its legitimate twin. */
class CertMethodTest {
    private static final String LOGIN = "/v1/auth/cert/login";

    private final Map<String, Outbound> servers = new HashMap<>();
    private final AtomicInteger sent = new AtomicInteger();
    private ServerPlayer it = new ServerPlayer(EngineCatalog.builder().build());
    private Instant now = Instant.EPOCH;
    private Issued ca = Issued.authority("unset", Instant.EPOCH);

    @BeforeEach
    void mount() {
        it.close();
        it = new ServerPlayer(EngineCatalog.builder().auth("cert", (context, mount) -> new CertMethod(context, this::send)).build());
        it.asRoot("POST", "/v1/sys/auth/cert", Map.of("type", "cert"));
        now = it.clock().instant();
        ca = Issued.authority("clients", now);
        trust("ml", ca, Map.of());
    }

    @AfterEach
    void close() {
        it.close();
    }

    private Outbound.Answer send(Outbound.Ask ask) {
        sent.incrementAndGet();
        var server = servers.get(ask.to().getHost());
        if (server == null) throw new Problem.Upstream(ask.to().getHost() + ": no such host").asException();
        return server.send(ask);
    }

    private ServerPlayer.Received trust(String name, Issued certificate, Map<String, Object> more) {
        var all = new HashMap<String, Object>(Map.of("certificate", certificate.pem(), "token_policies", "trainer", "token_ttl", "10m"));
        all.putAll(more);
        return it.asRoot("POST", "/v1/auth/cert/certs/" + name, all);
    }

    private static Peer peer(Issued... chain) {
        return new Peer("127.0.0.1", 1, Arrays.stream(chain).map(Issued::der).toList());
    }

    private ServerPlayer.Received login(Issued... chain) {
        return it.ask("", "POST", LOGIN, Map.of(), peer(chain));
    }

    private ServerPlayer.Received loginAs(String name, Issued... chain) {
        return it.ask("", "POST", LOGIN, Map.of("name", name), peer(chain));
    }

    private Wish wish(String commonName) {
        return Wish.of("CN=" + commonName, now);
    }

    private Issued client(String commonName) {
        return ca.issue(wish(commonName));
    }

    private ServerPlayer.Received renew(String token, Issued... chain) {
        return it.ask(token, "POST", "/v1/auth/token/renew-self", Map.of(), peer(chain));
    }

    // ---- settings ----

    @Test
    void an_entry_is_read_as_it_was_written() {
        trust("ml", ca, Map.of("allowed_common_names", "a,b", "required_extensions", List.of("1.2.3:x*"), "ocsp_enabled", true, "lease", 300L));
        var data = it.asRoot("GET", "/v1/auth/cert/certs/ML", Map.of()).part("data").members();
        assertThat(data).containsEntry("certificate", ca.pem()).containsEntry("allowed_common_names", List.of("a", "b")).containsEntry("allowed_names", List.of()).containsEntry("display_name", "ml")
                .containsEntry("required_extensions", List.of("1.2.3:x*")).containsEntry("ocsp_enabled", true).containsEntry("ocsp_fail_open", false).containsEntry("ocsp_max_retries", 4L)
                .containsEntry("token_policies", List.of("trainer")).containsEntry("token_ttl", 600L);
        assertThat(it.asRoot("LIST", "/v1/auth/cert/certs", Map.of()).part("data").members()).containsEntry("keys", List.of("ml"));
        assertThat(it.asRoot("DELETE", "/v1/auth/cert/certs/ml", Map.of()).status()).isEqualTo(204);
        assertThat(it.asRoot("GET", "/v1/auth/cert/certs/ml", Map.of()).status()).isEqualTo(404);
        assertThat(login(client("a")).status()).isEqualTo(400);
    }

    @Test
    void settings_of_the_mount_have_their_defaults_and_change_one_by_one() {
        it.asRoot("POST", "/v1/auth/cert/config", Map.of("disable_binding", true));
        assertThat(it.asRoot("GET", "/v1/auth/cert/config", Map.of()).part("data").members()).isEqualTo(Map.of("disable_binding", true, "enable_identity_alias_metadata", false, "ocsp_cache_size", 100L, "role_cache_size", 200L));
    }

    @Test
    void what_cannot_be_meant_is_refused() {
        assertThat(it.asRoot("POST", "/v1/auth/cert/certs/x", Map.of("certificate", "none")).error()).isEqualTo("failed to parse certificate");
        assertThat(trust("x", Issued.self(wish("s").onlyFor(KeyPurposeId.id_kp_serverAuth)), Map.of()).error()).contains("client authentication");
        assertThat(trust("x", ca, Map.of("required_extensions", "1.2.3")).status()).isEqualTo(400);
        assertThat(trust("x", ca, Map.of("token_policies", "ROOT")).status()).isEqualTo(400);
        assertThat(it.asRoot("POST", "/v1/auth/cert/crls/x", Map.of()).error()).isEqualTo("one of 'crl' or 'url' must be provided");
    }

    // ---- logins ----

    @Test
    void what_an_authority_has_issued_logs_in() {
        var ada = ca.issue(wish("ada").saying("1.2.3.4", "lab"));
        trust("ml", ca, Map.of("allowed_metadata_extensions", "1.2.3.4"));
        var auth = login(ada).part("auth");
        assertThat(auth.members()).containsEntry("token_policies", List.of("default", "trainer")).containsEntry("lease_duration", 600L);
        assertThat(auth.at("metadata").members()).containsEntry("cert_name", "ml").containsEntry("common_name", "ada").containsEntry("1-2-3-4", "lab")
                .containsEntry("serial_number", ada.certificate().getSerialNumber().toString());
        assertThat(auth.at("metadata").text("subject_key_id")).matches("([0-9a-f]{2}:){19}[0-9a-f]{2}");
        assertThat(it.ask(auth.text("client_token"), "GET", "/v1/auth/token/lookup-self", Map.of()).part("data").text("display_name")).isEqualTo("cert-ml");
    }

    @Test
    void without_a_certificate_or_with_a_strangers_nobody_logs_in_whatever_the_name() {
        assertThat(login().error()).isEqualTo("client certificate must be supplied");
        var stranger = Issued.authority("clients", now).issue(wish("ada"));
        assertThat(login(stranger).error()).isEqualTo("invalid certificate or no client certificate supplied");
        assertThat(loginAs("ml", stranger).body()).isEqualTo(loginAs("nobody", client("ada")).body());
        assertThat(it.ask("", "POST", LOGIN, Map.of(), new Peer("127.0.0.1", 1, List.of(new byte[] {1, 2}))).status()).isEqualTo(400);
        assertThat(login(client("ada")).status()).isEqualTo(200);
    }

    @Test
    void each_constraint_of_an_entry_refuses() {
        var fits = ca.issue(Wish.of("CN=ada,OU=ml,OU=lab", now).names(GeneralName.dNSName, "ada.lab.test").saying("1.2.3.4", "stage=test"));
        var mail = ca.issue(wish("bob").names(GeneralName.rfc822Name, "bob@lab.test"));
        var uri = ca.issue(wish("job").names(GeneralName.uniformResourceIdentifier, "spiffe://lab/ns/ml/job"));
        var rows = List.<Object[]>of(
                new Object[] {fits, "allowed_names", "*.lab.test", "*.prod.test"},
                new Object[] {mail, "allowed_names", "*@lab.test", "*@prod.test"},
                new Object[] {fits, "allowed_common_names", "a*a", "Ada"},
                new Object[] {fits, "allowed_dns_sans", "*.lab.test", "ada"},
                new Object[] {mail, "allowed_email_sans", "bob@*", "bob"},
                new Object[] {uri, "allowed_uri_sans", "spiffe://lab/ns/ml/*", "spiffe://lab/ns/prod/*"},
                new Object[] {fits, "allowed_organizational_units", "lab", "prod"},
                new Object[] {fits, "required_extensions", "1.2.3.4:stage=*", "1.2.3.4:stage=prod"},
                new Object[] {fits, "required_extensions", "hex:1.2.3.4:0c0a*", "hex:1.2.3.4:0c0b*"},
                new Object[] {fits, "required_extensions", "1.2.3.4:*", "1.2.3.5:*"},
                new Object[] {fits, "token_bound_cidrs", "127.0.0.0/8", "10.0.0.0/8"});
        for (var row : rows) {
            trust("one", ca, Map.of((String) row[1], row[2]));
            assertThat(loginAs("one", (Issued) row[0]).status()).as(row[1] + " " + row[2]).isEqualTo(200);
            it.asRoot("POST", "/v1/auth/cert/certs/one", Map.of((String) row[1], row[3]));
            assertThat(loginAs("one", (Issued) row[0]).status()).as(row[1] + " " + row[3]).isGreaterThanOrEqualTo(400);
            it.asRoot("DELETE", "/v1/auth/cert/certs/one", Map.of());
        }
    }

    /** 28: a common name alone is nobody where names are asked for, and another mount's authority is a stranger here. */
    @Test
    void a_common_name_stands_for_nobody_by_itself() {
        trust("ml", ca, Map.of("allowed_dns_sans", "ada.test"));
        assertThat(login(ca.issue(wish("ada.test").names(GeneralName.dNSName, "eve.test"))).status()).isEqualTo(400);
        assertThat(login(ca.issue(wish("eve").names(GeneralName.dNSName, "ada.test"))).status()).isEqualTo(200);

        it.asRoot("POST", "/v1/sys/auth/other", Map.of("type", "cert"));
        var others = Issued.authority("others", now);
        it.asRoot("POST", "/v1/auth/other/certs/all", Map.of("certificate", others.pem()));
        assertThat(login(others.issue(wish("root").names(GeneralName.dNSName, "ada.test"))).status()).isEqualTo(400);
    }

    /** As the field has it; nobody gets past what is asked of somebody. */
    @Test
    void a_certificate_without_a_common_name_logs_in_nobody() {
        for (var subject : List.of("O=lab", "CN=,O=lab", "CN= ")) assertThat(login(ca.issue(Wish.of(subject, now))).error()).as(subject).isEqualTo("missing name in alias");
        assertThat(login(ca.issue(Wish.of("O=lab,CN=ada", now))).status()).isEqualTo(200);
    }

    /** As the field's tools make self-signed certificates: whoever has an authority's key is whom it names. */
    @Test
    void an_authority_stands_for_itself_too_while_it_is_current() {
        assertThat(login(ca).status()).isEqualTo(200);
        assertThat(login(Issued.authority("clients", now)).status()).as("its namesake").isEqualTo(400);
        it.clock().advance(Duration.ofDays(20_000));
        assertThat(login(ca).status()).isEqualTo(400);
    }

    // ---- one certificate by itself ----

    /** 21: a twin with the same names, number and key ids, but another key. */
    @Test
    void a_certificate_that_is_trusted_by_itself_is_that_one_bit_for_bit() {
        var serial = BigInteger.valueOf(77);
        var pinned = Issued.self(wish("ada").serial(serial));
        it.asRoot("DELETE", "/v1/auth/cert/certs/ml", Map.of());
        trust("ada", pinned, Map.of());
        assertThat(login(pinned).status()).isEqualTo(200);
        assertThat(login(Issued.self(wish("ada").serial(serial))).status()).isEqualTo(400);
        var sameKey = new Issued(pinned.certificate(), pinned.keys());
        assertThat(login(sameKey.issue(wish("ada").serial(serial))).status()).as("issued by it").isEqualTo(400);
    }

    /** 22: the pinned key in a certificate with another name. */
    @Test
    void the_key_of_a_trusted_certificate_is_not_enough() {
        var pinned = Issued.self(wish("ada"));
        trust("ada", pinned, Map.of());
        var admin = new Issued(pinned.certificate(), pinned.keys()).issue(wish("admin"), pinned.keys());
        assertThat(loginAs("ada", admin).status()).isEqualTo(400);
        assertThat(loginAs("ada", pinned).part("auth").at("metadata").text("common_name")).isEqualTo("ada");
    }

    /** 26 */
    @Test
    void a_certificate_counts_only_in_its_time_also_when_a_token_is_renewed() {
        var pinned = Issued.self(wish("ada").valid(now.minusSeconds(10), now.plus(Duration.ofMinutes(5))));
        trust("ada", pinned, Map.of());
        var token = loginAs("ada", pinned).token();
        assertThat(renew(token, pinned).status()).isEqualTo(200);
        it.clock().advance(Duration.ofMinutes(6));
        assertThat(loginAs("ada", pinned).status()).isEqualTo(400);
        assertThat(renew(token, pinned).status()).isEqualTo(403);
        trust("later", Issued.self(wish("later").valid(now.plus(Duration.ofDays(1)), now.plus(Duration.ofDays(2)))), Map.of());
        var later = Issued.self(wish("later").valid(now.plus(Duration.ofDays(1)), now.plus(Duration.ofDays(2))));
        trust("later", later, Map.of());
        assertThat(loginAs("later", later).status()).isEqualTo(400);
        var short_ = ca.issue(wish("ada").valid(now.minusSeconds(10), now.plusSeconds(10)));
        assertThat(loginAs("ml", short_).status()).isEqualTo(400);
    }

    // ---- chains ----

    /** 29 */
    @Test
    void a_chain_goes_through_authorities_alone_and_within_what_they_may() {
        var good = ca.issue(Wish.of("CN=between", now).authority(0));
        assertThat(login(good.issue(wish("ada")), good).status()).as("the twin").isEqualTo(200);

        var noAuthority = client("mallory");
        assertThat(login(noAuthority.issue(wish("ada")), noAuthority).status()).as("a client's certificate used as an authority's").isEqualTo(400);
        var noUse = ca.issue(Wish.of("CN=no-use", now).authority(0).mayNotCertify());
        assertThat(login(noUse.issue(wish("ada")), noUse).status()).as("an authority that may not certify").isEqualTo(400);
        var deeper = good.issue(Wish.of("CN=deeper", now).authority(0));
        assertThat(login(deeper.issue(wish("ada")), deeper, good).status()).as("deeper than it may go").isEqualTo(400);
        var expired = ca.issue(Wish.of("CN=expired", now).authority(0).valid(now.minusSeconds(20), now.minusSeconds(10)));
        assertThat(login(expired.issue(wish("ada")), expired).status()).isEqualTo(400);
        var named = ca.issue(Wish.of("CN=named", now).authority(0).onlyBelow("lab.test"));
        assertThat(login(named.issue(wish("ada").names(GeneralName.dNSName, "ada.lab.test")), named).status()).isEqualTo(200);
        assertThat(login(named.issue(wish("ada").names(GeneralName.dNSName, "ada.prod.test")), named).status()).isEqualTo(400);
        var server = ca.issue(wish("ada").onlyFor(KeyPurposeId.id_kp_serverAuth));
        assertThat(login(server).status()).as("a server's certificate").isEqualTo(400);
        assertThat(login(ca.issue(wish("ada").onlyFor(KeyPurposeId.id_kp_clientAuth))).status()).isEqualTo(200);
    }

    /** 29, for the authority that is trusted itself. */
    @Test
    void what_a_trusted_authority_says_of_itself_holds_too() {
        var flat = Issued.self(Wish.of("CN=flat", now).authority(0));
        trust("flat", flat, Map.of());
        var between = flat.issue(Wish.of("CN=between", now).authority(0));
        assertThat(loginAs("flat", flat.issue(wish("ada"))).status()).isEqualTo(200);
        assertThat(loginAs("flat", between.issue(wish("ada")), between).status()).isEqualTo(400);

        var named = Issued.self(Wish.of("CN=named", now).authority(-1).onlyBelow("lab.test"));
        trust("named", named, Map.of());
        assertThat(loginAs("named", named.issue(wish("ada").names(GeneralName.dNSName, "ada.lab.test"))).status()).isEqualTo(200);
        assertThat(loginAs("named", named.issue(wish("ada").names(GeneralName.dNSName, "ada.prod.test"))).status()).isEqualTo(400);

        var noUse = Issued.self(Wish.of("CN=no-use", now).authority(-1).mayNotCertify());
        trust("no-use", noUse, Map.of());
        assertThat(loginAs("no-use", noUse.issue(wish("ada"))).status()).isEqualTo(400);

        var ending = Issued.self(Wish.of("CN=ending", now).authority(-1).valid(now.minusSeconds(5), now.plus(Duration.ofHours(1))));
        trust("ending", ending, Map.of());
        var ada = ending.issue(wish("ada"));
        assertThat(loginAs("ending", ada).status()).isEqualTo(200);
        it.clock().advance(Duration.ofHours(2));
        assertThat(loginAs("ending", ada).status()).isEqualTo(400);
    }

    /** 27: trust is asked of the store at each login, whatever the TLS session remembers. */
    @Test
    void an_authority_that_is_trusted_no_more_lets_nobody_in_on_a_connection_that_stands() {
        var ada = client("ada");
        var connection = peer(ada);
        var token = it.ask("", "POST", LOGIN, Map.of(), connection).token();
        it.asRoot("DELETE", "/v1/auth/cert/certs/ml", Map.of());
        assertThat(it.ask("", "POST", LOGIN, Map.of(), connection).status()).isEqualTo(400);
        assertThat(it.ask(token, "POST", "/v1/auth/token/renew-self", Map.of(), connection).status()).isEqualTo(403);
    }

    /** 56: nobody makes us work with a key of any size. */
    @Test
    void a_key_that_is_too_large_is_refused_before_any_signature_is_looked_at() throws GeneralSecurityException {
        for (var key : List.of(rsa(8193, 65537), rsa(2048, (1L << 40) + 1))) {
            var heavy = ca.issue(wish("heavy"), new KeyPair(key, ca.keys().getPrivate()));
            long start = System.nanoTime();
            assertThat(login(heavy).status()).isEqualTo(400);
            assertThat(login(client("ada"), heavy).status()).isEqualTo(400);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
            assertThat(trust("heavy", heavy, Map.of()).status()).isEqualTo(400);
        }
        assertThat(login(ca.issue(wish("ada"), new KeyPair(rsa(4096, 65537), ca.keys().getPrivate()))).status()).as("the twin").isEqualTo(200);
    }

    private static PublicKey rsa(int bits, long exponent) throws GeneralSecurityException {
        return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(BigInteger.ONE.shiftLeft(bits - 1).add(BigInteger.ONE), BigInteger.valueOf(exponent)));
    }

    // ---- renewal ----

    /** 23 */
    @Test
    void a_token_is_renewed_with_the_certificate_it_was_given_for_and_no_other() {
        var ada = client("ada");
        var token = login(ada).token();
        assertThat(renew(token, ada).status()).isEqualTo(200);
        assertThat(renew(token, client("ada")).status()).as("a sibling").isEqualTo(403);
        assertThat(renew(token).status()).as("none").isEqualTo(403);
        assertThat(renew(token, ca.issue(wish("ada"), ada.keys())).status()).as("the same key in another").isEqualTo(403);
        trust("ml", ca, Map.of("allowed_common_names", "bob"));
        assertThat(renew(token, ada).status()).as("one that would not log in any more").isEqualTo(403);
        trust("ml", ca, Map.of("allowed_common_names", "ada", "token_policies", "other"));
        assertThat(renew(token, ada).error()).isEqualTo("policies have changed, not renewing");
        trust("ml", ca, Map.of());
        assertThat(renew(token, ada).status()).isEqualTo(200);
    }

    @Test
    void where_the_operator_says_so_a_token_is_renewed_without_its_certificate() {
        var token = login(client("ada")).token();
        it.asRoot("POST", "/v1/auth/cert/config", Map.of("disable_binding", true));
        assertThat(renew(token).status()).isEqualTo(200);
        it.asRoot("DELETE", "/v1/auth/cert/certs/ml", Map.of());
        assertThat(renew(token).status()).isEqualTo(403);
    }

    // ---- revocation lists ----

    private ServerPlayer.Received crl(byte[] list) {
        return it.asRoot("POST", "/v1/auth/cert/crls/clients", Map.of("crl", Issued.pem("X509 CRL", list)));
    }

    @Test
    void who_is_on_a_list_is_refused_and_anybody_else_is_not() {
        var ada = client("ada");
        var bob = client("bob");
        var token = login(ada).token();
        assertThat(crl(ca.crl(now, now.plusSeconds(60), ada)).status()).isEqualTo(204);
        assertThat(login(ada).status()).isEqualTo(400);
        assertThat(renew(token, ada).status()).isEqualTo(403);
        assertThat(login(bob).status()).isEqualTo(200);
        assertThat(it.asRoot("GET", "/v1/auth/cert/crls/clients", Map.of()).part("data").at("serials").members()).containsOnlyKeys(ada.certificate().getSerialNumber().toString());
        assertThat(it.asRoot("LIST", "/v1/auth/cert/crls", Map.of()).part("data").texts("keys")).containsExactly("clients");
        it.clock().advance(Duration.ofDays(2));
        assertThat(login(ada).status()).as("a list that was handed in holds until it is replaced").isEqualTo(400);
        assertThat(it.asRoot("DELETE", "/v1/auth/cert/crls/clients", Map.of()).status()).isEqualTo(204);
        assertThat(login(ada).status()).isEqualTo(200);
        assertThat(it.asRoot("DELETE", "/v1/auth/cert/crls/clients", Map.of()).error()).contains("no such CRL");
        assertThat(crl(new byte[] {1}).error()).isEqualTo("failed to parse CRL");
    }

    @Test
    void an_authority_between_can_be_revoked_and_a_chain_around_it_still_counts() {
        var keys = Issued.newKeys();
        var old = ca.issue(Wish.of("CN=between", now).authority(0), keys);
        var renewed = ca.issue(Wish.of("CN=between", now).authority(0), keys);
        var ada = old.issue(wish("ada"));
        crl(ca.crl(now, now.plusSeconds(60), old));
        assertThat(login(ada, old).status()).isEqualTo(400);
        assertThat(login(ada, old, renewed).status()).isEqualTo(200);
    }

    /** 24: the first login after a start is judged by the lists too; a list that has run out and cannot be had lets nobody in. */
    @Test
    void a_list_that_is_fetched_holds_from_the_first_login_and_is_fetched_again_when_it_has_run_out() {
        var ada = client("ada");
        var lists = new HashMap<String, byte[]>(Map.of("list", ca.crl(now, now.plusSeconds(300), ada)));
        servers.put("crl.test", ask -> new Outbound.Answer(200, Map.of(), java.util.Objects.requireNonNull(lists.get("list"))));
        assertThat(it.asRoot("POST", "/v1/auth/cert/crls/clients", Map.of("url", "http://crl.test/ca.crl")).status()).isEqualTo(204);
        it.asRoot("POST", "/v1/sys/auth/cert/tune", Map.of("options", Map.of("made", "anew")));
        assertThat(login(ada).status()).isEqualTo(400);
        assertThat(login(client("bob")).status()).isEqualTo(200);
        assertThat(sent).hasValue(1);

        it.clock().advance(Duration.ofMinutes(6));
        servers.clear();
        assertThat(login(client("bob")).status()).as("the list's host is down").isEqualTo(502);
        assertThat(login(client("bob")).status()).isEqualTo(502);
        assertThat(sent).as("it is not asked by every login").hasValue(2);
        it.clock().advance(Duration.ofSeconds(11));
        lists.put("list", ca.crl(it.clock().instant(), it.clock().instant().plusSeconds(300)));
        servers.put("crl.test", ask -> new Outbound.Answer(200, Map.of(), lists.get("list")));
        assertThat(login(ada).status()).isEqualTo(200);
        assertThat(it.asRoot("GET", "/v1/auth/cert/crls/clients", Map.of()).part("data").at("cdp").text("url")).isEqualTo("http://crl.test/ca.crl");
    }

    @Test
    void a_list_that_comes_without_tls_must_be_signed_and_never_goes_back_in_time() {
        var ada = client("ada");
        var lists = new HashMap<String, byte[]>();
        servers.put("crl.test", ask -> new Outbound.Answer(200, Map.of(), java.util.Objects.requireNonNull(lists.get("list"))));
        lists.put("list", Issued.authority("clients", now).crl(now, now.plusSeconds(300)));
        assertThat(it.asRoot("POST", "/v1/auth/cert/crls/clients", Map.of("url", "http://crl.test/ca.crl")).status()).isEqualTo(400);
        var before = ca.crl(now.minusSeconds(100), now.plusSeconds(900));
        lists.put("list", ca.crl(now, now.plusSeconds(300), ada));
        assertThat(it.asRoot("POST", "/v1/auth/cert/crls/clients", Map.of("url", "http://crl.test/ca.crl")).status()).isEqualTo(204);
        it.clock().advance(Duration.ofSeconds(301));
        lists.put("list", before);
        assertThat(login(ada).status()).as("the list of before she was revoked").isEqualTo(502);
    }

    // ---- OCSP ----

    private void ocsp(Issued client, Map<String, Object> more) {
        var all = new HashMap<String, Object>(Map.of("ocsp_enabled", true, "ocsp_max_retries", 0));
        all.putAll(more);
        trust("ml", ca, all);
        assertThat(client).isNotNull();
    }

    private ServerPlayer.Received answered(Issued client, Responder responder) {
        servers.put("ocsp.test", responder);
        return login(client);
    }

    /** 25 */
    @Test
    void an_answer_counts_if_it_is_the_issuers_current_and_about_this_certificate() {
        var ada = ca.issue(wish("ada").answeredBy("http://ocsp.test/"));
        ocsp(ada, Map.of());
        var good = Responder.of(ca, Says.GOOD, now);
        assertThat(answered(ada, good).status()).isEqualTo(200);
        assertThat(answered(ada, Responder.of(ca, Says.REVOKED, now)).status()).isEqualTo(400);
        assertThat(answered(ada, Responder.of(ca, Says.UNKNOWN, now)).status()).isEqualTo(400);
        assertThat(answered(ada, Responder.of(ca, Says.NOTHING, now)).status()).isEqualTo(400);
        assertThat(answered(ada, good.signedBy(Issued.authority("clients", now))).status()).as("another's key").isEqualTo(400);
        assertThat(answered(ada, good.signedBy(client("mallory"))).status()).as("a client of the same authority").isEqualTo(400);
        assertThat(answered(ada, good.from(now.minusSeconds(900), now.minusSeconds(300))).status()).as("run out").isEqualTo(400);
        assertThat(answered(ada, good.from(now.plusSeconds(300), now.plusSeconds(900))).status()).as("from the future").isEqualTo(400);
        assertThat(answered(ada, good.aboutAnother()).status()).as("another's number").isEqualTo(400);
        assertThat(answered(ada, good.replayed()).status()).as("the answer to another question").isEqualTo(400);
        var delegate = ca.issue(wish("ocsp").onlyFor(KeyPurposeId.id_kp_OCSPSigning));
        assertThat(answered(ada, good.signedBy(delegate)).status()).as("whom the issuer has named").isEqualTo(200);
        ocsp(ada, Map.of("ocsp_this_update_max_age", "30s"));
        assertThat(answered(ada, good).status()).as("older than the operator takes").isEqualTo(400);
    }

    /** 25, with several servers. */
    @Test
    void of_several_servers_one_that_says_revoked_ends_it() {
        var ada = client("ada");
        servers.put("one.test", Responder.of(ca, Says.GOOD, now));
        servers.put("two.test", Responder.of(ca, Says.REVOKED, now));
        servers.put("lost.test", Responder.of(ca, Says.NOTHING, now));
        var both = List.of("http://one.test/", "http://two.test/");
        ocsp(ada, Map.of("ocsp_servers_override", both, "ocsp_query_all_servers", true));
        assertThat(login(ada).status()).isEqualTo(400);
        ocsp(ada, Map.of("ocsp_servers_override", List.of("http://one.test/", "http://lost.test/"), "ocsp_query_all_servers", true));
        assertThat(login(ada).status()).isEqualTo(400);
        ocsp(ada, Map.of("ocsp_servers_override", List.of("http://lost.test/", "http://one.test/"), "ocsp_query_all_servers", false));
        assertThat(login(ada).status()).isEqualTo(200);
        ocsp(ada, Map.of("ocsp_servers_override", List.of("http://lost.test/", "http://two.test/"), "ocsp_query_all_servers", false, "ocsp_fail_open", true));
        assertThat(login(ada).status()).isEqualTo(400);
        ocsp(ada, Map.of("ocsp_servers_override", List.of("http://lost.test/"), "ocsp_fail_open", true));
        assertThat(login(ada).status()).as("where the operator says so").isEqualTo(200);
    }

    @Test
    void a_certificate_trusted_by_itself_is_asked_about_where_its_issuer_is_known() {
        var ada = ca.issue(wish("ada").answeredBy("http://ocsp.test/"));
        it.asRoot("DELETE", "/v1/auth/cert/certs/ml", Map.of());
        servers.put("ocsp.test", Responder.of(ca, Says.GOOD, now));
        trust("ada", ada, Map.of("ocsp_enabled", true, "ocsp_ca_certificates", ca.pem()));
        assertThat(login(ada).status()).isEqualTo(200);
        servers.put("ocsp.test", Responder.of(ca, Says.REVOKED, now));
        assertThat(login(ada).status()).isEqualTo(400);
        trust("ada", ada, Map.of("ocsp_enabled", true, "ocsp_ca_certificates", ""));
        assertThat(login(ada).status()).as("nobody can be asked").isEqualTo(400);
    }
}
