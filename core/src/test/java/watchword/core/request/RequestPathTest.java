package watchword.core.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.sdk.Problem.ProblemException;
import watchword.testkit.Property;

/** Numbers 76 and 156 of the vulnerability list. */
class RequestPathTest {

    @ParameterizedTest
    @ValueSource(strings = {"/v1/a/../b", "/v1/..", "/v1/a/%2e%2e/b", "/v1/a/..%2fb", "/v1/a%2Fb", "/v1/a//b", "/v1//a", "/v1/a/./b", "/v1/a;x=1", "/v1/a%3bx", "/v1/a%00", "/v1/a%0a",
            "/v1/%252e%252e/a", "/v1/a%c0%ae", "/v1/a%ff", "/v1/a%e2%80%a8b", "/v1/a\\b", "/v1/a%5cb", "/v1/a%", "/v1/a%2", "/v1/a%zz", "/v1/a%e2%80%aeb", "/v1/a%7f"})
    void what_is_odd_is_refused(String encoded) {
        assertThatThrownBy(() -> RequestPath.parse(encoded)).isInstanceOf(ProblemException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/secret/data/a", "/v1/secret/data/a%20b", "/v1/secret/data/%C3%BC", "/v1/secret/metadata/", "/v1/a.b/c..d", "/v1/a%25", "/v1/a@b:c,d=e+f*g"})
    void what_is_plain_is_taken(String encoded) {
        assertThat(RequestPath.parse(encoded).text()).isNotEmpty();
    }

    @Test
    void what_was_no_text_is_no_path() {
        for (var path : new String[] {"/v1/a/\uFFFD", "/v1/a/%EF%BF%BD", "/v1/a/%E9"}) {
            assertThatThrownBy(() -> RequestPath.parse(path)).as(path).isInstanceOf(watchword.sdk.Problem.ProblemException.class);
        }
    }

    @Test
    void every_accepted_path_names_one_place_and_has_no_way_out_of_it() {
        Property.holds(20_000, random -> {
            var alphabet = new String[] {"a", "b", "/", ".", "%", "2", "e", "f", "F", "E", "5", "c", ";", "\\", "%2e", "%2f", "%c3%bc", " ", "\u00fc"};
            var text = new StringBuilder("/v1/");
            for (int i = random.nextInt(12); i > 0; i--) text.append(alphabet[random.nextInt(alphabet.length)]);
            try {
                var path = RequestPath.parse(text.toString()).text();
                assertThat(path).doesNotContain("//", "\\", ";").doesNotStartWith("/");
                for (var segment : path.split("/")) assertThat(segment).isNotIn(".", "..");
            } catch (ProblemException refused) {
                assertThat(refused.problem().messages()).isNotEmpty();
            }
        });
    }

    @Test
    void a_path_longer_than_any_key_is_refused() {
        assertThatThrownBy(() -> RequestPath.parse("/v1/" + "a/".repeat(3000))).isInstanceOf(ProblemException.class);
    }
}
