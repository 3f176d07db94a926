package watchword.engines.cert;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Glob;

/** A certificate that a client has shown, and what it says. */
record ClientCertificate(X509Certificate certificate) {
    private static final int EMAIL = 1;
    private static final int DNS = 2;
    private static final int URI = 6;
    private static final String SUBJECT_KEY = "2.5.29.14";
    private static final String AUTHORITY_KEY = "2.5.29.35";

    /** Empty for none. */
    String commonName() {
        var all = subject(BCStyle.CN);
        return all.isEmpty() ? "" : all.getLast();
    }

    private List<String> subject(ASN1ObjectIdentifier attribute) {
        var values = new ArrayList<String>();
        for (var relative : X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()).getRDNs()) {
            for (var each : relative.getTypesAndValues()) {
                if (each.getType().equals(attribute) && each.getValue() instanceof ASN1String text) values.add(text.getString());
            }
        }
        return values;
    }

    private List<String> alternative(int kind) {
        var names = new ArrayList<String>();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            if (all == null) return names;
            for (var name : all) {
                if (name.get(0) instanceof Integer number && number == kind && name.get(1) instanceof String text) names.add(text);
            }
        } catch (CertificateParsingException damaged) {
            return List.of();
        }
        return names;
    }

    /** What distinguishes this certificate from every other, bit for bit. */
    String fingerprint() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (NoSuchAlgorithmException | CertificateEncodingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    // ---- what is asked of it ----

    boolean satisfies(Entry.Constraints asked) {
        var anyName = new ArrayList<String>();
        anyName.add(commonName());
        anyName.addAll(alternative(DNS));
        anyName.addAll(alternative(EMAIL));
        return oneOf(asked.allowedNames(), anyName)
                && oneOf(asked.allowedCommonNames(), List.of(commonName()))
                && oneOf(asked.allowedDnsSans(), alternative(DNS))
                && oneOf(asked.allowedEmailSans(), alternative(EMAIL))
                && oneOf(asked.allowedUriSans(), alternative(URI))
                && oneOf(asked.allowedOrganizationalUnits(), subject(BCStyle.OU))
                && asked.requiredExtensions().stream().allMatch(this::hasExtension);
    }

    /** Whether a pattern fits a name; without patterns nothing is asked. */
    private static boolean oneOf(List<String> patterns, List<String> names) {
        return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> names.stream().anyMatch(name -> Glob.matches(pattern, name)));
    }

    /** @param required {@code oid:pattern} for an extension that is a text, {@code hex:oid:pattern} for any, as its bytes */
    private boolean hasExtension(String required) {
        boolean hex = required.startsWith("hex:");
        var rest = hex ? required.substring(4) : required;
        int colon = rest.indexOf(':');
        if (colon < 1) return false;
        var value = hex ? extension(rest.substring(0, colon)).map(HexFormat.of()::formatHex) : text(rest.substring(0, colon));
        return value.filter(has -> Glob.matches(rest.substring(colon + 1), has)).isPresent();
    }

    private Optional<byte[]> extension(String oid) {
        return Optional.ofNullable(certificate.getExtensionValue(oid)).map(wrapped -> ASN1OctetString.getInstance(wrapped).getOctets());
    }

    private Optional<String> text(String oid) {
        return extension(oid).flatMap(bytes -> {
            try {
                return ASN1Primitive.fromByteArray(bytes) instanceof ASN1String text ? Optional.of(text.getString()) : Optional.empty();
            } catch (IOException notAsn1) {
                return Optional.empty();
            }
        });
    }

    // ---- what is told of it ----

    Map<String, String> metadata(String name, List<String> extensions) {
        var shown = new LinkedHashMap<String, String>();
        shown.put("authority_key_id", keyId(AUTHORITY_KEY, bytes -> AuthorityKeyIdentifier.getInstance(bytes).getKeyIdentifierOctets()));
        shown.put("cert_name", name);
        shown.put("common_name", commonName());
        shown.put("serial_number", certificate.getSerialNumber().toString());
        shown.put("subject_key_id", keyId(SUBJECT_KEY, bytes -> SubjectKeyIdentifier.getInstance(bytes).getKeyIdentifier()));
        for (var oid : extensions) text(oid).ifPresent(value -> shown.put(oid.replace('.', '-'), value));
        return shown;
    }

    private String keyId(String oid, Function<byte[], byte @Nullable []> read) {
        try {
            return extension(oid).map(read).map(HexFormat.ofDelimiter(":")::formatHex).orElse("");
        } catch (IllegalArgumentException damaged) {
            return "";
        }
    }

    boolean isExactly(X509Certificate other) {
        try {
            return MessageDigest.isEqual(certificate.getEncoded(), other.getEncoded());
        } catch (CertificateEncodingException impossible) {
            return false;
        }
    }
}
