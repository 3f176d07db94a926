package watchword.engines.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import watchword.engines.database.Address.Host;
import watchword.engines.database.Address.Login;
import watchword.sdk.Problem.ProblemException;
import watchword.sdk.Secret;

/** Number 123 of the vulnerability list: who logs in does not say where. */
class AddressTest {
    private static final Login LOGIN = new Login("us@er/{{password}}", Secret.copyOf("p@ss:w/{{username}}?"), false);

    @Test
    void postgresql_is_addressed_by_url_or_by_words() {
        var url = Address.postgresql("postgresql://{{username}}:{{password}}@db.example:6432,[::1]/app?sslmode=verify-full&target_session_attrs=primary", LOGIN);
        assertThat(url).isEqualTo(new Address(List.of(new Host("db.example", 6432), new Host("::1", 5432)), "app", LOGIN.username(), LOGIN.password(), "verify-full", true));
        var words = Address.postgresql("host=a,b port=1,2 user={{username}} password='{{password}}' dbname='my \\'db' sslmode=disable", LOGIN);
        assertThat(words).isEqualTo(new Address(List.of(new Host("a", 1), new Host("b", 2)), "my 'db", LOGIN.username(), LOGIN.password(), "disable", false));
        assertThat(Address.postgresql("postgres:///app?host=h&port=7&user=u%20v", LOGIN).hosts()).containsExactly(new Host("h", 7));
        assertThat(Address.postgresql("postgres://u:p%40q@h", LOGIN)).isEqualTo(new Address(List.of(new Host("h", 5432)), "u", "u", Secret.copyOf("p@q"), "prefer", false));
    }

    @Test
    void mysql_is_addressed_as_elsewhere() {
        assertThat(Address.mysql("{{username}}:{{password}}@tcp(db.example:3307)/app?tls=true&parseTime=true", LOGIN))
                .isEqualTo(new Address(List.of(new Host("db.example", 3307)), "app", LOGIN.username(), LOGIN.password(), "verify-full", false));
        assertThat(Address.mysql("root:se:cr@et@tcp(a,b:1)/", LOGIN)).isEqualTo(new Address(List.of(new Host("a", 3306), new Host("b", 1)), "", "root", Secret.copyOf("se:cr@et"), "disable", false));
    }

    @Test
    void what_was_escaped_already_is_taken_as_it_is() {
        assertThat(Address.postgresql("postgres://{{username}}:{{password}}@h/", new Login("u%40v", Secret.copyOf("p%2Fq"), true)).password().reveal()).isEqualTo("p/q");
    }

    @Test
    void what_leads_elsewhere_than_to_a_host_is_refused() {
        for (var bad : List.of("postgres://u:p@/var/run/x", "host=/var/run user=x", "postgres://u:p@h:99999/x", "postgres://u:p@h:x/x", "mysql://x", "jdbc:postgresql:x", "postgres://u:p@h/x?sslmode=maybe", "postgres://u:p@h/x?a%zz=1",
                "host=a port=1,2,3", "host='unclosed", "nonsense", "postgres://" + "h,".repeat(20) + "h/x")) {
            assertThatThrownBy(() -> Address.postgresql(bad, LOGIN)).as(bad).isInstanceOf(ProblemException.class);
        }
        for (var bad : List.of("u:p@unix(/tmp/mysql.sock)/x", "u:p@tcp(h)/x?allowAllFiles=true", "u:p@tcp(h)/x?autoDeserialize=true", "u:p@tcp(h)/x?allowLoadLocalInfile=true", "u:p@tcp(h)/x?tls=skip-verify",
                "u:p@tcp(h)/x?allowCleartextPasswords=true", "u:p@tcp(a b)/x", "jdbc:mariadb://h/x")) {
            assertThatThrownBy(() -> Address.mysql(bad, LOGIN)).as(bad).isInstanceOf(ProblemException.class);
        }
    }

    @Test
    void passwords_in_urls_are_not_shown() {
        assertThat(Config.redacted("postgresql://u:secret@h/x")).isEqualTo("postgresql://u:xxxxx@h/x");
        assertThat(Config.redacted("u:secret@tcp(h)/x")).isEqualTo("u:xxxxx@tcp(h)/x");
        assertThat(Config.redacted("host=h password=secret user=u")).isEqualTo("host=h password=xxxxx user=u");
        assertThat(Config.redacted("host=h password = 'se cr\\'et' user=u")).isEqualTo("host=h password = xxxxx user=u");
        Map.ofEntries(
                Map.entry("postgresql://u:sec@ret@h/x", "postgresql://u:xxxxx@h/x"), Map.entry("postgres://u:se?ret@h/x", "postgres://u:xxxxx@h/x"),
                Map.entry("postgres://{{username}}:{{password}}secret@h/x", "postgres://{{username}}:xxxxx@h/x"), Map.entry("postgres://u:{{secret@h/x", "postgres://u:xxxxx@h/x"),
                Map.entry("postgres://h/x?user=u&password=se'c%20ret&sslmode=disable", "postgres://h/x?user=u&password=xxxxx&sslmode=disable"),
                Map.entry("root:se:cr@et@tcp(a,b:1)/", "root:xxxxx@tcp(a,b:1)/"), Map.entry("root:s@e://c@r/et@/db", "root:xxxxx@/db"), Map.entry("redis://u:se?cr#et@h:1", "redis://u:xxxxx@h:1"),
                Map.entry("host=h password=se&cret user=u", "host=h password=xxxxx user=u"), Map.entry("host=h password=s\\ e:c@ret user=u", "host=h password=xxxxx user=u"))
                .forEach((url, shown) -> assertThat(Config.redacted(url)).isEqualTo(shown));
        assertThatThrownBy(() -> Address.postgresql("postgres://h/x?pass%77ord=secret", LOGIN)).isInstanceOf(ProblemException.class);
        for (var template : List.of("postgres://h:1/x?sslmode=disable", "postgres://u@h/x", "host=h password='{{password}}'", "postgresql://{{username}}:{{password}}@/x", "postgresql://{{username}}:{{password}}@h/x", "{{username}}:{{password}}@tcp(h)/x", "host=h password={{password}}")) assertThat(Config.redacted(template)).isEqualTo(template);
    }
}
