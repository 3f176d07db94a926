package watchword.core.mfa;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import watchword.sdk.Secret;

class TotpTest {
    private static final String SEED = "1234567890123456789012345678901234567890123456789012345678901234";

    /** RFC 6238, appendix B. */
    @ParameterizedTest
    @CsvSource({
        "59, SHA1, 94287082", "59, SHA256, 46119246", "59, SHA512, 90693936", "1111111109, SHA1, 07081804", "1111111109, SHA256, 68084774", "1111111109, SHA512, 25091201",
        "1234567890, SHA1, 89005924", "1234567890, SHA256, 91819424", "1234567890, SHA512, 93441116", "20000000000, SHA1, 65353130", "20000000000, SHA256, 77737706",
        "20000000000, SHA512, 47863826"
    })
    void codes_are_those_of_the_rfc(long time, String algorithm, String code) {
        int length = switch (algorithm) {
            case "SHA1" -> 20;
            case "SHA256" -> 32;
            default -> 64;
        };
        var totp = new Totp(algorithm, 8, Duration.ofSeconds(30), 0);
        assertThat(totp.code(Secret.copyOf(SEED.substring(0, length)), totp.step(Instant.ofEpochSecond(time)))).isEqualTo(code);
    }

    @Test
    void a_code_is_good_in_its_period_and_those_beside_it_and_not_before_the_last_that_was_used() {
        var totp = new Totp("SHA1", 6, Duration.ofSeconds(30), 1);
        var key = Secret.copyOf("12345678901234567890");
        var now = Instant.ofEpochSecond(3000);
        var code = totp.code(key, 100);
        assertThat(totp.stepOf(key, code, now, -1)).hasValue(100);
        assertThat(totp.stepOf(key, code, now.plusSeconds(59), -1)).hasValue(100);
        assertThat(totp.stepOf(key, code, now.minusSeconds(30), -1)).hasValue(100);
        assertThat(totp.stepOf(key, code, now.plusSeconds(60), -1)).isEmpty();
        assertThat(totp.stepOf(key, code, now, 100)).isEmpty();
        for (var spelling : new String[] {" " + code, code + " ", code.substring(0, 3) + " " + code.substring(3), code + "\n", "0" + code, "", "１" + code.substring(1)}) {
            assertThat(totp.stepOf(key, spelling, now, -1)).as(spelling).isEmpty();
        }
    }

    @Test
    void an_address_is_one_that_authenticators_read() {
        var totp = new Totp("SHA1", 6, Duration.ofSeconds(30), 1);
        assertThat(totp.address(Secret.copyOf("12345678901234567890"), "Watch word", "ada/x").reveal())
                .isEqualTo("otpauth://totp/Watch%20word:ada%2Fx?algorithm=SHA1&digits=6&issuer=Watch%20word&period=30&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assertThat(Totp.base32("f".getBytes(StandardCharsets.US_ASCII))).isEqualTo("MY");
    }
}
