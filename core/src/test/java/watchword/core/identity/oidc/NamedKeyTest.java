package watchword.core.identity.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import watchword.crypto.jose.SigningKey;
import watchword.sdk.Secret;

/** Keys take turns, and nobody is asked to believe a key that they cannot have seen. */
class NamedKeyTest {
    private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
    private int made;

    private List<SigningKey.Pair> fresh(NamedKey key, Instant now) {
        var pairs = new ArrayList<SigningKey.Pair>();
        for (int i = 0; i < key.wanting(now); i++) pairs.add(new SigningKey.Pair(Secret.copyOf("private"), Map.of("kid", "k" + made++, "alg", key.algorithm())));
        return pairs;
    }

    private NamedKey settled(NamedKey key, Instant now) {
        return key.settled(fresh(key, now), now);
    }

    private static Set<String> published(NamedKey key, Instant now) {
        return key.published(now).stream().map(jwk -> jwk.get("kid")).collect(Collectors.toSet());
    }

    private static String signer(NamedKey key, Instant now) {
        return key.current(now).orElseThrow().id();
    }

    @Test
    void the_next_key_is_published_a_period_before_it_signs() {
        var key = settled(NamedKey.DEFAULT, START);
        assertThat(published(key, START)).containsExactlyInAnyOrder("k0", "k1");
        assertThat(signer(key, START)).isEqualTo("k0");
        var turn = START.plus(Duration.ofHours(24));
        assertThat(key.due(START)).contains(turn);
        assertThat(signer(key, turn.minusMillis(1))).isEqualTo("k0");
        assertThat(signer(key, turn)).as("without anything having been done").isEqualTo("k1");
        var next = settled(key, turn);
        assertThat(published(next, turn)).containsExactlyInAnyOrder("k0", "k1", "k2");
        assertThat(next.ring().getFirst().privateKey()).as("whose turn is over cannot sign").isEmpty();
        var end = turn.plus(Duration.ofHours(24));
        assertThat(published(next, end.minusMillis(1))).contains("k0");
        assertThat(published(next, end)).doesNotContain("k0");
        assertThat(settled(next, end).ring()).hasSize(3);
    }

    @Test
    void a_server_that_was_down_for_a_year_signs_with_what_it_had_published() {
        var key = settled(NamedKey.DEFAULT, START);
        var later = START.plus(Duration.ofDays(365));
        assertThat(signer(key, later)).isEqualTo("k1");
        var next = settled(key, later);
        assertThat(signer(next, later)).isEqualTo("k1");
        assertThat(published(next, later)).as("the first key's time is long over").containsExactlyInAnyOrder("k1", "k2");
        assertThat(next.due(later)).contains(later.plus(Duration.ofHours(24)));
    }

    @Test
    void a_turn_that_is_called_for_begins_at_once_when_the_next_key_is_known() {
        var key = settled(NamedKey.DEFAULT, START);
        var now = START.plus(Duration.ofHours(3));
        var rotated = settled(key.rotated(Duration.ofHours(1), now), now);
        assertThat(signer(rotated, now)).isEqualTo("k1");
        assertThat(rotated.waits(now)).isEmpty();
        assertThat(published(rotated, now.plus(Duration.ofMinutes(59)))).contains("k0");
        assertThat(published(rotated, now.plus(Duration.ofMinutes(60)))).doesNotContain("k0");
    }

    @Test
    void a_turn_that_is_called_for_waits_for_a_key_that_nobody_can_know_yet() {
        var key = settled(NamedKey.DEFAULT, START);
        var rotated = settled(key.rotated(Duration.ofHours(24), START), START);
        assertThat(signer(rotated, START)).isEqualTo("k0");
        var from = START.plus(Duration.ofHours(2));
        assertThat(rotated.waits(START)).contains(from);
        assertThat(rotated.due(START)).contains(from);
        assertThat(signer(rotated, from)).isEqualTo("k1");
        var again = settled(rotated.rotated(Duration.ofHours(24), START.plusSeconds(1)), START.plusSeconds(1));
        assertThat(again.waits(START.plusSeconds(1))).as("called for twice, it is not put off").contains(from);
    }

