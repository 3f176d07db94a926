package watchword.server.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;

/** Certificates and keys from PEM files. */
final class PemFiles {
    private static final String CERTIFICATE = "CERTIFICATE-----";
    private static final String KEY = "PRIVATE KEY-----";

    private PemFiles() {}

    static KeyStore keyStore(List<Certificate> chain, PrivateKey key) throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", key, new char[0], chain.toArray(Certificate[]::new));
        return store;
    }

    /** A key of another certificate would be noticed by the first client only. */
    static boolean isPair(Certificate certificate, PrivateKey key) throws GeneralSecurityException {
        var algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "Ed25519";
        };
        var probe = new byte[] {1};
        try {
            var signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(probe);
            var signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(probe);
            return signature.verify(signed);
        } catch (InvalidKeyException | SignatureException another) {
            return false;
        }
    }

    static KeyStore trustStore(List<Certificate> authorities) throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int number = 0;
        for (var certificate : authorities) store.setCertificateEntry("ca" + number++, certificate);
        return store;
    }

    /** At least one. */
    static List<Certificate> certificates(Path file) throws IOException, GeneralSecurityException {
        var bytes = Files.readAllBytes(file);
        var text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (text.contains(KEY) && !text.contains(CERTIFICATE)) throw new IOException(file + " holds a key and no certificate");
        var found = List.<Certificate>copyOf(CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes)));
        if (found.isEmpty()) throw new IOException(file + " holds no certificate");
        return found;
    }

    static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
        try (var parser = new PEMParser(Files.newBufferedReader(file, StandardCharsets.US_ASCII))) {
            for (Object object; (object = parser.readObject()) != null; ) {
                if (object instanceof PEMKeyPair pair) return privateKey(pair.getPrivateKeyInfo());
                if (object instanceof PrivateKeyInfo info) return privateKey(info);
            }
        }
        throw new IOException(file + " holds no private key that can be read without a password");
    }

    private static PrivateKey privateKey(PrivateKeyInfo info) throws IOException, GeneralSecurityException {
        for (var algorithm : new String[] {"RSA", "EC", "Ed25519"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
            } catch (InvalidKeySpecException another) {
                // tried as the next kind
            }
        }
        throw new GeneralSecurityException("the key is neither RSA, EC nor Ed25519");
    }
}
