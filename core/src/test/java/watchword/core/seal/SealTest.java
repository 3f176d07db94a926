package watchword.core.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import watchword.core.barrier.RollbackGuard;
import watchword.core.barrier.Stores;
import watchword.crypto.Shamir;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.storage.MemoryStorage;
import watchword.testkit.Property;

class SealTest {
    private final SealFixture f = new SealFixture();
    private final Seal seal = f.shamir();

    @Test
    void a_server_without_a_store_is_not_initialized_and_says_so() {
        assertThat(seal.status()).isEqualTo(new SealStatus("shamir", false, true, 0, 0, 0, "", false, false));
        assertThatThrownBy(() -> seal.unseal(Secret.copyOf("00".repeat(33)), false)).hasMessage("Vault is not initialized");
    }

    @Test
    void initializing_gives_shares_and_leaves_the_server_sealed() {
        var made = f.init(seal, SealFixture.shares(5, 3));

        assertThat(made.shares()).hasSize(5).allSatisfy(share -> assertThat(share.size()).isEqualTo(33));
        assertThat(made.recoveryShares()).isEmpty();
        assertThat(made.first()).isEqualTo("root token");
        assertThat(seal.status()).isEqualTo(new SealStatus("shamir", true, true, 3, 5, 0, "", false, false));
        assertThatThrownBy(seal::barrier).hasMessage("Vault is sealed");
    }

    @Test
    void any_three_of_five_unseal_in_hex_or_base64_and_two_do_not() {
        var shares = f.init(seal, SealFixture.shares(5, 3)).shares();
        Property.holds(30, seed -> {
            var order = new ArrayList<>(shares);
            java.util.Collections.shuffle(order, new java.util.Random(seed.nextLong()));
            var fresh = f.shamir();

            assertThat(fresh.unseal(SealFixture.hex(order.get(0)), false)).isEmpty();
            assertThat(fresh.unseal(SealFixture.base64(order.get(1)), false)).isEmpty();
            assertThat(fresh.status().progress()).isEqualTo(2);
            assertThat(fresh.status().nonce()).matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
            var opened = fresh.unseal(seed.nextBoolean() ? SealFixture.hex(order.get(2)) : SealFixture.base64(order.get(2)), false);

            assertThat(opened).hasValueSatisfying(barrier -> assertThat(SealFixture.first(barrier)).isEqualTo(SealFixture.VALUE));
            assertThat(fresh.status()).isEqualTo(new SealStatus("shamir", true, false, 3, 5, 0, "", false, false));
            fresh.seal();
        });
    }

    @Test
    void one_share_of_one_is_the_plain_key() {
        var shares = f.init(seal, SealFixture.shares(1, 1)).shares();

        assertThat(shares).hasSize(1).allSatisfy(share -> assertThat(share.size()).isEqualTo(32));
        assertThat(SealFixture.unseal(seal, shares)).isPresent();
    }

    @Test
    void the_same_share_twice_counts_once() {
        var shares = f.init(seal, SealFixture.shares(3, 2)).shares();

        seal.unseal(SealFixture.hex(shares.get(0)), false);
        assertThat(seal.unseal(SealFixture.base64(shares.get(0)), false)).isEmpty();

        assertThat(seal.status().progress()).isEqualTo(1);
        assertThat(seal.status().sealed()).isTrue();
    }

    @Test
    void an_altered_share_in_place_of_one_given_is_told_and_counts_for_nothing() {
        var shares = f.init(seal, SealFixture.shares(3, 2)).shares();
        var altered = shares.get(0).use(bytes -> {
            var copy = bytes.clone();
            copy[3] ^= 1;
            return Secret.owning(copy);
        });
        seal.unseal(SealFixture.hex(altered), false);

        assertThatThrownBy(() -> seal.unseal(SealFixture.hex(shares.get(0)), false)).hasMessageContaining("another share with the number 1");

        assertThat(seal.status().progress()).isEqualTo(1);
        seal.resetUnseal();
        assertThat(SealFixture.unseal(seal, shares.subList(0, 2))).isPresent();
    }

    @Test
    void wrong_shares_say_so_and_begin_anew() {
        var shares = f.init(seal, SealFixture.shares(3, 2)).shares();
        var foreign = Shamir.split(seal.keys().newKey(), 3, 2, f.random);

        seal.unseal(SealFixture.hex(shares.get(0)), false);
        assertThatThrownBy(() -> seal.unseal(SealFixture.hex(foreign.get(1)), false)).isInstanceOfSatisfying(Problem.ProblemException.class,
                thrown -> assertThat(thrown.problem()).isEqualTo(new Problem.Invalid("Unseal failed, invalid key")));

        assertThat(seal.status()).isEqualTo(new SealStatus("shamir", true, true, 2, 3, 0, "", false, false));
        assertThat(SealFixture.unseal(seal, shares.subList(1, 3))).isPresent();
    }

