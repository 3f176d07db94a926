package watchword.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.sdk.Problem.ProblemException;
import watchword.testkit.Property;

class PolicyParserTest {

    private static AclPolicy parse(String text) {
        return PolicyParser.parse(text, TemplatedPath.Allowances.NONE);
    }

    private static void refuses(String text, String message) {
        assertThatThrownBy(() -> parse(text)).as(text).isInstanceOfSatisfying(ProblemException.class,
                refused -> assertThat(refused.problem().messages()).containsExactly("failed to parse policy: " + message));
    }

    @Test
    void what_is_wrong_is_told_in_the_words_that_are_known() {
        refuses("path {", "At 1:8: object expected closing RBRACE got: EOF");
        refuses("path \"x\" { capabilities = [\"fly\"] }", "path \"x\": invalid capability \"fly\"");
        refuses("path \"x\" { capabilities = [\"READ\"] }", "path \"x\": invalid capability \"READ\"");
        refuses("path \"x\" { capabilities = [\"root\"] }", "path \"x\": invalid capability \"root\"");
        refuses("\npaths \"x\" {}", "1 error occurred:\n\t* invalid key \"paths\" on line 2\n\n");
        refuses("path \"x\" {\n capability = []\n\n foo = 1 }", "2 errors occurred:\n\t* path \"x\": invalid key \"capability\" on line 2\n\t* path \"x\": invalid key \"foo\" on line 4\n\n");
        refuses("path \"a/+*\" {}", "path \"a/+*\": invalid use of wildcards ('+*' is forbidden)");
        refuses("path \"x\" { policy = \"fly\" }", "path \"x\": invalid policy \"fly\"");
        refuses("path \"a/{{identity.entity.id}\" {}", "failed to validate policy templating: unbalanced templating characters");
        refuses("path \"a/identity.entity.id}}\" {}", "failed to validate policy templating: unbalanced templating characters");
        refuses("path \"a/{{a{{b}}\" {}", "failed to validate policy templating: unbalanced templating characters");
        refuses("path \"x\" { min_wrapping_ttl = \"2m\" max_wrapping_ttl = \"1m\" }", "path \"x\": max_wrapping_ttl cannot be less than min_wrapping_ttl");
        refuses("path \"x\" { min_wrapping_ttl = \"abc\" }", "path \"x\": error parsing min_wrapping_ttl: time: invalid duration \"abc\"");
        refuses("path \"x\" { expiration = \"tomorrow\" }", "path \"x\": invalid expiration time: expected a time as in 2030-01-01T00:00:00Z");
        refuses("path \"x\" { pagination_limit = -1 }", "path \"x\": pagination_limit must be a number, 0 or more");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mfa_methods = [\"duo\"]", "list_scan_response_keys_filter_path = \"{{ .path }}\""})
    void a_restriction_that_could_not_be_enforced_is_refused(String setting) {
        assertThatThrownBy(() -> parse("path \"x\" { capabilities = [\"read\", \"list\"] " + setting + " }"))
                .hasMessageContaining("is not supported: it could not be enforced");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "path = \"x\"", "path \"x\" = 1", "path \"x\" \"y\" {}", "path { capabilities = [\"read\"] }", "path \"x\" { capabilities = { a = 1 } }",
        "path \"x\" { capabilities = [\"read\"] capabilities = [\"deny\"] }", "path \"x\" { allowed_parameters { } allowed_parameters { } }",
        "path \"x\" { allowed_parameters = [] }", "path \"x\" { allowed_parameters = { a = 1 } }", "path \"x\" { allowed_parameters = { a = [] A = [] } }",
        "path \"x\" { capabilities \"y\" {} }", "{\"path\": []", "{\"path\": {\"x\": []}, \"path\": {}}", "[]", "path \"x\" { max_wrapping_ttl = -1 }"})
    void what_could_be_read_in_two_ways_is_refused(String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(ProblemException.class);
    }

    @Test
    void an_old_policy_word_stands_for_capabilities() {
        var acl = Acls.acl("path \"r\" { policy = \"read\" }\npath \"w\" { policy = \"write\" }\npath \"s\" { policy = \"sudo\" }\npath \"d\" { policy = \"deny\" capabilities = [\"read\"] }");

        assertThat(acl.capabilities("r")).containsExactly("list", "read");
        assertThat(acl.capabilities("w")).containsExactly("create", "delete", "list", "read", "update");
        assertThat(acl.capabilities("s")).containsExactly("create", "delete", "list", "read", "sudo", "update");
        assertThat(acl.capabilities("d")).containsExactly("deny");
    }

    @Test
    void json_says_the_same_as_hcl() {
        var acl = Acls.acl("{\"path\": {\"x/*\": {\"capabilities\": [\"list\"]}, \"y\": [{\"capabilities\": [\"read\"]}, {\"capabilities\": [\"update\"]}]}}");

        assertThat(acl.capabilities("x/a")).containsExactly("list");
        assertThat(acl.capabilities("y")).containsExactly("read", "update");
    }

    @Test
    void comments_names_and_empty_policies_are_fine() {
        assertThat(parse("").statements()).isEmpty();
        assertThat(parse("name = \"x\"\n# nothing").statements()).isEmpty();
        assertThat(parse("path \"x\" { comment = \"why\" }").statements()).hasSize(1);
    }

    @Test
    void a_template_that_names_nothing_is_told() {
        assertThat(parse("path \"a/{{identity.entity.nam}}\" {}").warnings())
                .containsExactly("path \"a/{{identity.entity.nam}}\": \"identity.entity.nam\" is nothing that a template can name; the path never applies");
        assertThat(parse("path \"a/{{identity.entity.name}}\" {}").warnings()).isEmpty();
    }

    @Test
    void the_texts_that_every_server_has_are_policies() {
        assertThat(parse(DefaultPolicy.TEXT).warnings()).isEmpty();
        assertThat(parse(DefaultPolicy.TEXT).isTemplated()).isTrue();
        assertThat(parse(DefaultPolicy.WRAPPING).statements()).hasSize(2);
    }

    @Test
    void any_text_is_a_policy_or_refused() {
        var words = new String[] {"path", "\"a/+\"", "\"a*\"", "{", "}", "capabilities", "=", "[\"read\"]", "[", "]", "policy", "allowed_parameters", "{{", "1", "true", "\n", ",",
            "expiration", "\"1h\"", "min_wrapping_ttl", "\"{{identity.entity.id}}\"", "<<E\nx\nE\n"};
        Property.holds(30_000, random -> {
            var text = new StringBuilder();
            for (int i = random.nextInt(20); i > 0; i--) text.append(words[random.nextInt(words.length)]).append(' ');
            assertThatCode(() -> {
                try {
                    parse(text.toString());
                } catch (ProblemException refused) {
                    assertThat(refused.problem().messages()).hasSize(1).first().asString().startsWith("failed to parse policy: ").hasSizeLessThan(2000);
                }
            }).as(text.toString()).doesNotThrowAnyException();
        });
    }
}
