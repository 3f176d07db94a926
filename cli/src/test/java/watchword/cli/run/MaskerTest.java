package watchword.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import watchword.client.Json;
import watchword.client.JsonWriter;
import watchword.testkit.Property;

final class MaskerTest {

    /** What should come out: every byte of every occurrence marked, each stretch of marked ones three stars. */
    private static String expected(String text, Set<String> secrets) {
        var marked = new boolean[text.length()];
        for (var secret : secrets) {
            for (int at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
                for (int i = at; i < at + secret.length(); i++) marked[i] = true;
            }
        }
        var out = new StringBuilder();
        for (int i = 0; i < marked.length; i++) {
            if (!marked[i]) out.append(text.charAt(i));
            else if (i == 0 || !marked[i - 1]) out.append("***");
        }
        return out.toString();
    }

    private static String masked(String text, Set<String> secrets, RandomGenerator random) {
        var masker = new Masker(secrets);
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        var out = new ByteArrayOutputStream();
        for (int at = 0; at < bytes.length; ) {
            int count = Math.min(1 + random.nextInt(1 + random.nextInt(20)), bytes.length - at);
            var chunk = java.util.Arrays.copyOfRange(bytes, at, at + count);
            out.writeBytes(masker.accept(chunk, count));
            at += count;
        }
        out.writeBytes(masker.finish());
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String word(RandomGenerator random, String letters, int least, int most) {
        var text = new StringBuilder();
        for (int i = random.nextInt(least, most + 1); i > 0; i--) text.append(letters.charAt(random.nextInt(letters.length())));
        return text.toString();
    }

    /** Few letters, so that secrets overlap, repeat, contain each other and begin anew inside of themselves. */
    @Test
    void every_byte_of_every_secret_is_masked_however_the_bytes_arrive() {
        Property.holds(3000, random -> {
            var letters = "abé\n".substring(0, 2 + random.nextInt(3));
            var secrets = new LinkedHashSet<String>();
            for (int i = 1 + random.nextInt(4); i > 0; i--) secrets.add(word(random, letters, 1, 9));
            var text = new StringBuilder();
            for (int i = random.nextInt(30); i > 0; i--) {
                text.append(random.nextInt(3) == 0 ? List.copyOf(secrets).get(random.nextInt(secrets.size()))
                        : word(random, letters + "xy", 1, 6));
            }
            var out = masked(text.toString(), secrets, random);
            assertThat(out).isEqualTo(expected(text.toString(), secrets));
            for (var secret : secrets) assertThat(out).doesNotContain(secret);
        });
    }

    @Test
    void what_holds_no_secret_comes_through_unchanged_and_at_once() {
        var masker = new Masker(Set.of("secret"));
        var prompt = "Password for sec: ".getBytes(StandardCharsets.UTF_8);
        assertThat(masker.accept(prompt, prompt.length)).isEqualTo(prompt);
        var beginning = "user sec".getBytes(StandardCharsets.UTF_8);
        assertThat(new String(masker.accept(beginning, beginning.length), StandardCharsets.UTF_8)).isEqualTo("user ");
        assertThat(new String(masker.finish(), StandardCharsets.UTF_8)).isEqualTo("sec");
    }

    private static String random(RandomGenerator random) {
        return word(random, "abcXYZ019+/=%&\"\\ äé€\n{}", 4, 60);
    }

    @Test
    void no_fetched_value_comes_through_in_any_of_its_forms() {
        Property.holds(500, random -> {
            var values = new ArrayList<Json>();
            for (int i = 1 + random.nextInt(3); i > 0; i--) values.add(Json.of(random(random)));
            var forms = SecretForms.of(values);
            var value = values.get(random.nextInt(values.size())).display();
            var bytes = value.getBytes(StandardCharsets.UTF_8);
            var json = JsonWriter.quoted(value);
            for (var form : List.of(value, Base64.getEncoder().encodeToString(bytes),
                    Base64.getUrlEncoder().withoutPadding().encodeToString(bytes), HexFormat.of().formatHex(bytes),
                    URLEncoder.encode(value, StandardCharsets.UTF_8), json.substring(1, json.length() - 1))) {
                var out = masked(word(random, "pqr\n", 0, 20) + form + word(random, "pqr\n", 0, 20), forms, random);
                assertThat(out).doesNotContain(form).contains("***");
            }
        });
    }

    @Test
    void inside_of_longer_base64_hardly_a_digit_of_it_shows() {
        Property.holds(300, random -> {
            var secret = word(random, "abcdefghijklmnopqrstuvwxyz0123456789", 12, 40);
            var before = word(random, "ABCDEFGH:", 0, 7);
            var after = word(random, "ABCDEFGH:", 0, 7);
            var encoded = Base64.getEncoder().encodeToString((before + secret + after).getBytes(StandardCharsets.UTF_8));
            var out = masked(encoded, SecretForms.of(List.of(Json.of(secret))), random);
            int digits = (secret.length() * 8 + 5) / 6;
            assertThat(out).contains("***");
            assertThat(out.length()).isLessThanOrEqualTo(encoded.length() - digits + 2 + "***".length());
        });
    }

    @Test
    void long_lines_and_parts_of_documents_are_masked_by_themselves() {
        var key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\r\nw0BAQEFAASC\n-----END KEY-----\n";
        var forms = SecretForms.of(List.of(Json.of(key),
                Json.of("{\"client\":{\"private_key\":\"first-line-of-it\\nother-line-of-it\",\"n\":[\"in-a-list\"]}}")));
        var out = masked("x MIIEvQIBADANBgkqhkiG y\nw0BAQEFAASC z other-line-of-it in-a-list", forms, new java.util.SplittableRandom(1));
        assertThat(out).isEqualTo("x *** y\n*** z *** ***");
    }

    @Test
    void short_values_are_not_masked_because_they_stand_everywhere() {
        assertThat(SecretForms.of(List.of(Json.of("on"), Json.of(true), Json.of(12))))
                .containsOnly("true", "dHJ1ZQ==", "dHJ1ZQ", "74727565");
    }

    @Test
    void when_nobody_reads_the_output_the_command_learns_of_it() throws IOException {
        var gone = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("broken pipe");
            }
        };
        var from = new ByteArrayInputStream(new byte[100_000]);
        Child.copy(from, new PrintStream(gone, false, StandardCharsets.UTF_8), new Masker(Set.of("secret")));
        assertThat(from.available()).isPositive();
    }
}
