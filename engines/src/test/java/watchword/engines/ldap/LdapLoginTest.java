package watchword.engines.ldap;

import static org.assertj.core.api.Assertions.assertThat;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldif.LDIFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.mount.EngineCatalog;
import watchword.engines.ServerPlayer;
import watchword.sdk.Outbound;

/** Who logs in is who the directory says has bound, however the name is spelt: numbers 1, 3, 8 and 54 of the vulnerability list. */
class LdapLoginTest {
    private final InMemoryDirectoryServer directory = directory();
    private final ServerPlayer it = new ServerPlayer(EngineCatalog.builder().auth("ldap", (context, _) -> new LdapMethod(context, new ToTheDirectory())).build());

    private static final class ToTheDirectory implements Outbound {
        @Override
        public Answer send(Ask ask) {
            return NONE.send(ask);
        }

        @Override
        public Socket connect(String host, int port, Duration timeout) {
            try {
                return new Socket(host, port);
            } catch (IOException unreachable) {
                throw new UncheckedIOException(unreachable);
            }
        }
    }

    private static InMemoryDirectoryServer directory() {
        try {
            var config = new InMemoryDirectoryServerConfig("dc=test");
            config.setListenerConfigs(InMemoryListenerConfig.createLDAPConfig("test", 0));
            config.setSchema(null);
            var server = new InMemoryDirectoryServer(config);
            server.add("dn: dc=test", "objectClass: domain", "dc: test");
            server.add("dn: cn=Ada King,dc=test", "objectClass: person", "cn: Ada King", "sn: King", "userPassword: right");
            server.startListening();
            return server;
        } catch (LDAPException | LDIFException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @BeforeEach
    void mount() {
        it.asRoot("POST", "/v1/sys/auth/ldap", Map.of("type", "ldap"));
        assertThat(it.asRoot("POST", "/v1/auth/ldap/config", Map.of("url", "ldap://127.0.0.1:" + directory.getListenPort(), "userdn", "dc=test", "discoverdn", true)).status()).isEqualTo(204);
    }

    @AfterEach
    void close() {
        it.close();
        directory.shutDown(true);
    }

    private ServerPlayer.Received login(String name, String password) {
        return it.ask("", "POST", "/v1/auth/ldap/login/" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"), Map.of("password", password));
    }

    @Test
    void guesses_spread_over_what_the_directory_takes_for_one_name_lock_it() {
        var spellings = List.of("Ada King", "ada  king", "ADA   KING", "ada\u00A0king", "ada \u3000king");
        for (var each : spellings) assertThat(login(each, "right").status()).as(each).isEqualTo(200);
        for (var each : spellings) assertThat(login(each, "wrong").status()).as(each).isEqualTo(400);
        for (var each : List.of("ada king", "ada    king", "\u00E1d\u00E1 king")) assertThat(login(each, "right").status()).as(each).isEqualTo(403);
        it.clock().advance(Duration.ofMinutes(16));
        assertThat(login("ada king", "right").status()).isEqualTo(200);
    }

    @Test
    void who_is_spelt_in_many_ways_is_one_entity() {
        var one = login("Ada King", "right").text("auth", "entity_id");
        for (var each : List.of("ada  king", "ADA   KING", " ada king")) assertThat(login(each, "right").text("auth", "entity_id")).as(each).isEqualTo(one);
    }

    /** 54: the entry that was bound as and the one that is looked at must be one. */
    @Test
    void who_binds_is_not_taken_for_another_of_the_same_name() throws LDAPException, LDIFException {
        directory.add("dn: ou=trainers,dc=test", "objectClass: organizationalUnit", "ou: trainers");
        directory.add("dn: cn=bob,dc=test", "objectClass: person", "cn: bob", "sn: b", "userPassword: of the guest");
        directory.add("dn: cn=bob,ou=trainers,dc=test", "objectClass: person", "cn: bob", "sn: b", "title: trainer", "userPassword: of the trainer");
        it.asRoot("POST", "/v1/auth/ldap/config", Map.of("discoverdn", false, "userfilter", "(&({{.UserAttr}}={{.Username}})(title=trainer))"));
        assertThat(login("bob", "of the guest").status()).isEqualTo(400);
        it.asRoot("POST", "/v1/auth/ldap/config", Map.of("discoverdn", true));
        assertThat(login("bob", "of the guest").status()).isEqualTo(400);
        assertThat(login("bob", "of the trainer").status()).isEqualTo(200);
    }
}
