package watchword.core.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import watchword.core.wire.Rows;
import watchword.sdk.ChangingSecret;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.storage.MemoryStorage;
import watchword.testkit.Property;
import watchword.testkit.TestClock;

/** Whatever fails and whoever dies while a secret is changed, the store has what the target takes. */
class ChangingSecretTest {
    private static final Rows<Account> ROWS = new Rows<>("account/", Account.class);
    private final TestClock clock = new TestClock();

    record Account(ChangingSecret password) {}

    /** The server dies. */
    private static final class Died extends Error {}

    private static final ChangingSecret.Slot SLOT = new ChangingSecret.Slot() {
        @Override
        public Optional<ChangingSecret> get(Storage.Reader store) {
            return ROWS.get(store, "ada").map(Account::password);
        }

        @Override
        public void put(Storage.Writer store, ChangingSecret secret) {
            ROWS.put(store, "ada", new Account(secret));
        }
    };

    /** A store and a target in one, and a fault at a chosen step. */
    private final class World implements Storage, ChangingSecret.Target {
        private final Storage store = new MemoryStorage();
        private final boolean changesItself;
        private Secret taken = Secret.copyOf("first");
        private int steps;
        private int faultAt = Integer.MAX_VALUE;
        private Runnable fault = () -> {};
        private boolean refuses;

        World(boolean changesItself) {
            this.changesItself = changesItself;
            store.update(tx -> SLOT.put(tx, ChangingSecret.of(taken, clock.instant())));
        }

        private ChangingSecret row() {
            return store.<Optional<ChangingSecret>>read(SLOT::get).orElseThrow();
        }

        private void step() {
            assertThat(row().candidates()).as("what the store has").contains(taken);
            if (++steps == faultAt) fault.run();
        }

        @Override
        public <T extends @Nullable Object> T read(Function<Reader, T> work) {
            step();
            return store.read(work);
        }

        @Override
        public <T extends @Nullable Object> T write(Function<Writer, T> work) {
            step();
            var done = store.write(work);
            step();
            return done;
        }

        @Override
        public void close() {}

        @Override
        public ChangingSecret.Told change(Secret known, Secret next) {
            step();
            if (refuses) return ChangingSecret.Told.REFUSED;
            if (changesItself && taken.equals(next)) return ChangingSecret.Told.REFUSED; // it is used already
            if (changesItself && !taken.equals(known)) throw new Problem.Upstream("who are you?").asException();
            taken = next;
            step();
            return ChangingSecret.Told.TAKEN;
        }

        @Override
        public boolean takes(Secret secret) {
            step();
            return changesItself && taken.equals(secret);
        }

        private Optional<ChangingSecret> change(String fresh) {
            return ChangingSecret.change(this, SLOT, this, () -> Secret.copyOf(fresh), clock);
        }
    }

    @Test
    void a_change_leaves_the_new_one_in_force_and_the_old_one_as_previous() {
        var world = new World(false);
        clock.advance(java.time.Duration.ofDays(1));
        assertThat(world.change("second")).contains(world.row());
        assertThat(world.row()).isEqualTo(new ChangingSecret(Secret.copyOf("second"), Optional.empty(), Optional.of(Secret.copyOf("first")), Instant.parse("2030-01-02T00:00:00Z")));
        assertThat(world.taken).isEqualTo(Secret.copyOf("second"));
    }

    @Test
    void what_is_gone_is_not_changed() {
        var world = new World(false);
        world.store.update(tx -> ROWS.delete(tx, "ada"));
        assertThat(ChangingSecret.change(world.store, SLOT, world, () -> Secret.copyOf("x"), clock)).isEmpty();
        assertThat(world.taken).isEqualTo(Secret.copyOf("first"));
    }

    @Test
    void one_that_is_refused_is_dropped_and_the_next_is_another() {
        var world = new World(true);
        world.refuses = true;
        assertThatThrownBy(() -> world.change("weak")).hasMessage("the new secret was refused");
        assertThat(world.row()).isEqualTo(ChangingSecret.of(Secret.copyOf("first"), clock.instant()));
        world.refuses = false;
        world.change("strong");
        assertThat(world.row().current()).isEqualTo(Secret.copyOf("strong"));
    }

    @Test
    void a_target_that_refuses_what_it_took_before_is_found_to_have_taken_it() {
        var world = new World(true);
        world.fault = () -> {
            throw new Died();
        };
        world.faultAt = 5; // it took it, and that was not heard
        assertThatThrownBy(() -> world.change("second")).isInstanceOf(Died.class);
        assertThat(world.taken).isEqualTo(Secret.copyOf("second"));
        world.change("third");
        assertThat(world.row().current()).isEqualTo(Secret.copyOf("second"));
        assertThat(world.taken).isEqualTo(Secret.copyOf("second"));
    }

    /** Every step of a change, for both kinds of target, for a server that dies and for a failure that is only told. */
    @Test
    void whatever_breaks_at_whatever_step_the_next_try_ends_it() {
        for (var changesItself : new boolean[] {false, true}) {
            for (var dies : new boolean[] {false, true}) {
                int at = 1;
                for (; ; at++) {
                    var world = new World(changesItself);
                    world.faultAt = at;
                    world.fault = () -> fail(dies);
                    if (!broke(world, "second")) break;
                    world.change("third");
                    assertThat(world.row().current()).as("after step %s", at).isEqualTo(world.taken);
                    assertThat(world.row().pending()).isEmpty();
                    assertThat(world.taken).isNotEqualTo(Secret.copyOf("first"));
                }
                assertThat(at).as("steps").isGreaterThan(6);
            }
        }
    }

    private static void fail(boolean dies) {
        if (dies) throw new Died();
        throw new Problem.Upstream("it broke").asException();
    }

    private static boolean broke(World world, String fresh) {
        try {
            world.change(fresh);
            return false;
        } catch (Died | Problem.ProblemException broken) {
            return true;
        }
    }

    /** Faults upon faults, refusals among them; the law is asked at each step. */
    @Test
    void one_side_always_knows_what_the_other_has() {
        Property.holds(300, this::law);
    }

    private void law(RandomGenerator random) {
        var world = new World(random.nextBoolean());
        for (int round = 0; round < 12; round++) {
            boolean dies = random.nextBoolean();
            world.fault = () -> fail(dies);
            world.faultAt = world.steps + 1 + random.nextInt(12);
            world.refuses = random.nextInt(4) == 0;
            broke(world, "new-" + round);
            assertThat(world.row().candidates()).contains(world.taken);
        }
        world.faultAt = Integer.MAX_VALUE;
        world.refuses = false;
        world.change("last");
        assertThat(world.row().current()).isEqualTo(world.taken);
    }
}
