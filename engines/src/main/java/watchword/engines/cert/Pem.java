package watchword.engines.cert;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Certificates as texts and bytes. What was parsed once is kept, as the same entries are looked at by each login. Any thread. */
final class Pem {
    static final int MAX_CHARACTERS = 256 << 10;
    private static final int KEPT = 1024;
    private static final int MAX_RSA_BITS = 8192;
    private static final int MAX_EXPONENT_BITS = 33;
    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";

    private final Map<String, List<X509Certificate>> parsed = new ConcurrentHashMap<>();

    /** Those in a text that can be read; the others are passed over. */
    List<X509Certificate> certificates(String text) {
        if (text.isBlank() || text.length() > MAX_CHARACTERS) return List.of();
        var known = parsed.get(text);
        if (known != null) return known;
        var read = read(text);
        if (parsed.size() >= KEPT) parsed.clear();
        parsed.put(text, read);
        return read;
    }

    private static List<X509Certificate> read(String text) {
        var all = new ArrayList<X509Certificate>();
        for (int begin = text.indexOf(BEGIN); begin >= 0; begin = text.indexOf(BEGIN, begin + 1)) {
            int label = text.indexOf("-----", begin + BEGIN.length());
            int end = label < 0 ? -1 : text.indexOf(END, label);
            if (end < 0) break;
            var kind = text.substring(begin + BEGIN.length(), label);
            if (kind.equals("CERTIFICATE") || kind.equals("TRUSTED CERTIFICATE")) base64(text.substring(label + 5, end)).flatMap(Pem::certificate).ifPresent(all::add);
            begin = end;
        }
        return List.copyOf(all);
    }

    private static Optional<byte[]> base64(String body) {
        try {
            return Optional.of(Base64.getMimeDecoder().decode(body));
        } catch (IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }

    static Optional<X509Certificate> certificate(byte[] der) {
        try {
            return CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der)) instanceof X509Certificate certificate ? Optional.of(certificate) : Optional.empty();
        } catch (CertificateException damaged) {
            return Optional.empty();
        }
    }

    static boolean isAuthority(X509Certificate certificate) {
        return certificate.getBasicConstraints() >= 0;
    }

    /** Not so large a key that a signature of it takes long to verify. */
    static boolean isModest(X509Certificate certificate) {
        try {
            return !(certificate.getPublicKey() instanceof RSAPublicKey rsa) || (rsa.getModulus().bitLength() <= MAX_RSA_BITS && isModest(rsa.getPublicExponent()));
        } catch (RuntimeException unreadableKey) {
            return false;
        }
    }

    private static boolean isModest(BigInteger exponent) {
        return exponent.bitLength() <= MAX_EXPONENT_BITS;
    }
}
