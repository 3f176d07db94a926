package watchword.core.token;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.Namespaces;
import watchword.crypto.Hkdf;
import watchword.crypto.KeyedHash;
import watchword.crypto.LockedKey;
import watchword.sdk.Secret;

/**
 * The texts of tokens and accessors ({@code spec/token.md}) and the keys behind them.
 *
 * <p>A service token is the time it was made and random text; the store knows it only by its <i>key</i>: that time and a keyed hash. So
 * tokens made together lie together in the store, and a thousand new ones change a few pages of it, not a thousand. An accessor is the
 * key encrypted, so that each leads to the other without a row. A batch token is its own row, sealed. What is of a namespace below the
 * root has its id at the end, after a dot: the token, the key and the accessor.
 */
public final class TokenText implements AutoCloseable {
    public static final String SERVICE_PREFIX = "hvs.";
    public static final String BATCH_PREFIX = "hvb.";

    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final BigInteger BASE = BigInteger.valueOf(62);
    private static final int TIME_CHARS = 7;
    private static final int RANDOM_CHARS = 27;
    private static final int CHECK_CHARS = 6;
    /** Length of a service token's text. */
    public static final int SERVICE_CHARS = SERVICE_PREFIX.length() + TIME_CHARS + RANDOM_CHARS + CHECK_CHARS;
    private static final int ACCESSOR_CHARS = 22;
    private static final int KEY_BYTES = 16;
    /** Of a key; in hundredths of a second since 1970, which lasts for 348 years. */
    private static final int TIME_BYTES = 5;
    private static final int MILLIS_PER_TICK = 10;
    private static final int NONCE_BYTES = 12;
    private static final int BATCH_KEY_BYTES = 32;

    private final KeyedHash hash;
    private final LockedKey accessorKey;
    private final LockedKey batchKey;
    private final SecureRandom random;

    /** @param root 32 bytes that are this server's alone, for ever */
    public TokenText(Secret root, SecureRandom random) {
        try (var from = LockedKey.copyOf(root)) {
            this.hash = new KeyedHash(Hkdf.derive(from, "token/hash", KeyedHash.BYTES));
            this.accessorKey = Hkdf.derive(from, "token/accessor", KEY_BYTES);
            this.batchKey = Hkdf.derive(from, "token/batch", BATCH_KEY_BYTES);
        }
        this.random = random;
    }

    /** A new service token: the time, 160 bits of randomness, and a checksum that a leak scanner can verify. */
    Secret newServiceToken(Instant now, String namespace) {
        long ticks = Math.floorDiv(now.toEpochMilli(), MILLIS_PER_TICK) & (1L << (TIME_BYTES * 8)) - 1;
        return Secret.copyOf(Namespace.suffixed(SERVICE_PREFIX + checked(base62(BigInteger.valueOf(ticks), TIME_CHARS) + randomText(RANDOM_CHARS)), namespace));
    }

    /** Id of the namespace that a token says it is of. */
    static String namespaceOf(Secret token) {
        return token.use(bytes -> {
            int from = endOfOwn(bytes);
            return from == bytes.length ? Namespace.ROOT_ID : new String(bytes, from + 1, bytes.length - from - 1, StandardCharsets.US_ASCII);
        });
    }

    /** Where a token's own text ends: at the dot before a namespace's id, if there is one. Any text can be a token of the root. */
    private static int endOfOwn(byte[] token) {
        int dot = token.length - 1 - Namespaces.ID_CHARS;
        boolean suffixed = dot >= SERVICE_PREFIX.length() && token[dot] == '.' && (begins(token, SERVICE_PREFIX) ? dot == SERVICE_CHARS : begins(token, BATCH_PREFIX));
        for (int i = dot + 1; suffixed && i < token.length; i++) suffixed = DIGITS.indexOf(token[i]) >= 0;
        return suffixed ? dot : token.length;
    }

    private static boolean begins(byte[] token, String prefix) {
        for (int i = 0; i < prefix.length(); i++) {
            if (token[i] != prefix.charAt(i)) return false;
        }
        return true;
    }

    private String randomText(int length) {
        var text = new StringBuilder(length);
        var draws = new byte[length + length / 4];
        while (text.length() < length) {
            random.nextBytes(draws);
            for (int i = 0; i < draws.length && text.length() < length; i++) {
                int draw = draws[i] & 63;
                if (draw < DIGITS.length()) text.append(DIGITS.charAt(draw)); // not the remainder, which would favor some
            }
        }
        Arrays.fill(draws, (byte) 0);
        return text.toString();
    }

    private static String checked(String text) {
        var crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        return text + base62(BigInteger.valueOf(crc.getValue()), CHECK_CHARS);
    }

    /** The name of a token in the store: 32 hex digits that tell nothing of the token but when it was made, and whose it is. */
    String keyOf(Secret token) {
        return token.use(bytes -> {
            var key = new byte[KEY_BYTES];
            int timed = putTime(bytes, key);
            System.arraycopy(hash.of(bytes), 0, key, timed, KEY_BYTES - timed);
            return Namespace.suffixed(HexFormat.of().formatHex(key), namespaceOf(token));
        });
    }

