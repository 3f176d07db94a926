package watchword.core.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import watchword.core.barrier.Barrier;
import watchword.core.barrier.Stores;
import watchword.crypto.Shamir;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

class RekeyTest {
    private final SealFixture f = new SealFixture();
    private final Seal seal = f.shamir();
    private final List<Secret> old = f.init(seal, SealFixture.shares(3, 2)).shares();
    private final Barrier barrier = SealFixture.unseal(seal, old.subList(0, 2)).orElseThrow();
    private final Rekey rekey = seal.rekey();

    private static Rekey.Request plain(int shares, int threshold) {
        return new Rekey.Request(new Shares(shares, threshold), false, false);
    }

    private static Rekey.Outcome give(Rekey rekey, List<Secret> shares) {
        var nonce = rekey.status().nonce();
        Rekey.Outcome last = new Rekey.Outcome(rekey.status(), false, List.of());
        for (var share : shares) last = rekey.update(SealFixture.hex(share), nonce);
        return last;
    }

    @Test
    void new_shares_take_the_place_of_the_old_ones() {
        assertThat(rekey.status()).isEqualTo(new Rekey.Status("", new Shares(0, 0), 0, 2, false, "", 0));
        var started = rekey.start(plain(5, 3)).status();
        assertThat(started.started()).isTrue();
        assertThat(started.required()).isEqualTo(2);

        assertThat(rekey.update(SealFixture.hex(old.get(2)), started.nonce()).status().progress()).isEqualTo(1);
        var outcome = rekey.update(SealFixture.base64(old.get(0)), started.nonce());

        assertThat(outcome.complete()).isTrue();
        assertThat(outcome.shares()).hasSize(5);
        assertThat(SealFixture.first(barrier)).isEqualTo(SealFixture.VALUE);
        assertThat(rekey.status().started()).isFalse();
        assertThat(seal.status()).isEqualTo(new SealStatus("shamir", true, false, 3, 5, 0, "", false, false));
        seal.seal();
        assertThatThrownBy(() -> SealFixture.unseal(f.shamir(), old)).isInstanceOf(Problem.ProblemException.class);
        assertThat(SealFixture.unseal(seal, outcome.shares().subList(2, 5))).hasValueSatisfying(open -> assertThat(SealFixture.first(open)).isEqualTo(SealFixture.VALUE));
    }

    @Test
    void the_root_key_is_another_afterwards() {
        try (var before = barrier.rootKey()) {
            rekey.start(plain(1, 1));
            give(rekey, old.subList(0, 2));

            assertThat(barrier.isRootKey(before)).isFalse();
        }
    }

    @Test
    void a_backup_of_the_store_still_needs_the_shares_it_was_made_with() {
        var backup = Stores.entries(f.store);
        rekey.start(plain(3, 2));
        var fresh = give(rekey, old.subList(0, 2)).shares();
        seal.seal();

        Stores.restore(f.store, backup);

        assertThatThrownBy(() -> SealFixture.unseal(f.shamir(), fresh.subList(0, 2))).hasMessage("Unseal failed, invalid key");
        assertThat(SealFixture.unseal(f.shamir(), old.subList(0, 2))).isPresent();
    }

    @Test
    void a_share_counts_once_and_with_the_right_nonce_only() {
        var nonce = rekey.start(plain(3, 2)).status().nonce();
        rekey.update(SealFixture.hex(old.get(0)), nonce);

        assertThatThrownBy(() -> rekey.update(SealFixture.base64(old.get(0)), nonce)).hasMessage("given key has already been provided during this generation operation");
        assertThatThrownBy(() -> rekey.update(SealFixture.hex(old.get(1)), "wrong")).hasMessage("incorrect nonce supplied; nonce for this rekey operation is \"" + nonce + "\"");
        assertThatThrownBy(() -> rekey.update(SealFixture.hex(old.get(1)), "")).hasMessageStartingWith("incorrect nonce");
        assertThat(rekey.status().progress()).isEqualTo(1);
    }

    @Test
    void an_attempt_that_was_cancelled_and_begun_by_another_does_not_take_shares_meant_for_the_first() {
        var first = rekey.start(plain(3, 2)).status().nonce();
        rekey.update(SealFixture.hex(old.get(0)), first);
        rekey.cancel();
        rekey.cancel();

        rekey.start(plain(1, 1));

        assertThat(rekey.status().progress()).isZero();
        assertThatThrownBy(() -> rekey.update(SealFixture.hex(old.get(1)), first)).hasMessageStartingWith("incorrect nonce");
    }

    @Test
    void one_attempt_at_a_time() {
        rekey.start(plain(3, 2));

        assertThatThrownBy(() -> rekey.start(plain(3, 2))).hasMessage("rekey already in progress");
        rekey.cancel();
        assertThatThrownBy(() -> rekey.update(SealFixture.hex(old.get(0)), "x")).hasMessage("no rekey in progress");
    }

