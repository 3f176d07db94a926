package watchword.engines.ldap.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.LDAPException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import watchword.testkit.Property;

/** Changes as LDIF with places for values: numbers 122 to 124 of the vulnerability list, for names that are LDAP. */
class LdifTest {
    private static final String TEXT = """
            # an account
            dn: cn={{.Username}},ou=people,dc=example,dc=org
            objectClass: person
            cn: {{.Username}}
            userPassword: {{.Password}}
            description: folded
              here

            dn: cn=team,dc=example,dc=org
            changetype: modify
            add: member
            member: cn={{.Username}},ou=people,dc=example,dc=org
            -
            replace: unicodePwd
            unicodePwd::{{ printf "%q" .Password | utf16le | base64 }}
            -

            dn: cn=old-{{ .Username }},dc=example,dc=org
            changetype: delete
            """;

    private static List<Ldif.Change> filled(String username, String password) {
        try {
            return Ldif.read("creation_ldif", TEXT, List.of("Username", "Password")).fill(Map.of("Username", username, "Password", password));
        } catch (Ldif.WrongException | Place.WrongException wrong) {
            throw new AssertionError(wrong);
        }
    }

    @Test
    void it_says_what_it_says() {
        var changes = filled("ada", "s3cret");
        assertThat(changes.stream().map(Ldif.Change::dn)).containsExactly("cn=ada,ou=people,dc=example,dc=org", "cn=team,dc=example,dc=org", "cn=old-ada,dc=example,dc=org");
        assertThat(changes.get(0)).isInstanceOfSatisfying(Ldif.Change.Add.class, add -> assertThat(add.attributes().stream().map(each -> each.getName() + "=" + each.getValue()))
                .containsExactly("objectClass=person", "cn=ada", "userPassword=s3cret", "description=folded here"));
        assertThat(changes.get(1)).isInstanceOfSatisfying(Ldif.Change.Modify.class, modify -> {
            assertThat(modify.modifications().get(0).getValues()).containsExactly("cn=ada,ou=people,dc=example,dc=org");
            assertThat(modify.modifications().get(1).getRawValues()[0].getValue()).isEqualTo("\"s3cret\"".getBytes(StandardCharsets.UTF_16LE));
        });
        assertThat(changes.get(2)).isInstanceOf(Ldif.Change.Delete.class);
    }

    @Test
    void no_value_adds_a_line_a_part_of_a_name_or_an_entry() {
        var hostile = List.of("x,ou=admins", "x\nuserPassword: mine", "x\n\ndn: cn=admin,dc=example,dc=org\nchangetype: delete", "a+cn=b", "*)(uid=*", "\0", "\\", "x;y", "\"", " lead", "#", "trail ", "{{.Password}}", "ü");
        Property.holds(200, random -> {
            var name = hostile.get(random.nextInt(hostile.size())) + hostile.get(random.nextInt(hostile.size()));
            var changes = filled(name, name);
            assertThat(changes).hasSize(3);
            try {
                for (var dn : List.of(changes.get(0).dn(), ((Ldif.Change.Modify) changes.get(1)).modifications().get(0).getValues()[0])) {
                    var parsed = new DN(dn);
                    assertThat(parsed.getRDNs()).hasSize(4);
                    assertThat(parsed.getRDNs()[0].getAttributeValues()).containsExactly(name);
                    assertThat(parsed.getParentString()).isEqualTo("ou=people,dc=example,dc=org");
                }
            } catch (LDAPException wrong) {
                throw new AssertionError(wrong);
            }
            assertThat(changes.get(0)).isInstanceOfSatisfying(Ldif.Change.Add.class, add -> {
                assertThat(add.attributes()).hasSize(4);
                assertThat(add.attributes().get(1).getValueByteArray()).isEqualTo(name.getBytes(StandardCharsets.UTF_8));
            });
        });
    }

    @Test
    void what_cannot_be_meant_is_refused() {
        for (var text : List.of("", "cn: a", "dn: cn=a", "dn: cn=a\nchangetype: modrdn\nnewrdn: cn=b", "dn: cn=a\nchangetype: delete\ncn: a", "dn: cn=a\ncn: {{.Nobody}}", "dn: cn=a\ncn: {{ exec .Username }}",
                "dn: cn=a\ncn: {{.Username", "dn: not a name\ncn: a", "dn: cn=a\n{{.Username}}: a", "dn: cn=a\nchangetype: modify\nreplace: {{.Username}}\n-", "dn: cn=a\njpegPhoto:< file:///etc/passwd",
                "dn: cn=a\nchangetype: modify\nadd: member\n-", "dn: cn=a\ncn: {{ printf \"%s\" }}", "dn: cn=a\ncn:: not base64!", "dn: cn=a\nbad attribute: x")) {
            assertThatThrownBy(() -> Ldif.read("creation_ldif", text, List.of("Username"))).as(text).hasMessageStartingWith("invalid creation_ldif: ");
        }
    }
}
