package watchword.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import watchword.client.JsonText;

/**
 * Copies a stream with every secret in it replaced by {@code ***}: as it is, in base64, URL-encoded and escaped for JSON, and each long
 * line of one that has several. Holds back only what may be the beginning of one, so a prompt appears at once. How the bytes arrive makes
 * no difference to what leaves. One thread.
 */
final class Masker {
    /** Shorter values stand everywhere by chance; masking them would tell more than it hides. */
    static final int SHORTEST = 4;

    private static final byte[] STARS = "***".getBytes(StandardCharsets.US_ASCII);

    private final List<byte[]> secrets;
    private final boolean[] starts = new boolean[256];
    private byte[] held = new byte[0];

    Masker(Collection<String> values) {
        var forms = new LinkedHashSet<String>();
        for (var value : values) addForms(value, forms);
        this.secrets = forms.stream().map(form -> form.getBytes(StandardCharsets.UTF_8)).toList();
        for (var secret : secrets) starts[secret[0] & 0xff] = true;
    }

    private static void addForms(String value, Collection<String> forms) {
        if (value.length() < SHORTEST) return;
        forms.add(value);
        var bytes = value.getBytes(StandardCharsets.UTF_8);
        forms.add(Base64.getEncoder().encodeToString(bytes));
        forms.add(Base64.getEncoder().withoutPadding().encodeToString(bytes));
        forms.add(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        forms.add(URLEncoder.encode(value, StandardCharsets.UTF_8));
        forms.add(URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20"));
        var json = JsonText.write(value, false);
        forms.add(json.substring(1, json.length() - 1));
        if (value.indexOf('\n') >= 0) value.lines().map(String::strip).filter(line -> line.length() >= 8).forEach(forms::add);
    }

    /** Copies until the end. */
    void copy(InputStream in, OutputStream out) throws IOException {
        var chunk = new byte[8192];
        for (int n; (n = in.read(chunk)) >= 0; ) {
            out.write(accept(chunk, n));
            out.flush();
        }
        out.write(finish());
        out.flush();
    }

    /** What may leave after these bytes came. */
    byte[] accept(byte[] bytes, int count) {
        var all = Arrays.copyOf(held, held.length + count);
        System.arraycopy(bytes, 0, all, held.length, count);
        return mask(all, false);
    }

    byte[] finish() {
        var all = held;
        held = new byte[0];
        return mask(all, true);
    }

    private byte[] mask(byte[] all, boolean end) {
        var out = new ByteArrayOutputStream(all.length);
        int at = 0;
        while (at < all.length) {
            if (!starts[all[at] & 0xff]) {
                out.write(all[at++]);
                continue;
            }
            int matched = 0;
            boolean mayGrow = false;
            for (var secret : secrets) {
                int common = common(secret, all, at);
                if (common == secret.length) matched = Math.max(matched, common);
                else if (at + common == all.length) mayGrow = true;
            }
            if (mayGrow && !end) break;
            if (matched > 0) {
                out.writeBytes(STARS);
                at += matched;
            } else {
                out.write(all[at++]);
            }
        }
        held = Arrays.copyOfRange(all, at, all.length);
        return out.toByteArray();
    }

    private static int common(byte[] secret, byte[] all, int at) {
        int length = Math.min(secret.length, all.length - at);
        int mismatch = Arrays.mismatch(secret, 0, length, all, at, at + length);
        return mismatch < 0 ? length : mismatch;
    }

}
