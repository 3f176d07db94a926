package watchword.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import watchword.sdk.Secret;

class KeysTest {
    private static final HexFormat HEX = HexFormat.of();
    private final SecureRandom random = new SecureRandom();

    @Test
    void a_key_is_moved_off_the_heap_and_its_bytes_are_lent_as_copies() {
        var bytes = "canary-key-canary-key-canary-key".getBytes(StandardCharsets.US_ASCII);
        var before = bytes.clone();

        try (var key = LockedKey.taking(bytes)) {
            assertThat(bytes).containsOnly(0);
            assertThat(key.getEncoded()).isEqualTo(before);
            byte[] lent = key.use(copy -> copy);
            assertThat(lent).as("cleared after the loan").containsOnly(0);
            assertThat(key.getEncoded()).isEqualTo(before);
            assertThat(key.toString()).doesNotContain("canary");
            assertThat(key.sameAs(key.copy())).isTrue();
        }
    }

    @Test
    void a_closed_key_is_gone() {
        var key = LockedKey.generate(random, 32);
        key.close();
        key.close();

        assertThat(key.isDestroyed()).isTrue();
        assertThatThrownBy(key::getEncoded).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_use_that_races_with_closing_gets_the_whole_key_or_none() throws Exception {
        var expected = new byte[4096];
        Arrays.fill(expected, (byte) 7);
        try (var threads = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < 300; round++) {
                var key = LockedKey.taking(expected.clone());
                var start = new CountDownLatch(1);
                Callable<Boolean> read = () -> {
                    start.countDown();
                    while (true) {
                        try {
                            if (!Arrays.equals(key.getEncoded(), expected)) return false;
                        } catch (IllegalStateException closed) {
                            return true;
                        }
                    }
                };
                var reader = threads.submit(read);
                start.await();
                key.close();
                assertThat(reader.get()).isTrue();
            }
        }
    }

    /** RFC 4231, test case 2, and RFC 5869, test cases 1 and 3. */
    @Test
    void hmac_and_hkdf_are_the_ones_of_the_standards() {
        try (var hash = new KeyedHash(LockedKey.taking("Jefe".getBytes(StandardCharsets.US_ASCII)))) {
            assertThat(HEX.formatHex(hash.of("what do ya want for nothing?")))
                    .isEqualTo("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        }
        try (var key = LockedKey.taking(HEX.parseHex("0b".repeat(22)))) {
            assertThat(HEX.formatHex(Hkdf.expand(key, HEX.parseHex("000102030405060708090a0b0c"), HEX.parseHex("f0f1f2f3f4f5f6f7f8f9"), 42)))
                    .isEqualTo("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
            assertThat(HEX.formatHex(Hkdf.expand(key, new byte[0], new byte[0], 42)))
                    .isEqualTo("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
        }
    }

    @Test
    void each_label_gives_another_key_and_always_the_same() {
        try (var from = LockedKey.generate(random, 32)) {
            assertThat(Hkdf.derive(from, "token/hash", 32).sameAs(Hkdf.derive(from, "token/hash", 32))).isTrue();
            assertThat(Hkdf.derive(from, "token/hash", 32).sameAs(Hkdf.derive(from, "token/seal", 32))).isFalse();
            assertThatThrownBy(() -> Hkdf.derive(from, "Token hash", 32)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Hkdf.derive(from, "", 32)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void a_stored_hash_matches_its_value_alone() {
        try (var hash = new KeyedHash(LockedKey.generate(random, 32)); var other = new KeyedHash(LockedKey.generate(random, 32))) {
            var stored = hash.of(Secret.copyOf("canary-token"));

            assertThat(hash.matches(Secret.copyOf("canary-token"), stored)).isTrue();
            assertThat(hash.matches(Secret.copyOf("canary-tokem"), stored)).isFalse();
            assertThat(hash.matches(Secret.copyOf(""), stored)).isFalse();
            assertThat(hash.matches(Secret.copyOf("canary-token"), new byte[0])).isFalse();
            assertThat(other.matches(Secret.copyOf("canary-token"), stored)).isFalse();
        }
    }

    @Test
    void secrets_match_when_they_are_the_same_and_never_when_there_is_none() {
        try (var secrets = new Secrets(random)) {
            assertThat(secrets.matches(Secret.copyOf("canary"), Secret.copyOf("canary"))).isTrue();
            assertThat(secrets.matches(Secret.copyOf("canary"), Secret.copyOf("canary-"))).isFalse();
            assertThat(secrets.matchesAny(Secret.copyOf("canary"), Optional.of(Secret.copyOf("canary")))).isTrue();
            assertThat(secrets.matchesAny(Secret.copyOf("canary"), Optional.empty())).isFalse();
            assertThat(secrets.matchesAny(Secret.copyOf(""), Optional.empty())).isFalse();
        }
    }
}
