package watchword.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import watchword.sdk.Secret;
import watchword.testkit.Property;

class ShamirTest {
    private final SecureRandom random = new SecureRandom();
    private final Secret secret = LockedKey.generate(random, 32).use(bytes -> Secret.owning(bytes.clone()));

    static List<Vector> vectors() {
        return Vector.all("shamir");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void shares_of_the_specification_combine_as_the_specification_says(Vector vector) {
        var shares = vector.every("share").stream().map(share -> Secret.owning(HexFormat.of().parseHex(share))).toList();
        switch (vector.text("expect")) {
            case "secret" -> assertThat(Shamir.combine(shares)).isEqualTo(Secret.owning(vector.bytes("secret")));
            case "other" -> assertThat(Shamir.combine(shares)).isNotEqualTo(Secret.owning(vector.bytes("secret")));
            case "refused" -> assertThatThrownBy(() -> Shamir.combine(shares)).isInstanceOf(IllegalArgumentException.class);
            default -> throw new IllegalStateException(vector.text("expect"));
        }
    }

    @Test
    void every_choice_of_enough_shares_gives_the_secret_and_no_choice_of_fewer_does() {
        for (int shares = 2; shares <= 8; shares++) {
            for (int threshold = 2; threshold <= shares; threshold++) {
                var split = Shamir.split(secret, shares, threshold, random);
                for (int choice = 1; choice < 1 << shares; choice++) {
                    var chosen = chosen(split, choice);
                    assertThat(Shamir.combine(chosen).sameAs(secret))
                            .as("%d of %d, choice %s", threshold, shares, Integer.toBinaryString(choice))
                            .isEqualTo(chosen.size() >= threshold);
                }
            }
        }
    }

    private static List<Secret> chosen(List<Secret> shares, int choice) {
        return IntStream.range(0, shares.size()).filter(at -> (choice >> at & 1) == 1).mapToObj(shares::get).toList();
    }

    @Test
    void any_secret_any_numbers_any_order() {
        Property.holds(60, seed -> {
            int shares = seed.nextInt(2, 256);
            int threshold = seed.nextInt(2, Math.min(shares, 12) + 1);
            var bytes = new byte[seed.nextInt(1, 40)];
            seed.nextBytes(bytes);
            var whole = Secret.owning(bytes);
            var split = new ArrayList<>(Shamir.split(whole, shares, threshold, random));
            Collections.shuffle(split, new Random(seed.nextLong()));

            assertThat(Shamir.combine(split.subList(0, threshold))).isEqualTo(whole);
        });
    }

    @Test
    void the_largest_split_comes_together() {
        var split = Shamir.split(secret, 255, 255, random);

        assertThat(Shamir.combine(split)).isEqualTo(secret);
        assertThat(Shamir.combine(split.subList(0, 254))).isNotEqualTo(secret);
    }

    @Test
    void a_share_is_one_byte_longer_and_numbered_and_splits_differ() {
        var first = Shamir.split(secret, 5, 3, random);
        var second = Shamir.split(secret, 5, 3, random);

        assertThat(first).allSatisfy(share -> assertThat(share.size()).isEqualTo(33));
        assertThat(first).extracting(Shamir::number).containsExactly(1, 2, 3, 4, 5);
        assertThat(first.getFirst()).isNotEqualTo(second.getFirst());
    }

    @Test
    void one_share_of_one_is_the_secret() {
        assertThat(Shamir.split(secret, 1, 1, random)).containsExactly(secret);
        assertThat(Shamir.combine(List.of(secret))).isEqualTo(secret);
    }

    @Test
    void a_split_that_would_not_protect_or_not_come_together_is_refused() {
        int[][] wrong = {{0, 0}, {1, 0}, {0, 1}, {2, 1}, {3, 4}, {256, 2}, {-1, -1}};
        for (var each : wrong) {
            assertThatThrownBy(() -> Shamir.split(secret, each[0], each[1], random)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> Shamir.split(Secret.owning(new byte[0]), 3, 2, random)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Shamir.combine(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void when_randomness_fails_there_are_no_shares() {
        assertThatThrownBy(() -> Shamir.split(secret, 5, 3, new BrokenRandom(4))).isInstanceOf(ProviderException.class);
    }

    @Test
    void the_arithmetic_is_that_of_the_field() {
        for (int a = 0; a < 256; a++) {
            assertThat(Gf256.multiply(a, Gf256.inverse(a))).isEqualTo(a == 0 ? 0 : 1);
            for (int b = 0; b < 256; b++) assertThat(Gf256.multiply(a, b)).isEqualTo(schoolbook(a, b));
        }
    }

    /** Multiplies as polynomials, then divides; another way than the one under test. */
    private static int schoolbook(int a, int b) {
        int product = 0;
        for (int at = 0; at < 8; at++) if ((b >> at & 1) == 1) product ^= a << at;
        for (int at = 14; at >= 8; at--) if ((product >> at & 1) == 1) product ^= 0x11b << (at - 8);
        return product;
    }

    /** A table or a branch in the field arithmetic would tell the secret through the cache or the clock. */
    @Test
    void the_arithmetic_has_no_table_and_no_branch() throws IOException {
        var code = Files.readString(Path.of("src/main/java/watchword/crypto/Gf256.java")).replaceAll("(?s)/\\*.*?\\*/|//[^\n]*", "");

        assertThat(code).doesNotContain("[", "?", "if ", "switch", "&&", "||", "while", "%", " / ");
    }
}
