package watchword.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** Reads a private key from PEM: PKCS#8 (RFC 5958), or the older forms for RSA (PKCS#1) and EC (RFC 5915), which are wrapped into it. */
final class ClientKey {
    private static final byte[] VERSION = {2, 1, 0};
    private static final byte[] RSA = {0x30, 13, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0};
    private static final byte[] EC_PUBLIC_KEY = {6, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final int PARAMETERS = 0xa0;

    private ClientKey() {}

    static PrivateKey read(Path file) throws SettingsException {
        String pem;
        try {
            pem = Files.readString(file, StandardCharsets.US_ASCII);
        } catch (IOException unreadable) {
            throw new SettingsException("cannot read the client key " + file);
        }
        try {
            if (pem.contains("BEGIN RSA PRIVATE KEY")) return decode(wrapped(RSA, body(pem, "RSA PRIVATE KEY")));
            if (pem.contains("BEGIN EC PRIVATE KEY")) return decode(elliptic(body(pem, "EC PRIVATE KEY")));
            if (pem.contains("BEGIN PRIVATE KEY")) return decode(body(pem, "PRIVATE KEY"));
        } catch (GeneralSecurityException | IllegalArgumentException | IndexOutOfBoundsException malformed) {
            throw new SettingsException("the client key " + file + " cannot be used");
        }
        throw new SettingsException("there is no private key that can be used in " + file
                + ": expected PEM, not encrypted, as in -----BEGIN PRIVATE KEY-----");
    }

    private static byte[] body(String pem, String kind) {
        var begin = "-----BEGIN " + kind + "-----";
        int from = pem.indexOf(begin) + begin.length();
        return Base64.getMimeDecoder().decode(pem.substring(from, pem.indexOf("-----END " + kind + "-----", from)));
    }

    private static PrivateKey decode(byte[] pkcs8) throws GeneralSecurityException {
        GeneralSecurityException last = new GeneralSecurityException("no algorithm");
        for (var algorithm : new String[] {"EC", "RSA", "EdDSA"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException another) {
                last = another;
            }
        }
        throw last;
    }

    private static byte[] wrapped(byte[] algorithm, byte[] key) {
        return element(SEQUENCE, VERSION, algorithm, element(OCTETS, key));
    }

    /** RFC 5915: the curve stands inside the key, in its parameters, and must stand beside it in PKCS#8. */
    private static byte[] elliptic(byte[] key) {
        int at = contentAt(key, 0);
        while ((key[at] & 0xff) != PARAMETERS) at = contentAt(key, at) + lengthAt(key, at);
        int from = contentAt(key, at);
        var curve = java.util.Arrays.copyOfRange(key, from, from + lengthAt(key, at));
        return wrapped(element(SEQUENCE, EC_PUBLIC_KEY, curve), key);
    }

    private static int contentAt(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first - 0x80);
    }

    private static int lengthAt(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < 0x80) return first;
        int length = 0;
        for (int i = 0; i < first - 0x80; i++) length = length << 8 | (der[at + 2 + i] & 0xff);
        return length;
    }

    private static byte[] element(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (var part : parts) content.writeBytes(part);
        var element = new ByteArrayOutputStream();
        element.write(tag);
        int size = content.size();
        if (size < 0x80) element.write(size);
        else if (size < 0x100) element.writeBytes(new byte[] {(byte) 0x81, (byte) size});
        else element.writeBytes(new byte[] {(byte) 0x82, (byte) (size >> 8), (byte) size});
        element.writeBytes(content.toByteArray());
        return element.toByteArray();
    }
}
