package watchword.engines.ldap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.unboundid.ldap.sdk.Entry;
import com.unboundid.ldap.sdk.LDAPException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import watchword.sdk.Problem;
import watchword.testkit.Property;

/** A value is data: whatever a user calls himself, the filter finds that name and no other. */
class FilterTemplateTest {
    private static final String TEMPLATE = "(&(objectClass=person)({{.UserAttr}}={{.Username}}))";

    private static boolean finds(String username, String stored) throws LDAPException {
        var entry = new Entry("cn=x");
        entry.addAttribute("objectClass", "person");
        entry.addAttribute("uid", stored);
        return FilterTemplate.fill(TEMPLATE, Map.of("UserAttr", "uid", "Username", username)).matchesEntry(entry);
    }

    @Test
    void a_name_finds_itself_alone() {
        Property.holds(2000, random -> {
            var alphabet = List.of("a", "b", "*", "(", ")", "\\", "\u0000", "&", "|", "!", "=", "{{.Username}}", "$1", "ü", "\n");
            var name = new StringBuilder();
            for (int i = random.nextInt(1, 8); i > 0; i--) name.append(alphabet.get(random.nextInt(alphabet.size())));
            try {
                assertThat(finds(name + "x", name + "x")).as(name.toString()).isTrue();
                assertThat(finds(name + "x", "somebody else")).as(name.toString()).isFalse();
            } catch (LDAPException broken) {
                throw new AssertionError(name.toString(), broken);
            }
        });
    }

    @Test
    void what_is_no_filter_is_refused_when_it_is_written() {
        for (var wrong : List.of("uid={{.Username}})", "((uid={{.Username}})", "(uid={{.Username)", "(uid={{index .Username 0}})", "({{", "x")) {
            assertThatThrownBy(() -> FilterTemplate.require("userfilter", wrong)).as(wrong).isInstanceOf(Problem.ProblemException.class);
        }
        assertThat(FilterTemplate.require("userfilter", TEMPLATE)).isEqualTo(TEMPLATE);
        assertThat(FilterTemplate.require("userfilter", "(uid={{ .Username }})")).isNotEmpty();
    }
}