    @Test
    void what_cannot_be_a_share_is_refused_with_the_reason() {
        f.init(seal, SealFixture.shares(3, 2));
        Map<String, String> wrong = Map.of(
                "not a key!", "'key' must be a valid hex or base64 string",
                "", "key is shorter than minimum 16 bytes",
                "abcd", "key is shorter than minimum 16 bytes",
                "00".repeat(34), "key is longer than maximum 33 bytes",
                "11".repeat(32), "a share of this seal has 33 bytes",
                "00".repeat(33), "never 0");

        wrong.forEach((text, message) -> assertThatThrownBy(() -> seal.unseal(Secret.copyOf(text), false)).as(text)
                .isInstanceOfSatisfying(Problem.ProblemException.class, thrown -> assertThat(thrown.problem()).isInstanceOf(Problem.Invalid.class))
                .hasMessageContaining(message));
        assertThat(seal.status().progress()).isZero();
    }

    @Test
    void no_text_crashes_the_unseal() {
        f.init(seal, SealFixture.shares(3, 2));
        Property.holds(2000, seed -> {
            var text = new byte[seed.nextInt(80)];
            seed.nextBytes(text);
            if (seed.nextBoolean()) for (int at = 0; at < text.length; at++) text[at] = (byte) "0123456789abcdefABCDEF+/=".charAt(Math.floorMod(text[at], 25));
            try {
                assertThat(seal.unseal(Secret.owning(text), false)).isEmpty();
            } catch (Problem.ProblemException refused) {
                assertThat(refused.problem()).isInstanceOf(Problem.Invalid.class);
            }
        });
    }

    @Test
    void shares_that_do_not_make_sense_are_refused() {
        Map<Seal.InitRequest, String> wrong = Map.of(
                SealFixture.shares(0, 0), "invalid seal configuration: shares must be at least one",
                SealFixture.shares(3, 0), "invalid seal configuration: threshold must be at least one",
                SealFixture.shares(256, 2), "invalid seal configuration: shares must be less than 256",
                SealFixture.shares(3, 4), "invalid seal configuration: threshold cannot be larger than shares",
                SealFixture.shares(3, 1), "invalid seal configuration: threshold must be greater than one for multiple shares",
                new Seal.InitRequest(new Shares(1, 1), new Shares(1, 1), 0), "parameters recovery_shares,recovery_threshold not applicable to seal type shamir",
                new Seal.InitRequest(new Shares(3, 2), new Shares(0, 0), 3), "invalid seal configuration: stored keys cannot be larger than 1");

        wrong.forEach((request, message) -> assertThatThrownBy(() -> f.init(seal, request)).hasMessage(message));
        assertThat(seal.isInitialized()).isFalse();
    }

    @Test
    void a_server_is_initialized_once() {
        f.init(seal, SealFixture.shares(1, 1));

        assertThatThrownBy(() -> f.init(seal, SealFixture.shares(1, 1))).hasMessage("Vault is already initialized");
    }

    @Test
    void an_initialization_that_broke_off_can_be_begun_anew() {
        assertThatThrownBy(() -> seal.initialize(SealFixture.shares(3, 2), barrier -> {
            barrier.update(tx -> tx.put("logical/half", SealFixture.VALUE));
            throw new IllegalStateException("crash");
        })).hasMessage("crash");
        assertThat(seal.isInitialized()).isFalse();

        var shares = f.init(seal, SealFixture.shares(3, 2)).shares();

        var barrier = SealFixture.unseal(seal, shares.subList(0, 2)).orElseThrow();
        assertThat(Stores.entries(barrier)).extracting(entry -> entry.key()).containsExactly("logical/first");
    }

    @Test
    void a_store_that_has_lost_how_it_is_sealed_is_not_overwritten() {
        f.init(seal, SealFixture.shares(3, 2));
        f.store.update(tx -> tx.delete("barrier/seal"));

        assertThatThrownBy(() -> f.init(seal, SealFixture.shares(3, 2))).hasMessageContaining("not empty");
    }

    @Test
    void sealing_closes_the_barrier_and_forgets_what_was_under_way() {
        var shares = f.init(seal, SealFixture.shares(3, 2)).shares();
        var barrier = SealFixture.unseal(seal, shares.subList(0, 2)).orElseThrow();
        seal.rekey().start(new Rekey.Request(new Shares(3, 2), false, false));

        seal.seal();
        seal.seal();

        assertThat(seal.status().sealed()).isTrue();
        assertThatThrownBy(() -> SealFixture.first(barrier)).hasMessage("Vault is sealed");
        assertThatThrownBy(() -> seal.rekey().status()).hasMessage("Vault is sealed");
        SealFixture.unseal(seal, shares.subList(0, 2));
        assertThat(seal.rekey().status().started()).isFalse();
    }

