package watchword.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import watchword.sdk.Problem.ProblemException;
import watchword.testkit.Property;

final class MemoryBudgetTest {
    private static final int MIB = 1 << 20;

    @Test
    void one_address_gets_half_and_others_the_rest() {
        var budget = new MemoryBudget(4 * MIB, 0);
        try (var _ = budget.take("a", 2 * MIB)) {
            assertThatThrownBy(() -> budget.take("a", MIB)).isInstanceOf(ProblemException.class).hasMessageContaining("too many large or slow requests");
            try (var _ = budget.take("b", 2 * MIB)) {
                assertThatThrownBy(() -> budget.take("c", MIB)).isInstanceOf(ProblemException.class);
            }
        }
        budget.take("a", 2 * MIB).close();
        assertThat(budget.freeBytes()).isEqualTo(4 * MIB);
        assertThat(budget.clients()).isZero();
    }

    @Test
    void whoever_waits_goes_on_when_another_is_done() throws Exception {
        var budget = new MemoryBudget(2 * MIB, 60);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> waiting;
            try (var _ = budget.take("a", MIB)) {
                waiting = threads.submit(() -> budget.take("a", MIB).close());
            }
            waiting.get();
        }
        assertThat(budget.freeBytes()).isEqualTo(2 * MIB);
        assertThat(budget.clients()).isZero();
    }

    @Test
    void nothing_is_lost_whatever_happens() {
        Property.holds(200, random -> {
            var budget = new MemoryBudget(MIB, 0);
            var held = new ArrayList<MemoryBudget.Taken>();
            for (int i = 0; i < 100; i++) {
                if (random.nextBoolean() && !held.isEmpty()) held.remove(random.nextInt(held.size())).close();
                else {
                    try {
                        held.add(budget.take("abc".substring(random.nextInt(3)), random.nextInt(1, MIB / 2)));
                    } catch (ProblemException none) {
                        assertThat(budget.freeBytes()).isLessThan(MIB);
                    }
                }
            }
            held.forEach(MemoryBudget.Taken::close);
            assertThat(budget.freeBytes()).isEqualTo(MIB);
            assertThat(budget.clients()).isZero();
        });
    }
}
