package watchword.core.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import watchword.core.namespace.Namespace;
import watchword.sdk.Secret;

final class TokenTextTest {
    private static final Instant NOW = Instant.parse("2026-05-04T12:00:00Z");
    private final TokenText text = new TokenText(Secret.copyOf("0123456789abcdef0123456789abcdef"), new SecureRandom());

    @Test
    void a_token_has_its_prefix_its_length_and_letters_and_digits_alone() {
        assertThat(text.newServiceToken(NOW, Namespace.ROOT_ID).reveal()).matches("hvs\\.[0-9A-Za-z]{40}");
    }

    @Test
    void tokens_made_together_lie_together_and_later_ones_after_them() {
        var early = new ArrayList<String>();
        var late = new ArrayList<String>();
        for (int i = 0; i < 100; i++) {
            early.add(text.keyOf(text.newServiceToken(NOW, Namespace.ROOT_ID)));
            late.add(text.keyOf(text.newServiceToken(NOW.plusMillis(10), Namespace.ROOT_ID)));
        }
        assertThat(early.stream().map(k -> k.substring(0, 10)).distinct()).hasSize(1);
        assertThat(early.stream().max(String::compareTo).orElseThrow()).isLessThan(late.stream().min(String::compareTo).orElseThrow());
        assertThat(new HashSet<>(early)).hasSize(100);
    }

    @Test
    void a_key_depends_on_every_character_of_the_token() {
        var token = text.newServiceToken(NOW, Namespace.ROOT_ID).reveal();
        var key = text.keyOf(Secret.copyOf(token));
        for (int i = 0; i < token.length(); i++) {
            var other = token.substring(0, i) + (token.charAt(i) == 'x' ? 'y' : 'x') + token.substring(i + 1);
            assertThat(text.keyOf(Secret.copyOf(other)).substring(10)).as("character %d", i).isNotEqualTo(key.substring(10));
        }
    }

    @Test
    void a_text_that_is_no_service_token_has_a_key_of_hash_alone() {
        for (var odd : new String[] {"root", "hvs.", "hvs." + "z".repeat(40), "hvs." + "-".repeat(40), "hvb." + "0".repeat(40), "hvs." + "0".repeat(41)}) {
            assertThat(text.keyOf(Secret.copyOf(odd))).as(odd).matches("[0-9a-f]{32}").doesNotStartWith("0000000000");
        }
    }

    @Test
    void an_accessor_leads_to_its_key_and_no_other_text_does() {
        var random = new Random(7);
        for (int i = 0; i < 200; i++) {
            var key = text.keyOf(text.newServiceToken(NOW.plusSeconds(random.nextInt(1_000_000)), Namespace.ROOT_ID));
            var accessor = text.accessorOf(key);
            assertThat(accessor).matches("[0-9A-Za-z]{22}");
            assertThat(text.keyOfAccessor(accessor)).contains(key);
        }
        assertThat(text.keyOfAccessor("")).isEmpty();
        assertThat(text.keyOfAccessor("z".repeat(22))).isEmpty();
        assertThat(text.keyOfAccessor("-".repeat(22))).isEmpty();
    }

    @Test
    void another_server_knows_the_same_token_by_another_key() {
        var other = new TokenText(Secret.copyOf("another root, another root, anot"), new SecureRandom());
        var token = text.newServiceToken(NOW, Namespace.ROOT_ID);
        assertThat(other.keyOf(token).substring(10)).isNotEqualTo(text.keyOf(token).substring(10));
    }

    @Test
    void what_is_of_a_namespace_has_its_id_at_the_end() {
        var token = text.newServiceToken(NOW, "aB3x9Z");
        assertThat(token.reveal()).matches("hvs\\.[0-9A-Za-z]{40}\\.aB3x9Z");
        var key = text.keyOf(token);
        assertThat(key).matches("[0-9a-f]{32}\\.aB3x9Z").startsWith(text.keyOf(text.newServiceToken(NOW, Namespace.ROOT_ID)).substring(0, 10));
        assertThat(text.accessorOf(key)).matches("[0-9A-Za-z]{22}\\.aB3x9Z");
        assertThat(text.keyOfAccessor(text.accessorOf(key))).contains(key);
        assertThat(TokenText.namespaceOf(token)).isEqualTo("aB3x9Z");
        var other = Secret.copyOf(token.reveal().replace("aB3x9Z", "aB3x9Y"));
        assertThat(text.keyOf(other).substring(10, 32)).isNotEqualTo(key.substring(10, 32));
    }

    @Test
    void a_text_that_only_looks_as_if_it_named_a_namespace_is_of_the_root() {
        for (var odd : new String[] {"my.token.aB3x9Z", "hvs.short.aB3x9Z", "hvs." + "A".repeat(40) + ".aB3x9", "hvs." + "A".repeat(40) + ".aB3x9/", "hvs." + "A".repeat(40) + "-aB3x9Z", "aB3x9Z", ".aB3x9Z"}) {
            assertThat(TokenText.namespaceOf(Secret.copyOf(odd))).as(odd).isEqualTo(Namespace.ROOT_ID);
            assertThat(text.keyOf(Secret.copyOf(odd))).as(odd).matches("[0-9a-f]{32}");
        }
    }

    @Test
    void a_batch_token_opens_as_one_of_its_namespace_alone() {
        var sealed = text.sealBatch(new byte[] {1, 2, 3}, "aB3x9Z");
        assertThat(text.openBatch(sealed)).contains(new byte[] {1, 2, 3});
        assertThat(text.openBatch(Secret.copyOf(sealed.reveal().replace(".aB3x9Z", "")))).isEmpty();
        assertThat(text.openBatch(Secret.copyOf(sealed.reveal().replace("aB3x9Z", "aB3x9Y")))).isEmpty();
        assertThat(text.openBatch(text.sealBatch(new byte[] {4}, Namespace.ROOT_ID))).contains(new byte[] {4});
    }
}
