package watchword.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import watchword.sdk.Secret;
import watchword.testkit.Property;

class KeyringTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00.123456789Z");
    private static final String NAME = "logical/kv/db";
    private static final byte[] VALUE = "{\"password\":\"canary-1\"}".getBytes(StandardCharsets.UTF_8);

    private final SecureRandom random = new SecureRandom();
    private final Keyring keyring = Keyring.generate(random, NOW);

    static List<Vector> vectors() {
        return Vector.all("barrier-record");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void a_record_of_the_specification_reads_as_the_specification_says(Vector vector) {
        try (var held = keyringOf(vector)) {
            var value = held.decrypt(vector.text("name"), vector.bytes("record"));
            switch (vector.text("expect")) {
                case "value" -> assertThat(value).hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(vector.bytes("value")));
                case "refused" -> assertThat(value).isEmpty();
                default -> throw new IllegalStateException(vector.text("expect"));
            }
        }
    }

    /** Written by hand from the specification, so that it is the format, and not our writer, that the reader is held against. */
    private static Keyring keyringOf(Vector vector) {
        var keys = vector.every("key");
        var encoded = ByteBuffer.allocate(54 + 56 * keys.size());
        encoded.put((byte) 1).put(new byte[32]).putLong(2_000_000).putLong(86_400).put((byte) 1).putInt(keys.size());
        for (var key : keys) {
            var parts = key.split(" ");
            encoded.putInt(Integer.parseInt(parts[0])).putLong(NOW.getEpochSecond()).putInt(NOW.getNano()).putLong(7);
            encoded.put(HexFormat.of().parseHex(parts[1]));
        }
        return Keyring.decode(Secret.owning(encoded.array()));
    }

    @Test
    void what_is_encrypted_under_a_name_is_read_under_that_name() {
        Property.holds(200, seed -> {
            var value = new byte[seed.nextInt(2000)];
            seed.nextBytes(value);

            assertThat(keyring.decrypt(NAME, keyring.encrypt(NAME, value, random))).hasValueSatisfying(read -> assertThat(read).isEqualTo(value));
        });
    }

    @Test
    void no_byte_of_a_record_can_be_changed() {
        var record = keyring.encrypt(NAME, VALUE, random);
        for (int at = 0; at < record.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                var tampered = record.clone();
                tampered[at] ^= (byte) (1 << bit);
                assertThat(keyring.decrypt(NAME, tampered)).as("bit %d of byte %d", bit, at).isEmpty();
            }
        }
        for (int length = 0; length < record.length; length++) assertThat(keyring.decrypt(NAME, Arrays.copyOf(record, length))).isEmpty();
    }

    @Test
    void records_cannot_be_exchanged_between_names_or_stores() {
        var record = keyring.encrypt(NAME, VALUE, random);

        assertThat(keyring.decrypt("logical/kv/other", record)).isEmpty();
        try (var another = Keyring.generate(random, NOW)) {
            assertThat(another.decrypt(NAME, record)).isEmpty();
        }
    }

    @Test
    void old_records_stay_readable_after_rotation_and_new_ones_use_the_new_key() {
        var old = keyring.encrypt(NAME, VALUE, random);

        var rotated = keyring.rotated(random, NOW.plusSeconds(60));
        var fresh = rotated.encrypt(NAME, VALUE, random);

        assertThat(Keyring.termOf(old)).isEqualTo(1);
        assertThat(Keyring.termOf(fresh)).isEqualTo(2);
        assertThat(rotated.decrypt(NAME, old)).isPresent();
        assertThat(rotated.decrypt(NAME, fresh)).isPresent();
        assertThat(keyring.decrypt(NAME, fresh)).isEmpty();
        assertThat(rotated.active()).isEqualTo(new Keyring.Term(2, NOW.plusSeconds(60), 0));
    }

    @Test
    void a_keyring_survives_being_stored() {
        var policy = new RotationPolicy(1_500_000, Duration.ofDays(30), false);
        var before = keyring.rotated(random, NOW).reserving(1, 5).reserving(2, 1000).reserving(2, -300).withPolicy(policy);
        var record = before.encrypt(NAME, VALUE, random);

        try (var encoded = before.encode(); var after = Keyring.decode(encoded)) {
            assertThat(after.decrypt(NAME, record)).isPresent();
            assertThat(after.active()).isEqualTo(new Keyring.Term(2, NOW, 700));
            assertThat(after.policy()).isEqualTo(policy);
            assertThat(after.derive("a/b", 32).sameAs(before.derive("a/b", 32))).isTrue();
        }
    }

    @Test
    void bytes_that_are_no_keyring_are_refused_whole() {
        try (var encoded = keyring.encode()) {
            int length = encoded.size();
            for (int cut = 0; cut < length; cut++) {
                int size = cut;
                assertThatThrownBy(() -> Keyring.decode(encoded.use(bytes -> Secret.owning(Arrays.copyOf(bytes, size)))))
                        .isInstanceOf(IllegalArgumentException.class);
            }
            assertThatThrownBy(() -> Keyring.decode(encoded.use(bytes -> Secret.owning(Arrays.copyOf(bytes, length + 1)))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void a_reloaded_keyring_shares_the_keys_that_are_in_use() {
        var elsewhere = keyring.rotated(random, NOW);
        var fresh = elsewhere.encrypt(NAME, VALUE, random);
        var old = keyring.encrypt(NAME, VALUE, random);

        try (var encoded = elsewhere.encode()) {
            var reloaded = Keyring.decode(encoded).sharing(keyring);

            assertThat(reloaded.decrypt(NAME, fresh)).isPresent();
            assertThat(reloaded.decrypt(NAME, old)).isPresent();
            reloaded.close();
            assertThatThrownBy(() -> keyring.decrypt(NAME, old)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void when_randomness_fails_nothing_is_encrypted_and_no_key_is_made() {
        assertThatThrownBy(() -> keyring.encrypt(NAME, VALUE, new BrokenRandom(0))).isInstanceOf(ProviderException.class);
        assertThatThrownBy(() -> keyring.rotated(new BrokenRandom(0), NOW)).isInstanceOf(ProviderException.class);
        assertThatThrownBy(() -> Keyring.generate(new BrokenRandom(1), NOW)).isInstanceOf(ProviderException.class);
        assertThatThrownBy(() -> LockedKey.generate(new BrokenRandom(0), 32)).isInstanceOf(ProviderException.class);
    }

    @Test
    void nonces_do_not_repeat() {
        var seen = new HashSet<ByteBuffer>();
        for (int n = 0; n < 200_000; n++) {
            var record = keyring.encrypt(NAME, new byte[0], random);
            assertThat(seen.add(ByteBuffer.wrap(record, 5, 12))).isTrue();
        }
    }

    @Test
    void a_closed_keyring_neither_reads_nor_writes() {
        var record = keyring.encrypt(NAME, VALUE, random);

        keyring.close();

        assertThatThrownBy(() -> keyring.encrypt(NAME, VALUE, random)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> keyring.decrypt(NAME, record)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> keyring.derive("a", 32)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(keyring::encode).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_wrapped_key_is_read_with_its_key_and_name_only() {
        var secret = Secret.copyOf("canary-root");
        try (var wrap = new KeyWrap(LockedKey.generate(random, 32)); var other = new KeyWrap(LockedKey.generate(random, 32))) {
            var record = wrap.wrap("barrier/keyring", secret, random);

            assertThat(wrap.unwrap("barrier/keyring", record)).contains(secret);
            assertThat(wrap.unwrap("barrier/seal", record)).isEmpty();
            assertThat(other.unwrap("barrier/keyring", record)).isEmpty();
            assertThat(keyring.decrypt("barrier/keyring", record)).isEmpty();
            assertThat(wrap.unwrap(NAME, keyring.encrypt(NAME, VALUE, random))).isEmpty();
        }
    }
}
