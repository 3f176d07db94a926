package watchword.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import watchword.sdk.Glob;
import watchword.testkit.Property;

class GlobTest {
    private static String random(RandomGenerator random, String from, int most) {
        return random.ints(random.nextInt(most + 1), 0, from.length()).mapToObj(i -> from.substring(i, i + 1)).collect(Collectors.joining());
    }

    private static boolean slowly(String glob, String text) {
        var pattern = glob.chars().mapToObj(c -> c == '*' ? ".*" : Pattern.quote(Character.toString(c))).collect(Collectors.joining());
        return Pattern.compile(pattern, Pattern.DOTALL).matcher(text).matches();
    }

    @Test
    void it_matches_what_a_regular_expression_matches() {
        Property.holds(20_000, random -> {
            var glob = random(random, "ab*", 8);
            var text = random(random, "ab*", 10);
            assertThat(Glob.matches(glob, text)).as("%s on %s", glob, text).isEqualTo(slowly(glob, text));
        });
    }

    @Test
    void many_stars_cost_no_more_than_their_number() {
        // A matcher that tries every way to divide the text would not come back from this.
        assertThat(Glob.matches("*a".repeat(2_000) + "b", "a".repeat(10_000))).isFalse();
        assertThat(Glob.matches("a*".repeat(2_000), "a".repeat(10_000))).isTrue();
        assertThat(Glob.matches("*".repeat(10_000), "a".repeat(10_000))).isTrue();
    }

    @Test
    void a_star_at_the_end_alone_is_a_beginning() {
        assertThat(Glob.atEnd("sys/m*", "sys/mounts")).isTrue();
        assertThat(Glob.atEnd("sys/*s", "sys/mounts")).isFalse();
        assertThat(Glob.atEnd("sys/mounts", "sys/mounts/x")).isFalse();
    }
}
