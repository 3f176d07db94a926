package watchword.engines.cert;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate and its key, made for a test. */
record Issued(X509Certificate certificate, KeyPair keys) {
    private static final AtomicLong SERIAL = new AtomicLong(1000);

    /** What shall be in a certificate; each step gives another. */
    record Wish(String subject, boolean authority, int pathLength, boolean mayCertify, Instant from, Instant until, List<Object[]> extensions, BigInteger serial) {
        static Wish of(String subject, Instant now) {
            return new Wish(subject, false, -1, true, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(30)), List.of(), BigInteger.valueOf(SERIAL.getAndIncrement()));
        }

        Wish authority(int length) {
            return new Wish(subject, true, length, mayCertify, from, until, extensions, serial);
        }

        Wish mayNotCertify() {
            return new Wish(subject, authority, pathLength, false, from, until, extensions, serial);
        }

        Wish valid(Instant start, Instant end) {
            return new Wish(subject, authority, pathLength, mayCertify, start, end, extensions, serial);
        }

        Wish serial(BigInteger number) {
            return new Wish(subject, authority, pathLength, mayCertify, from, until, extensions, number);
        }

        Wish with(String oid, boolean critical, ASN1Encodable value) {
            var more = new ArrayList<>(extensions);
            more.add(new Object[] {oid, critical, value});
            return new Wish(subject, authority, pathLength, mayCertify, from, until, more, serial);
        }

        Wish names(int kind, String... values) {
            return with(Extension.subjectAlternativeName.getId(), false, new GeneralNames(Arrays.stream(values).map(value -> new GeneralName(kind, value)).toArray(GeneralName[]::new)));
        }

        Wish onlyFor(KeyPurposeId use) {
            return with(Extension.extendedKeyUsage.getId(), false, new ExtendedKeyUsage(use));
        }

        Wish onlyBelow(String domain) {
            return with(Extension.nameConstraints.getId(), true, new NameConstraints(new GeneralSubtree[] {new GeneralSubtree(new GeneralName(GeneralName.dNSName, domain))}, null));
        }

        Wish answeredBy(String server) {
            return with(Extension.authorityInfoAccess.getId(), false, new AuthorityInformationAccess(AccessDescription.id_ad_ocsp, new GeneralName(GeneralName.uniformResourceIdentifier, server)));
        }

        Wish saying(String oid, String text) {
            return with(oid, false, new DERUTF8String(text));
        }
    }

    static KeyPair newKeys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static Issued self(Wish wish) {
        var keys = newKeys();
        return new Issued(sign(wish, keys, wish.subject(), keys), keys);
    }

    static Issued authority(String name, Instant now) {
        return self(Wish.of("CN=" + name, now).authority(-1));
    }

    Issued issue(Wish wish) {
        return issue(wish, newKeys());
    }

    Issued issue(Wish wish, KeyPair own) {
        return new Issued(sign(wish, own, certificate.getSubjectX500Principal().getName(), keys), own);
    }

    private static X509Certificate sign(Wish wish, KeyPair own, String issuer, KeyPair signer) {
        try {
            var builder = new JcaX509v3CertificateBuilder(new X500Name(issuer), wish.serial(), Date.from(wish.from()), Date.from(wish.until()), new X500Name(wish.subject()), own.getPublic());
            if (wish.authority()) builder.addExtension(Extension.basicConstraints, true, wish.pathLength() < 0 ? new BasicConstraints(true) : new BasicConstraints(wish.pathLength()));
            if (wish.authority()) builder.addExtension(Extension.keyUsage, true, new KeyUsage(wish.mayCertify() ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature));
            builder.addExtension(Extension.subjectKeyIdentifier, false, new JcaX509ExtensionUtils().createSubjectKeyIdentifier(own.getPublic()));
            builder.addExtension(Extension.authorityKeyIdentifier, false, new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(signer.getPublic()));
            for (var each : wish.extensions()) builder.addExtension(new ASN1ObjectIdentifier((String) each[0]), (Boolean) each[1], (ASN1Encodable) each[2]);
            return new JcaX509CertificateConverter().getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate())));
        } catch (IOException | GeneralSecurityException | OperatorCreationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** A list of what this has revoked. */
    byte[] crl(Instant made, Instant next, Issued... revoked) {
        try {
            var builder = new JcaX509v2CRLBuilder(certificate.getSubjectX500Principal(), Date.from(made));
            builder.setNextUpdate(Date.from(next));
            for (var each : revoked) builder.addCRLEntry(each.certificate().getSerialNumber(), Date.from(made), CRLReason.keyCompromise);
            return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())).getEncoded();
        } catch (IOException | OperatorCreationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    byte[] der() {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    String pem() {
        return pem("CERTIFICATE", der());
    }

    static String pem(String kind, byte[] bytes) {
        return "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + kind + "-----\n";
    }
}