    @Test
    void what_cannot_be_is_refused() {
        assertThatThrownBy(() -> rekey.start(plain(3, 4))).hasMessage("invalid rekey seal configuration: threshold cannot be larger than shares");
        assertThatThrownBy(() -> rekey.start(new Rekey.Request(new Shares(3, 2), false, true)))
                .hasMessage("cannot request a backup of the new keys without providing PGP keys for encryption");
        assertThatThrownBy(() -> seal.rekeyRecovery().start(plain(3, 2))).hasMessage("recovery rekeying not supported");
        assertThatThrownBy(() -> seal.rekeyRecovery().status()).hasMessage("recovery rekeying not supported");
    }

    @Test
    void wrong_shares_change_nothing_and_the_attempt_begins_anew() {
        rekey.start(plain(3, 2));
        var foreign = Shamir.split(seal.keys().newKey(), 3, 2, f.random);

        assertThatThrownBy(() -> give(rekey, foreign.subList(0, 2))).hasMessage("unseal key verification failed");

        assertThat(rekey.status().progress()).isZero();
        assertThat(give(rekey, old.subList(0, 2)).complete()).isTrue();
    }

    // ---- verification ----

    @Test
    void with_verification_the_old_shares_work_until_the_new_ones_were_shown() {
        rekey.start(new Rekey.Request(new Shares(3, 2), true, false));
        assertThatThrownBy(rekey::verificationStatus).hasMessage("no rekey verification in progress");
        var authorized = give(rekey, old.subList(0, 2));
        var fresh = authorized.shares();
        var nonce = authorized.status().verificationNonce();
        assertThat(authorized.complete()).isTrue();
        assertThat(nonce).isNotEmpty().isNotEqualTo(authorized.status().nonce());
        assertThatThrownBy(() -> rekey.update(SealFixture.hex(old.get(0)), authorized.status().nonce())).hasMessageStartingWith("rekey operation already finished");
        assertThat(SealFixture.unseal(f.shamir(), old.subList(0, 2))).as("nothing has changed yet").isPresent();

        assertThat(rekey.verify(SealFixture.hex(fresh.get(0)), nonce).complete()).isFalse();
        assertThat(rekey.verificationStatus().verificationProgress()).isEqualTo(1);
        assertThat(rekey.verify(SealFixture.hex(fresh.get(2)), nonce).complete()).isTrue();

        assertThat(SealFixture.unseal(f.shamir(), fresh.subList(0, 2))).isPresent();
        assertThatThrownBy(() -> SealFixture.unseal(f.shamir(), old.subList(0, 2))).isInstanceOf(Problem.ProblemException.class);
    }

    @Test
    void a_verification_takes_the_new_shares_alone_and_can_begin_anew() {
        rekey.start(new Rekey.Request(new Shares(3, 2), true, false));
        var authorized = give(rekey, old.subList(0, 2));
        var fresh = authorized.shares();
        var nonce = authorized.status().verificationNonce();

        rekey.verify(SealFixture.hex(old.get(0)), nonce);
        assertThatThrownBy(() -> rekey.verify(SealFixture.hex(old.get(1)), nonce)).hasMessage("rekey verification failed; incorrect key shares supplied");
        rekey.verify(SealFixture.hex(fresh.get(0)), nonce);
        assertThatThrownBy(() -> rekey.verify(SealFixture.hex(fresh.get(0)), nonce)).hasMessageContaining("already been provided");
        var again = rekey.restartVerification().verificationNonce();
        assertThat(again).isNotEqualTo(nonce);
        assertThat(rekey.verificationStatus().verificationProgress()).isZero();
        assertThatThrownBy(() -> rekey.verify(SealFixture.hex(fresh.get(0)), nonce)).hasMessageStartingWith("incorrect nonce supplied; nonce for this verify operation");

        rekey.verify(SealFixture.hex(fresh.get(1)), again);
        assertThat(rekey.verify(SealFixture.hex(fresh.get(2)), again).complete()).isTrue();
    }

    @Test
    void a_rekey_that_is_cancelled_while_it_is_verified_leaves_the_old_shares_good() {
        rekey.start(new Rekey.Request(new Shares(3, 2), true, false));
        give(rekey, old.subList(0, 2));

        rekey.cancel();

        assertThat(SealFixture.unseal(f.shamir(), old.subList(0, 2))).isPresent();
        assertThatThrownBy(() -> rekey.verify(SealFixture.hex(old.get(0)), "x")).hasMessage("no rekey in progress");
    }

    // ---- a failing store ----

    /** Fails the next commit, having made it or not. */
    private static final class FailingOnce implements Storage {
        private final Storage real;
        private boolean armed;
        private final boolean commits;

        FailingOnce(Storage real, boolean commits) {
            this.real = real;
            this.commits = commits;
        }

