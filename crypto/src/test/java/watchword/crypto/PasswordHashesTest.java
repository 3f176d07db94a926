package watchword.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.testkit.Parallel;

class PasswordHashesTest {
    private static final Secret PASSWORD = Secret.copyOf("correct horse");
    private static final Secret OTHER = Secret.copyOf("correct horsf");
    /** Made by argon2-cffi, which is the reference implementation. */
    private static final Secret ARGON = Secret.copyOf("$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$rk2Mi3E4dgRMg0fHaYaptWVZRKqs//6b6k3/nntqGJk");
    /** Made by bcrypt of PyPI. */
    private static final Secret BCRYPT_B = Secret.copyOf("$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2");
    private static final Secret BCRYPT_A = Secret.copyOf("$2a$05$JC8NoF2HHilI6wwTkcOHO.tbhAIx5uHgFk0HPBN.KZMjYYSa/kL9u");

    private final PasswordHashes hashes = new PasswordHashes(2, PasswordHashes.Cost.ADVISED);

    private long work(Runnable check) {
        long before = hashes.computed();
        check.run();
        return hashes.computed() - before;
    }

    @Test
    void a_hash_matches_its_password_alone() {
        var hash = hashes.hash(PASSWORD, new SecureRandom());
        assertThat(hashes.matches(PASSWORD, Optional.of(hash), 0)).isTrue();
        assertThat(hashes.matches(OTHER, Optional.of(hash), 0)).isFalse();
        assertThat(hashes.matches(PASSWORD, Optional.empty(), 0)).isFalse();
        assertThat(hashes.isCurrent(hash)).isTrue();
        assertThat(hashes.hash(PASSWORD, new SecureRandom()).sameAs(hash)).as("salted").isFalse();
    }

    @Test
    void hashes_of_other_implementations_are_checked() {
        for (var hash : List.of(ARGON, BCRYPT_A, BCRYPT_B)) {
            assertThat(hashes.matches(PASSWORD, Optional.of(hash), 5)).as(hash.reveal()).isTrue();
            assertThat(hashes.matches(OTHER, Optional.of(hash), 5)).isFalse();
        }
        assertThat(hashes.isCurrent(BCRYPT_A)).isFalse();
    }

    @Test
    void what_is_no_hash_matches_nothing() {
        for (var text : List.of("", "correct horse", "$2b$05$short", "$argon2id$v=19$m=19456,t=2,p=1$x$y", "$2b$99$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2")) {
            assertThat(hashes.matches(PASSWORD, Optional.of(Secret.copyOf(text)), text.startsWith("$2b$99") ? 0 : 5)).as(text).isFalse();
        }
        assertThat(PasswordHashes.bcryptCost(BCRYPT_A.reveal())).hasValue(5);
        assertThat(PasswordHashes.bcryptCost("$2b$03$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2")).isEmpty();
    }

    /** Number 2: in work, not in time, so that it holds on a busy machine; {@code interop/timing} measures time. */
    @Test
    void somebody_who_is_not_there_costs_what_a_wrong_password_costs() {
        var current = hashes.hash(PASSWORD, new SecureRandom());
        for (int imported : List.of(0, 5)) {
            long wrong = work(() -> hashes.matches(OTHER, Optional.of(current), imported));
            assertThat(work(() -> hashes.matches(OTHER, Optional.empty(), imported))).isEqualTo(wrong);
            assertThat(work(() -> hashes.matches(PASSWORD, Optional.of(current), imported))).isEqualTo(wrong);
        }
        assertThat(work(() -> hashes.matches(OTHER, Optional.of(BCRYPT_A), 5))).as("one whose hash was imported").isEqualTo(work(() -> hashes.matches(OTHER, Optional.empty(), 5)));
    }

    @Test
    void beyond_those_that_run_and_wait_the_rest_is_refused_and_then_there_is_room_again() {
        var one = new PasswordHashes(1, PasswordHashes.Cost.ADVISED);
        var begin = new CountDownLatch(1);
        var refused = new AtomicInteger();
        var done = new AtomicInteger();
        Parallel.onVirtualThreads(100, i -> {
            if (i == 99) begin.countDown();
            try {
                begin.await();
                one.matches(PASSWORD, Optional.empty(), 0);
                done.incrementAndGet();
            } catch (Problem.ProblemException full) {
                assertThat(full.problem()).isInstanceOf(Problem.TooMany.class);
                refused.incrementAndGet();
            } catch (InterruptedException stop) {
                throw new IllegalStateException(stop);
            }
        });
        assertThat(done.get() + refused.get()).isEqualTo(100);
        assertThat(done.get()).as("one runs, sixteen wait").isGreaterThanOrEqualTo(17);
        assertThat(refused.get()).isPositive();
        assertThat(one.matches(PASSWORD, Optional.of(ARGON), 0)).isTrue();
    }
}
