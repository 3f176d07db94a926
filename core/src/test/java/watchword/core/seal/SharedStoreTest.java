package watchword.core.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import watchword.core.barrier.Barrier;
import watchword.crypto.RotationPolicy;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/** Two servers that are open on one store, when one of them changes the keys. */
class SharedStoreTest {
    private final SealFixture f = new SealFixture();

    private static Rekey.Outcome rekey(Rekey rekey, Rekey.Request request, List<Secret> shares) {
        rekey.start(request);
        return give(rekey, shares);
    }

    private static Rekey.Outcome give(Rekey rekey, List<Secret> shares) {
        var nonce = rekey.status().nonce();
        Rekey.Outcome last = new Rekey.Outcome(rekey.status(), false, List.of());
        for (var share : shares) last = rekey.update(SealFixture.hex(share), nonce);
        return last;
    }

    @Test
    void a_server_that_has_not_seen_the_new_root_key_does_not_wrap_the_old_one() {
        var key = f.key("k");
        var one = f.auto(f.staticSeal(key));
        var recovery = f.init(one, SealFixture.recovery(3, 2)).recoveryShares();
        one.autoUnseal();
        var other = f.auto(f.staticSeal(key));
        other.autoUnseal();

        assertThat(rekey(one.rekey(), new Rekey.Request(new Shares(1, 1), false, false), recovery.subList(0, 2)).complete()).isTrue();
        assertThat(rekey(other.rekeyRecovery(), new Rekey.Request(new Shares(2, 2), false, false), recovery.subList(0, 2)).complete()).isTrue();

        assertThat(f.auto(f.staticSeal(key)).autoUnseal()).hasValueSatisfying(open -> assertThat(SealFixture.first(open)).isEqualTo(SealFixture.VALUE));
    }

    @Test
    void the_shares_of_a_rekey_by_one_are_a_quorum_for_the_other() {
        var one = f.shamir();
        var old = f.init(one, SealFixture.shares(3, 2)).shares();
        SealFixture.unseal(one, old.subList(0, 2));
        var other = f.shamir();
        SealFixture.unseal(other, old.subList(0, 2));

        var fresh = rekey(one.rekey(), new Rekey.Request(new Shares(2, 2), false, false), old.subList(0, 2)).shares();

        assertThat(rekey(other.rekey(), new Rekey.Request(new Shares(1, 1), false, false), fresh).complete()).isTrue();
        assertThatThrownBy(() -> rekey(one.rekey(), new Rekey.Request(new Shares(1, 1), false, false), fresh)).isInstanceOf(Problem.ProblemException.class);
    }

    @Test
    void a_rekey_that_was_agreed_on_before_another_one_is_not_carried_out() {
        var one = f.shamir();
        var old = f.init(one, SealFixture.shares(3, 2)).shares();
        SealFixture.unseal(one, old.subList(0, 2));
        var other = f.shamir();
        SealFixture.unseal(other, old.subList(0, 2));
        var verifying = rekey(one.rekey(), new Rekey.Request(new Shares(1, 1), true, false), old.subList(0, 2)).shares();
        var fresh = rekey(other.rekey(), new Rekey.Request(new Shares(2, 2), false, false), old.subList(1, 3)).shares();

        var nonce = one.rekey().verificationStatus().verificationNonce();
        assertThatThrownBy(() -> one.rekey().verify(SealFixture.hex(verifying.getFirst()), nonce)).hasMessageContaining("another server has changed the keys");

        assertThat(SealFixture.unseal(f.shamir(), fresh)).hasValueSatisfying(open -> assertThat(SealFixture.first(open)).isEqualTo(SealFixture.VALUE));
    }

    @Test
    void a_backup_put_back_by_one_is_not_written_to_by_who_opened_the_store_before() {
        var one = f.shamir();
        var shares = f.init(one, SealFixture.shares(1, 1)).shares();
        SealFixture.unseal(one, shares);
        var other = f.shamir();
        Barrier before = SealFixture.unseal(other, shares).orElseThrow();
        before.rotate();
        before.rotate();

        assertThat(one.replace(_ -> {})).isPresent();

        assertThat(before.isReplaced()).isTrue();
        assertThatThrownBy(() -> before.update(tx -> tx.put("logical/late", SealFixture.VALUE))).hasMessageContaining("backup");
        assertThatThrownBy(before::rotate).hasMessageContaining("backup");
        other.seal();
        assertThat(SealFixture.unseal(other, shares)).hasValueSatisfying(again -> {
            again.update(tx -> tx.put("logical/late", SealFixture.VALUE));
            assertThat(again.isReplaced()).isFalse();
        });
    }

    @Test
    void a_key_that_is_due_is_rotated_once_though_two_servers_look() {
        var one = f.shamir();
        var shares = f.init(one, SealFixture.shares(1, 1)).shares();
        var first = SealFixture.unseal(one, shares).orElseThrow();
        first.setRotationPolicy(new RotationPolicy(RotationPolicy.DEFAULT.maxOperations(), Duration.ofHours(24), true));
        var second = SealFixture.unseal(f.shamir(), shares).orElseThrow();
        f.clock.advance(Duration.ofHours(25));

        assertThat(first.rotateIfDue()).isTrue();
        second.rotateIfDue();

        first.catchUp();
        second.catchUp();
        assertThat(first.keyStatus().term()).isEqualTo(2);
        assertThat(second.keyStatus().term()).isEqualTo(2);
    }
}