        @Override
        public <T extends @org.jspecify.annotations.Nullable Object> T read(java.util.function.Function<Reader, T> work) {
            return real.read(work);
        }

        @Override
        public <T extends @org.jspecify.annotations.Nullable Object> T write(java.util.function.Function<Writer, T> work) {
            if (!armed) return real.write(work);
            armed = false;
            if (commits) real.write(work);
            throw new StorageException("the disk failed", commits, null);
        }

        @Override
        public void close() {}
    }

    private Seal aShareBeforeTheEnd(FailingOnce store) {
        seal.seal();
        f.store = store;
        var trying = f.shamir();
        var open = SealFixture.unseal(trying, old.subList(0, 2)).orElseThrow();
        Stores.put(open, "logical/x", SealFixture.VALUE);
        trying.rekey().start(plain(3, 2));
        trying.rekey().update(SealFixture.hex(old.get(0)), trying.rekey().status().nonce());
        store.armed = true;
        return trying;
    }

    @Test
    void when_the_store_fails_after_the_change_the_new_shares_are_told_all_the_same() {
        var trying = aShareBeforeTheEnd(new FailingOnce(f.store, true));

        var fresh = trying.rekey().update(SealFixture.hex(old.get(1)), trying.rekey().status().nonce()).shares();

        assertThat(SealFixture.unseal(f.shamir(), fresh.subList(0, 2))).isPresent();
        trying.barrier().rotate();
        assertThat(SealFixture.first(trying.barrier())).as("the open barrier has followed").isEqualTo(SealFixture.VALUE);
    }

    @Test
    void when_the_store_fails_before_the_change_the_old_shares_stay_good() {
        var trying = aShareBeforeTheEnd(new FailingOnce(f.store, false));

        assertThatThrownBy(() -> trying.rekey().update(SealFixture.hex(old.get(1)), trying.rekey().status().nonce())).isInstanceOf(Storage.StorageException.class);

        assertThat(SealFixture.unseal(f.shamir(), old.subList(0, 2))).isPresent();
        assertThat(give(trying.rekey(), old.subList(0, 2)).complete()).as("it can be tried again").isTrue();
    }

    // ---- with an auto-seal ----

    @Test
    void recovery_shares_are_replaced_with_the_consent_of_the_old_ones() {
        var auto = new SealFixture();
        var key = auto.key("k");
        var own = auto.auto(auto.staticSeal(key));
        var recovery = auto.init(own, SealFixture.recovery(3, 2)).recoveryShares();
        own.autoUnseal();

        own.rekeyRecovery().start(plain(2, 2));
        var fresh = give(own.rekeyRecovery(), recovery.subList(1, 3)).shares();

        assertThat(fresh).hasSize(2);
        assertThat(own.status().n()).isEqualTo(2);
        own.rekeyRecovery().start(plain(1, 1));
        assertThatThrownBy(() -> give(own.rekeyRecovery(), recovery.subList(0, 2))).hasMessage("recovery key verification failed");
        assertThat(give(own.rekeyRecovery(), fresh).complete()).isTrue();
        assertThat(auto.auto(auto.staticSeal(key)).autoUnseal()).isPresent();
    }

    @Test
    void the_first_recovery_key_is_made_at_once() {
        var auto = new SealFixture();
        var own = auto.auto(auto.staticSeal(auto.key("k")));
        auto.init(own, SealFixture.recovery(0, 0));
        own.autoUnseal();

        var outcome = own.rekeyRecovery().start(plain(3, 2));

        assertThat(outcome.complete()).isTrue();
        own.rekeyRecovery().start(plain(1, 1));
        assertThat(give(own.rekeyRecovery(), outcome.shares().subList(0, 2)).complete()).isTrue();
    }

    @Test
    void the_root_key_behind_an_auto_seal_is_replaced_without_shares() {
        var auto = new SealFixture();
        var key = auto.key("k");
        var own = auto.auto(auto.staticSeal(key));
        var recovery = auto.init(own, SealFixture.recovery(3, 2)).recoveryShares();
        var open = own.autoUnseal().orElseThrow();
        assertThatThrownBy(() -> own.rekey().start(plain(3, 2))).hasMessageContaining("must be 1");
        try (var before = open.rootKey()) {
            own.rekey().start(plain(1, 1));
            var outcome = give(own.rekey(), recovery.subList(0, 2));

            assertThat(outcome.complete()).isTrue();
            assertThat(outcome.shares()).isEmpty();
            assertThat(open.isRootKey(before)).isFalse();
        }
        assertThat(auto.auto(auto.staticSeal(key)).autoUnseal()).hasValueSatisfying(again -> assertThat(SealFixture.first(again)).isEqualTo(SealFixture.VALUE));
        assertThat(own.status().n()).isEqualTo(3);
    }
}
