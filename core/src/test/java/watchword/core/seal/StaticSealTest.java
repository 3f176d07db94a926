package watchword.core.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

class StaticSealTest {
    private final SealFixture f = new SealFixture();
    private final StaticSeal.Key key = f.key("2030-1");
    private final Seal seal = f.auto(f.staticSeal(key));

    @Test
    void it_unseals_itself_and_again_after_every_start() {
        var made = f.init(seal, SealFixture.recovery(5, 3));
        assertThat(made.shares()).isEmpty();
        assertThat(made.recoveryShares()).hasSize(5);

        assertThat(seal.autoUnseal()).isPresent();
        assertThat(seal.autoUnseal()).as("it is open").isEmpty();
        assertThat(seal.status()).isEqualTo(new SealStatus("static", true, false, 3, 5, 0, "", false, true));
        assertThat(f.auto(f.staticSeal(key)).autoUnseal()).hasValueSatisfying(barrier -> assertThat(SealFixture.first(barrier)).isEqualTo(SealFixture.VALUE));
    }

    @Test
    void recovery_shares_open_nothing_without_the_key() {
        var shares = f.init(seal, SealFixture.recovery(3, 2)).recoveryShares();

        var without = f.shamir();
        assertThat(without.autoUnseal()).isEmpty();
        assertThatThrownBy(() -> SealFixture.unseal(without, shares.subList(0, 2))).isInstanceOfSatisfying(Problem.ProblemException.class,
                thrown -> assertThat(thrown.problem()).isInstanceOf(Problem.Unavailable.class));

        var other = f.auto(f.staticSeal(f.key("2030-1")));
        assertThat(other.autoUnseal()).isEmpty();
        assertThatThrownBy(() -> SealFixture.unseal(other, shares.subList(0, 2))).hasMessageContaining("does not give the root key");
        assertThat(other.status().sealed()).isTrue();
    }

    @Test
    void after_it_was_sealed_by_hand_a_quorum_of_recovery_shares_lets_it_unseal() {
        var shares = f.init(seal, SealFixture.recovery(3, 2)).recoveryShares();
        seal.autoUnseal();
        seal.seal();
        var foreign = watchword.crypto.Shamir.split(seal.keys().newKey(), 3, 2, f.random);

        assertThatThrownBy(() -> SealFixture.unseal(seal, foreign.subList(0, 2))).hasMessage("Unseal failed, invalid key");
        assertThat(seal.status().sealed()).isTrue();
        assertThat(SealFixture.unseal(seal, shares.subList(1, 3))).isPresent();
    }

    @Test
    void without_recovery_shares_it_is_unsealed_by_a_start() {
        var made = f.init(seal, SealFixture.recovery(0, 0));
        assertThat(made.recoveryShares()).isEmpty();

        assertThatThrownBy(() -> seal.unseal(Secret.copyOf("00".repeat(33)), false)).hasMessageContaining("no recovery key");
        assertThat(seal.autoUnseal()).isPresent();
    }

    @Test
    void parameters_for_shares_are_refused() {
        assertThatThrownBy(() -> f.init(seal, SealFixture.shares(5, 3))).hasMessage("parameters secret_shares,secret_threshold not applicable to seal type static");
        assertThatThrownBy(() -> f.init(seal, SealFixture.recovery(2, 3))).hasMessage("invalid recovery configuration: threshold cannot be larger than shares");
    }

    @Test
    void a_new_key_takes_over_at_the_next_start_and_the_old_one_is_not_needed_any_more() {
        f.init(seal, SealFixture.recovery(1, 1));
        var next = f.key("2030-2");

        assertThat(f.auto(f.staticSeal(next)).autoUnseal()).isEmpty();
        assertThat(f.auto(new StaticSeal(next, Optional.of(key), f.random)).autoUnseal()).isPresent();
        assertThat(f.auto(f.staticSeal(next)).autoUnseal()).isPresent();
        assertThat(f.auto(f.staticSeal(key)).autoUnseal()).isEmpty();
    }

