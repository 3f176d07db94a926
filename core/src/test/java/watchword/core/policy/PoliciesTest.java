package watchword.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import watchword.sdk.Policies;
import watchword.sdk.Problem.ProblemException;
import watchword.testkit.Property;

/** Numbers 69, 70 and 83 of the vulnerability list. */
class PoliciesTest {

    @ParameterizedTest
    @ValueSource(strings = {"root", " ROOT", "Root ", "root\t", "root\n", "ｒｏｏｔ", "ＲＯＯＴ", "ro\u200bot", "root\u0000", "\u00a0root", "\u3000root\u2003", "ro\u00adot", "\ufeffroot", "r\u2060oot",
            "𝐫𝐨𝐨𝐭", "ℛoot", "ⓡⓞⓞⓣ", "ro\ufe0fot", "root\u115f", "ro\ud800ot", "r\u180eoot"})
    void root_is_refused_in_every_spelling(String name) {
        assertThatThrownBy(() -> Policies.canonical(List.of("a", name))).isInstanceOf(ProblemException.class);
        assertThat(Policies.withoutRoot(List.of("a", name))).containsExactly("a");
        assertThat(Policies.canonicalWithRoot(List.of(name))).containsExactly("root");
    }

    @Test
    void what_looks_like_root_in_another_script_is_another_name_and_gives_nothing() {
        assertThat(Policies.canonical(List.of("rооt"))).containsExactly("rооt").doesNotContain("root");
    }

    @Test
    void names_have_one_form_once_and_sorted() {
        assertThat(Policies.canonical(List.of(" Team-B", "team-a", "TEAM-b ", "", "\t", "é", "e\u0301"))).containsExactly("team-a", "team-b", "é");
    }

    @Test
    void the_form_of_a_form_is_itself() {
        var letters = "aAßİıΣςﬁ\u0301\u200b\ufe0f ｒ\u0000\ud83dKÅ\u0345";
        Property.holds(20_000, random -> {
            var name = new StringBuilder();
            for (int i = random.nextInt(8); i > 0; i--) name.append(letters.charAt(random.nextInt(letters.length())));
            var once = Policies.name(name.toString());
            assertThat(Policies.name(once)).isEqualTo(once);
            assertThat(once.isEmpty() || Policies.canonicalWithRoot(List.of(once)).equals(List.of(once))).isTrue();
        });
    }

    @Test
    void a_name_is_not_endless() {
        assertThatThrownBy(() -> Policies.canonical(List.of("a".repeat(513)))).isInstanceOf(ProblemException.class);
    }

    @Test
    void a_child_has_nothing_that_its_parent_lacks_unless_the_parent_is_root() {
        assertThat(Policies.exceeding(List.of("a", "default"), List.of("a", "b"))).containsExactly("default");
        assertThat(Policies.exceeding(List.of("a"), List.of("a", "b"))).isEmpty();
        assertThat(Policies.exceeding(List.of("a", "root"), List.of("root"))).isEmpty();
        assertThat(Policies.exceeding(List.of("root"), List.of("a"))).containsExactly("root");
    }
}
