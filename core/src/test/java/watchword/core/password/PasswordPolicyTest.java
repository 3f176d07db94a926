package watchword.core.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import watchword.sdk.Problem.ProblemException;
import watchword.testkit.Property;

class PasswordPolicyTest {
    private static final String USUAL = """
            length = 20
            rule "charset" { charset = "abcdefghijklmnopqrstuvwxyz" min-chars = 1 }
            rule "charset" {
              charset = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
              min-chars = 2
            }
            rule "charset" {
              charset   = "0123456789"
              min-chars = 3
            }
            """;

    private static RandomGenerator seeded(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    private static String password(PasswordPolicy policy, RandomGenerator random) {
        return policy.generate(random).orElseThrow().reveal();
    }

    private static void refuses(String text, String message) {
        assertThatThrownBy(() -> PasswordPolicy.parse(text)).as(text)
                .isInstanceOfSatisfying(ProblemException.class, refused -> assertThat(refused.problem().messages()).containsExactly(message));
    }

    @Test
    void a_password_has_its_length_and_keeps_every_rule() {
        var policy = PasswordPolicy.parse(USUAL);
        Property.holds(2_000, random -> {
            var password = password(policy, random);
            assertThat(password).hasSize(20).matches("[a-zA-Z0-9]+");
            assertThat(password.chars().filter(Character::isLowerCase).count()).isGreaterThanOrEqualTo(1);
            assertThat(password.chars().filter(Character::isUpperCase).count()).isGreaterThanOrEqualTo(2);
            assertThat(password.chars().filter(Character::isDigit).count()).isGreaterThanOrEqualTo(3);
        });
    }

    @Test
    void no_character_is_favored() {
        // 7 and 63 do not divide 256: what a remainder of a byte would favor.
        for (var charset : new String[] {"abcdefg", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"}) {
            var policy = PasswordPolicy.parse("length = 100\nrule \"charset\" { charset = \"" + charset + "\" }");
            var random = seeded(42);
            var counts = new HashMap<Integer, Integer>();
            int total = 0;
            for (int i = 0; i < 2_000; i++) {
                for (int c : password(policy, random).codePoints().toArray()) counts.merge(c, 1, Integer::sum);
                total += 100;
            }
            double expected = (double) total / charset.length();
            double chiSquared = counts.values().stream().mapToDouble(n -> (n - expected) * (n - expected) / expected).sum();
            assertThat(counts).hasSize(charset.length());
            // Mean charset-1, deviation sqrt(2(charset-1)); six deviations.
            assertThat(chiSquared).isLessThan(charset.length() - 1 + 6 * Math.sqrt(2.0 * (charset.length() - 1)));
        }
    }

    @Test
    void a_character_that_two_rules_have_is_no_likelier() {
        var policy = PasswordPolicy.parse("length = 100\nrule \"charset\" { charset = \"aab\" }\nrule \"charset\" { charset = \"ac\" }");
        var random = seeded(7);
        long found = 0;
        for (int i = 0; i < 1_000; i++) found += password(policy, random).chars().filter(c -> c == 'a').count();
        assertThat(found).isBetween(32_000L, 34_700L);
    }

    @Test
    void characters_are_code_points_and_json_is_as_good() {
        var policy = PasswordPolicy.parse("{\"length\": 8, \"rule\": [{\"charset\": {\"charset\": \"é😀\", \"min-chars\": 1}}]}");

        assertThat(password(policy, seeded(1)).codePoints().toArray()).hasSize(8).containsOnly("é".codePointAt(0), "😀".codePointAt(0));
    }

    @Test
    void what_is_wrong_is_told() {
        refuses("length = 20", "invalid password policy: 1 error occurred:\n\t* no charset specified\n\n");
        refuses("rule \"charset\" { charset = \"a\" }", "invalid password policy: 1 error occurred:\n\t* length must be > 0\n\n");
        refuses("length = 3\nrule \"charset\" { charset = \"a\" }", "passwords must be between 4 and 100 characters");
        refuses("length = 101\nrule \"charset\" { charset = \"a\" }", "passwords must be between 4 and 100 characters");
        refuses("length = 8\nrule \"charset\" { charset = \"a\" min-chars = 9 }",
                "invalid password policy: 1 error occurred:\n\t* specified rules require at least 9 characters but 8 is specified\n\n");
        refuses("length = 8\nrule \"charset\" { charset = \"a\\n\" }", "invalid password policy: 1 error occurred:\n\t* non-printable character in charset\n\n");
        refuses("length = 8\nrule \"words\" { charset = \"a\" }", "invalid password policy: unable to parse rules: unable to parse rule words: unrecognized rule type words");
        refuses("length = \"x\"\nrule \"charset\" { charset = \"a\" }", "invalid password policy: length on line 1 must be a whole number");
        refuses("lenght = 8", "invalid password policy: unable to decode: invalid key \"lenght\" on line 1");
        refuses("length = 8\nrule \"charset\" { charset = \"a\" }\nrule \"charset\" { charset = \"\" min-chars = 1 }",
                "unable to construct test password from provided policy: are the rules impossible?");
        refuses("length = 8 {", "invalid password policy: unable to decode: At 1:12: expected: IDENT | STRING got: LBRACE");
        var long257 = new StringBuilder();
        for (int i = 0; i < 257; i++) long257.appendCodePoint(0x4E00 + i);
        refuses("length = 8\nrule \"charset\" { charset = \"" + long257 + "\" }", "invalid password policy: 1 error occurred:\n\t* charset is too long: limited to 256 characters\n\n");
    }

    @Test
    void a_policy_that_hardly_any_password_keeps_makes_none() {
        var text = new StringBuilder("length = 20\nrule \"charset\" { charset = \"-\" min-chars = 12 }\nrule \"charset\" { charset = \"");
        for (char c = 'a'; c <= 'z'; c++) text.append(c).append(Character.toUpperCase(c));
        var policy = PasswordPolicy.parse(text.append("\" }").toString());

        assertThat(policy.generate(seeded(1))).isEmpty();
    }
}