    /** @return the bytes of {@code key} that are the token's time: none, unless it has the shape of a service token */
    private static int putTime(byte[] token, byte[] key) {
        if (token.length < SERVICE_CHARS || endOfOwn(token) != SERVICE_CHARS || !begins(token, SERVICE_PREFIX)) return 0;
        long ticks = 0;
        for (int i = SERVICE_PREFIX.length(); i < SERVICE_PREFIX.length() + TIME_CHARS; i++) {
            int digit = DIGITS.indexOf(token[i]);
            if (digit < 0) return 0;
            ticks = ticks * DIGITS.length() + digit;
        }
        if (ticks >>> (TIME_BYTES * 8) != 0) return 0;
        for (int i = 0; i < TIME_BYTES; i++) key[i] = (byte) (ticks >>> ((TIME_BYTES - 1 - i) * 8));
        return TIME_BYTES;
    }

    String accessorOf(String key) {
        var accessor = base62(new BigInteger(1, permute(Cipher.ENCRYPT_MODE, HexFormat.of().parseHex(key, 0, KEY_BYTES * 2))), ACCESSOR_CHARS);
        return Namespace.suffixed(accessor, Namespace.idIn(key));
    }

    /** The key of the token with this accessor; empty when the text is not an accessor of this server at all. */
    Optional<String> keyOfAccessor(String accessor) {
        var namespace = Namespace.idIn(accessor);
        if (accessor.length() != Namespace.suffixed("", namespace).length() + ACCESSOR_CHARS) return Optional.empty();
        var number = BigInteger.ZERO;
        for (int i = 0; i < ACCESSOR_CHARS; i++) {
            int digit = DIGITS.indexOf(accessor.charAt(i));
            if (digit < 0) return Optional.empty();
            number = number.multiply(BASE).add(BigInteger.valueOf(digit));
        }
        if (number.bitLength() > KEY_BYTES * 8) return Optional.empty();
        var block = new byte[KEY_BYTES];
        var bytes = number.toByteArray();
        int length = Math.min(bytes.length, KEY_BYTES);
        System.arraycopy(bytes, bytes.length - length, block, KEY_BYTES - length, length);
        return Optional.of(Namespace.suffixed(HexFormat.of().formatHex(permute(Cipher.DECRYPT_MODE, block)), namespace));
    }

    /** One AES block is a keyed permutation of 128 bits: all that an accessor needs. */
    @SuppressWarnings("InsecureCryptoUsage") // a single block, no mode involved
    private byte[] permute(int direction, byte[] block) {
        try {
            var cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(direction, accessorKey);
            return cipher.doFinal(block);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static String base62(BigInteger number, int length) {
        var text = new char[length];
        var left = number;
        for (int i = length - 1; i >= 0; i--) {
            var split = left.divideAndRemainder(BASE);
            text[i] = DIGITS.charAt(split[1].intValue());
            left = split[0];
        }
        return new String(text);
    }

    /** A batch token holding {@code row}; it cannot be passed off as one of another namespace. */
    Secret sealBatch(byte[] row, String namespace) {
        var nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        var sealed = crypt(Cipher.ENCRYPT_MODE, nonce, row, namespace).orElseThrow();
        var both = new byte[nonce.length + sealed.length];
        System.arraycopy(nonce, 0, both, 0, nonce.length);
        System.arraycopy(sealed, 0, both, nonce.length, sealed.length);
        return Secret.copyOf(Namespace.suffixed(BATCH_PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(both), namespace));
    }

    /** What {@link #sealBatch} sealed; empty for anything else. */
    Optional<byte[]> openBatch(Secret token) {
        try {
            var namespace = namespaceOf(token);
            var whole = token.reveal();
            var text = whole.substring(BATCH_PREFIX.length(), whole.length() - Namespace.suffixed("", namespace).length());
            var both = Base64.getUrlDecoder().decode(text);
            if (both.length < NONCE_BYTES + 16) return Optional.empty();
            // The last character has bits that stand for nothing: with others in them it would be a second text of the same token.
            if (!Base64.getUrlEncoder().withoutPadding().encodeToString(both).equals(text)) return Optional.empty();
            return crypt(Cipher.DECRYPT_MODE, Arrays.copyOf(both, NONCE_BYTES), Arrays.copyOfRange(both, NONCE_BYTES, both.length), namespace);
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private Optional<byte[]> crypt(int direction, byte[] nonce, byte[] input, String namespace) {
        try {
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(direction, batchKey, new GCMParameterSpec(128, nonce));
            cipher.updateAAD(Namespace.suffixed("", namespace).getBytes(StandardCharsets.US_ASCII)); // of the root, nothing
            return Optional.of(cipher.doFinal(input));
        } catch (javax.crypto.AEADBadTagException forged) {
            return Optional.empty();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    static boolean isBatch(Secret token) {
        return token.use(bytes -> bytes.length > 4 && bytes[0] == 'h' && bytes[1] == 'v' && bytes[2] == 'b' && bytes[3] == '.');
    }

    /** Clears the keys; nothing can be found by a token any more. */
    @Override
    public void close() {
        hash.close();
        accessorKey.close();
        batchKey.close();
    }
}