    @Test
    void a_share_more_after_the_unseal_changes_nothing() {
        var shares = f.init(seal, SealFixture.shares(3, 2)).shares();
        SealFixture.unseal(seal, shares.subList(0, 2));

        assertThat(seal.unseal(SealFixture.hex(shares.get(2)), false)).isEmpty();
        assertThat(seal.status().progress()).isZero();
    }

    @Test
    void a_tampered_seal_record_opens_with_no_share() {
        var shares = f.init(seal, SealFixture.shares(3, 2)).shares();
        var record = Stores.get(f.store, "barrier/seal");
        for (int at = 0; at < record.length; at++) {
            var tampered = record.clone();
            tampered[at] ^= 1;
            Stores.put(f.store, "barrier/seal", tampered);
            var fresh = f.shamir();
            assertThatThrownBy(() -> SealFixture.unseal(fresh, shares)).as("byte %d", at).isInstanceOf(RuntimeException.class);
            assertThatThrownBy(fresh::barrier).as("byte %d", at).hasMessage("Vault is sealed");
        }
    }

    @Test
    void neither_shares_nor_keys_are_in_the_store_or_in_any_text() {
        var made = f.init(seal, SealFixture.shares(3, 2));
        var barrier = SealFixture.unseal(seal, made.shares().subList(0, 2)).orElseThrow();
        var secrets = new ArrayList<String>();
        try (var root = barrier.rootKey(); var unseal = Shamir.combine(made.shares().subList(0, 2))) {
            secrets.add(root.use(bytes -> new String(bytes, StandardCharsets.ISO_8859_1)));
            secrets.add(unseal.use(bytes -> new String(bytes, StandardCharsets.ISO_8859_1)));
        }
        made.shares().forEach(share -> secrets.add(share.use(bytes -> new String(bytes, 0, 32, StandardCharsets.ISO_8859_1))));

        for (var entry : Stores.entries(f.store)) {
            var text = new String(entry.value(), StandardCharsets.ISO_8859_1);
            assertThat(secrets).as(entry.key()).noneMatch(text::contains);
        }
        var told = made.toString() + seal.status();
        assertThat(secrets).noneMatch(secret -> told.contains(HexFormat.of().formatHex(secret.getBytes(StandardCharsets.ISO_8859_1))));
    }

    @Test
    void a_store_that_was_put_back_stays_sealed(@TempDir Path folder) throws Exception {
        f.guard = RollbackGuard.by(folder.resolve("epoch"));
        var guarded = f.shamir();
        var shares = f.init(guarded, SealFixture.shares(3, 2)).shares();
        SealFixture.unseal(guarded, shares.subList(0, 2));
        var yesterday = Stores.entries(f.store);
        Stores.put(guarded.barrier(), "logical/x", SealFixture.VALUE);
        guarded.seal();

        Stores.restore(f.store, yesterday);
        assertThatThrownBy(() -> SealFixture.unseal(guarded, shares.subList(0, 2))).hasMessageContaining("put back to an earlier state");
        assertThat(guarded.status().sealed()).isTrue();

        f.store = new MemoryStorage();
        assertThatThrownBy(() -> f.init(f.shamir(), SealFixture.shares(3, 2))).as("an empty store in its place").hasMessageContaining("had a store before");
        Files.delete(folder.resolve("epoch"));
        f.init(f.shamir(), SealFixture.shares(3, 2));
    }

    @Test
    void statuses_of_a_sealed_server_do_not_name_the_cluster() {
        var info = new watchword.core.sys.ServerInfo("0", "1.18.5", "cluster", "id", "sqlite", "http://x", f.clock.instant(), java.time.Duration.ofHours(1), java.time.Duration.ofHours(1));
        var shares = f.init(seal, SealFixture.shares(1, 1)).shares();

        var schema = watchword.core.wire.Schema.of(watchword.core.sys.BootApi.SealFacts.class);
        assertThat(schema.encodeAnswer(seal.status().answer(info))).containsOnlyKeys("type", "initialized", "sealed", "t", "n", "progress", "nonce", "version", "commit_date",
                "migration", "recovery_seal", "storage_type", "watchword_version");
        SealFixture.unseal(seal, shares);
        assertThat(schema.encodeAnswer(seal.status().answer(info))).containsEntry("cluster_name", "cluster").containsEntry("cluster_id", "id").containsEntry("sealed", false);
    }

    @Test
    void a_status_is_read_by_many_while_shares_are_given() {
        var shares = f.init(seal, SealFixture.shares(3, 2)).shares();
        var seen = java.util.stream.IntStream.range(0, 200).parallel().mapToObj(n -> {
            if (n == 100) SealFixture.unseal(seal, shares.subList(0, 2));
            return seal.status();
        }).toList();

        assertThat(seen).allSatisfy(status -> assertThat(List.of(0, 1)).contains(status.progress()));
        assertThat(seal.status().sealed()).isFalse();
    }
}