    /** What a key service answers when it is broken, or not what it says it is. */
    @Test
    void whatever_an_auto_seal_answers_in_place_of_the_root_key_leaves_the_server_sealed() {
        f.init(seal, SealFixture.recovery(1, 1));
        var answers = List.of(Secret.owning(new byte[0]), Secret.owning(new byte[31]), Secret.owning(new byte[32]), Secret.owning(new byte[33]),
                Secret.owning(new byte[1 << 20]), Secret.copyOf("canary-not-a-key-canary-not-a-ke"));
        for (var answer : answers) {
            AutoSeal broken = new AutoSeal() {
                @Override
                public String type() {
                    return "static";
                }

                @Override
                public String keyId() {
                    return key.id();
                }

                @Override
                public byte[] wrap(String name, Secret rootKey) {
                    throw new IllegalStateException("not asked for");
                }

                @Override
                public Optional<Secret> unwrap(String keyId, String name, byte[] wrapped) {
                    return Optional.of(answer.use(bytes -> Secret.owning(bytes.clone())));
                }
            };
            var sealed = f.auto(broken);
            assertThat(sealed.autoUnseal()).isEmpty();
            assertThat(sealed.status().sealed()).isTrue();
        }
    }

    @Test
    void a_key_that_is_not_32_bytes_is_refused() {
        assertThatThrownBy(() -> new StaticSeal.Key("x", Secret.owning(new byte[31]))).isInstanceOf(IllegalArgumentException.class);
    }

    // ---- moving ----

    @Test
    void shares_move_to_an_auto_seal_and_become_recovery_shares() {
        var shares = f.init(f.shamir(), SealFixture.shares(3, 2)).shares();
        assertThat(seal.autoUnseal()).isEmpty();
        assertThat(seal.status()).isEqualTo(new SealStatus("shamir", true, true, 2, 3, 0, "", true, false));
        assertThatThrownBy(() -> seal.unseal(SealFixture.hex(shares.get(0)), false)).hasMessageContaining("migrate option not provided");

        seal.unseal(SealFixture.hex(shares.get(0)), true);
        var barrier = seal.unseal(SealFixture.hex(shares.get(1)), true).orElseThrow();

        assertThat(SealFixture.first(barrier)).isEqualTo(SealFixture.VALUE);
        assertThat(seal.status()).isEqualTo(new SealStatus("static", true, false, 2, 3, 0, "", false, true));
        assertThat(f.auto(f.staticSeal(key)).autoUnseal()).isPresent();
        assertThatThrownBy(() -> SealFixture.unseal(f.shamir(), shares.subList(0, 2))).isInstanceOf(Problem.ProblemException.class);
        seal.rootGeneration().start(Optional.empty());
        var nonce = seal.rootGeneration().status().nonce();
        seal.rootGeneration().update(SealFixture.hex(shares.get(0)), nonce, StaticSealTest::never);
        assertThat(seal.rootGeneration().update(SealFixture.hex(shares.get(2)), nonce, () -> Secret.copyOf("x".repeat(RootGeneration.OTP_LENGTH))).complete()).isTrue();
    }

    private static Secret never() {
        throw new IllegalStateException("no quorum yet");
    }

    @Test
    void recovery_shares_move_to_a_seal_of_shares_and_unseal_from_then_on() {
        var shares = f.init(seal, SealFixture.recovery(3, 2)).recoveryShares();
        var moving = f.seal(Optional.empty(), Optional.of(f.staticSeal(key)));
        assertThat(moving.autoUnseal()).isEmpty();
        assertThat(moving.status().migration()).isTrue();

        moving.unseal(SealFixture.hex(shares.get(0)), true);
        assertThat(moving.unseal(SealFixture.hex(shares.get(1)), true)).isPresent();

        assertThat(moving.status()).isEqualTo(new SealStatus("shamir", true, false, 2, 3, 0, "", false, false));
        assertThat(SealFixture.unseal(f.shamir(), shares.subList(1, 3))).isPresent();
        assertThat(seal.autoUnseal()).as("the key alone is not enough any more").isEmpty();
    }

    @Test
    void there_is_nothing_to_move_without_another_seal() {
        var shares = f.init(f.shamir(), SealFixture.shares(1, 1)).shares();

        assertThatThrownBy(() -> f.shamir().unseal(SealFixture.hex(shares.getFirst()), true)).hasMessage("can't perform a seal migration, no migration seal found");
    }
}
