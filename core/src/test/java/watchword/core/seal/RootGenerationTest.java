package watchword.core.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import watchword.crypto.Shamir;
import watchword.sdk.Secret;

class RootGenerationTest {
    private static final String TOKEN = "hvs.canary-canary-canary-canary-canary-canar";

    private final SealFixture f = new SealFixture();
    private final Seal seal = f.shamir();
    private final List<Secret> shares = f.init(seal, SealFixture.shares(3, 2)).shares();
    private final RootGeneration generation = unsealed();

    private RootGeneration unsealed() {
        SealFixture.unseal(seal, shares.subList(0, 2));
        return seal.rootGeneration();
    }

    private static Secret token() {
        return Secret.copyOf(TOKEN);
    }

    private static Secret never() {
        throw new IllegalStateException("no quorum");
    }

    @Test
    void a_quorum_makes_a_token_that_only_who_began_can_read() {
        assertThat(generation.status()).isEqualTo(new RootGeneration.Status("", false, 0, 2, false, ""));
        var otp = generation.start(Optional.empty());
        var nonce = generation.status().nonce();
        assertThat(otp.reveal()).matches("[0-9A-Za-z]{" + TOKEN.length() + "}");

        assertThat(generation.update(SealFixture.hex(shares.get(0)), nonce, RootGenerationTest::never)).isEqualTo(new RootGeneration.Status(nonce, true, 1, 2, false, ""));
        var last = generation.update(SealFixture.hex(shares.get(2)), nonce, RootGenerationTest::token);

        assertThat(last.complete()).isTrue();
        assertThat(last.progress()).isEqualTo(2);
        assertThat(last.encodedToken()).doesNotContain("=");
        var mixed = Base64.getDecoder().decode(last.encodedToken());
        var pad = otp.reveal().getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at < mixed.length; at++) mixed[at] ^= pad[at];
        assertThat(new String(mixed, StandardCharsets.US_ASCII)).isEqualTo(TOKEN);
        assertThat(generation.status().started()).isFalse();
    }

    @Test
    void a_chosen_password_must_have_the_length_of_a_token() {
        assertThatThrownBy(() -> generation.start(Optional.of(Secret.copyOf("short")))).hasMessageContaining("otp string is wrong length");
        assertThat(generation.start(Optional.of(Secret.copyOf("p".repeat(TOKEN.length()))))).isEqualTo(Secret.copyOf("p".repeat(TOKEN.length())));
    }

    @Test
    void one_attempt_at_a_time_and_shares_for_it_alone() {
        generation.start(Optional.empty());
        var nonce = generation.status().nonce();

        assertThatThrownBy(() -> generation.start(Optional.empty())).hasMessage("root generation already in progress");
        assertThatThrownBy(() -> generation.update(SealFixture.hex(shares.get(0)), "x", RootGenerationTest::never))
                .hasMessage("incorrect nonce supplied; nonce for this root generation operation is \"" + nonce + "\"");
        generation.update(SealFixture.hex(shares.get(0)), nonce, RootGenerationTest::never);
        assertThatThrownBy(() -> generation.update(SealFixture.hex(shares.get(0)), nonce, RootGenerationTest::never))
                .hasMessage("given key has already been provided during this generation operation");
        generation.cancel();
        assertThatThrownBy(() -> generation.update(SealFixture.hex(shares.get(1)), nonce, RootGenerationTest::never)).hasMessage("no root generation in progress");
    }

    @Test
    void wrong_shares_make_no_token() {
        generation.start(Optional.empty());
        var nonce = generation.status().nonce();
        var foreign = Shamir.split(seal.keys().newKey(), 3, 2, f.random);

        generation.update(SealFixture.hex(foreign.get(0)), nonce, RootGenerationTest::never);
        assertThatThrownBy(() -> generation.update(SealFixture.hex(foreign.get(1)), nonce, RootGenerationTest::never)).hasMessage("unseal key verification failed");

        assertThat(generation.status().progress()).isZero();
        assertThat(generation.status().started()).isTrue();
    }

    @Test
    void it_needs_an_unsealed_server() {
        seal.seal();

        assertThatThrownBy(generation::status).hasMessage("Vault is sealed");
        assertThatThrownBy(() -> generation.start(Optional.empty())).hasMessage("Vault is sealed");
    }
}