    @Test
    void a_key_that_shall_not_count_any_more_does_not_sign_either() {
        var key = settled(NamedKey.DEFAULT, START);
        var rotated = settled(key.rotated(Duration.ZERO, START), START);
        assertThat(signer(rotated, START)).isEqualTo("k1");
        assertThat(published(rotated, START)).containsExactlyInAnyOrder("k1", "k2");
    }

    @Test
    void another_algorithm_signs_as_soon_as_its_key_can_be_known() {
        var key = settled(NamedKey.DEFAULT, START);
        var changed = settled(key.configured(Duration.ofHours(24), Duration.ofHours(24), List.of(), "ES256", START), START);
        assertThat(changed.current(START).orElseThrow().algorithm()).isEqualTo("RS256");
        assertThat(changed.current(START.plus(Duration.ofHours(2))).orElseThrow().algorithm()).isEqualTo("ES256");
        assertThat(changed.ring()).as("the next one of the old algorithm will never sign").hasSize(2);
    }

    @Test
    void a_shorter_period_brings_the_next_turn_forward() {
        var key = settled(NamedKey.DEFAULT, START);
        var hastened = key.configured(Duration.ofMinutes(1), Duration.ofMinutes(10), List.of(), "RS256", START);
        assertThat(hastened.due(START)).as("but not before verifiers, who were told to wait an hour, can know the key").contains(START.plus(Duration.ofHours(2)));
    }

    /** A law, over random lives of a key: verifiers that keep what they fetched for as long as they were told can verify whatever is signed. */
    @Test
    void whoever_has_fetched_the_keys_can_verify_whatever_is_signed() {
        for (int seed = 0; seed < 400; seed++) {
            var random = new Random(seed);
            var now = START;
            var key = settled(NamedKey.DEFAULT, now);
            var seen = published(key, now);
            var stale = now.plus(key.freshness());
            int turns = 0;
            var last = signer(key, now);
            for (int step = 0; step < 300; step++) {
                now = now.plusMillis(1 + (long) (Math.pow(random.nextDouble(), 4) * Duration.ofHours(20).toMillis()));
                // A verifier whose keys are stale fetches them anew when it has a token to verify.
                if (!now.isBefore(stale)) {
                    seen = published(key, now);
                    stale = now.plus(key.freshness());
                }
                assertThat(seen).as("seed " + seed + ", step " + step).contains(signer(key, now));
                // What is due may be done late, when no server is up.
                if (random.nextInt(3) > 0) key = settled(key, now);
                switch (random.nextInt(12)) {
                    case 0 -> key = settled(key.rotated(Duration.ofSeconds(1 + random.nextInt(100_000)), now), now);
                    case 1 -> key = settled(key.configured(Duration.ofSeconds(60 + random.nextInt(200_000)), Duration.ofSeconds(60 + random.nextInt(200_000)), List.of(),
                            List.of("RS256", "ES256", "EdDSA").get(random.nextInt(3)), now), now);
                    default -> {}
                }
                if (!signer(key, now).equals(last)) turns++;
                last = signer(key, now);
            }
            assertThat(turns).as("seed " + seed).isPositive();
        }
    }

    /** A law: what was signed can be verified for as long as the key says. */
    @Test
    void whatever_was_signed_can_be_verified_for_as_long_as_the_key_says() {
        for (int seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var now = START;
            var ttl = Duration.ofHours(1 + random.nextInt(48));
            var key = settled(NamedKey.DEFAULT.configured(Duration.ofHours(6), ttl, List.of(), "RS256", now), now);
            record Signed(String kid, Instant end) {}
            var signed = new ArrayList<Signed>();
            for (int step = 0; step < 200; step++) {
                now = now.plusMillis(1 + (long) (Math.pow(random.nextDouble(), 3) * Duration.ofHours(20).toMillis()));
                key = random.nextInt(3) == 0 ? key : settled(key, now);
                if (random.nextInt(10) == 0) key = settled(key.rotated(ttl, now), now);
                signed.add(new Signed(signer(key, now), now.plus(ttl)));
                var there = published(key, now);
                for (var token : signed) if (now.isBefore(token.end())) assertThat(there).as("seed " + seed).contains(token.kid());
            }
        }
    }
}
