package watchword.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentTest {

    @Test
    void it_keeps_what_is_used_and_never_more_than_twice_its_bound() {
        var recent = new Recent<Integer, Integer>(100);
        for (int i = 0; i < 100_000; i++) {
            recent.put(i, i);
            assertThat(recent.get(0)).as("after %d", i).isEqualTo(0);
            if (recent.size() > 200) throw new AssertionError("kept " + recent.size());
        }
        assertThat(recent.get(1)).isNull();
        assertThat(recent.get(99_999)).isEqualTo(99_999);
    }
}
