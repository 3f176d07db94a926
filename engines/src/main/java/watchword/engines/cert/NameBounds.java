package watchword.engines.cert;

import java.security.cert.X509Certificate;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraintValidatorException;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PKIXNameConstraintValidator;

/** For which names a trusted authority's chains may be, as its own certificate says. The JDK's builder asks that of those between alone. */
record NameBounds(Optional<NameConstraints> constraints) {

    /** Empty for an authority whose bounds cannot be read: nothing is within them. */
    static Optional<NameBounds> of(X509Certificate authority) {
        try {
            return Optional.of(new NameBounds(extension(authority, Extension.nameConstraints.getId()).map(NameConstraints::getInstance)));
        } catch (IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    private static Optional<byte[]> extension(X509Certificate certificate, String oid) {
        return Optional.ofNullable(certificate.getExtensionValue(oid)).map(wrapped -> ASN1OctetString.getInstance(wrapped).getOctets());
    }

    boolean allow(X509Certificate certificate) {
        return constraints.isEmpty() || allow(certificate, constraints.get());
    }

    private static boolean allow(X509Certificate certificate, NameConstraints bounds) {
        try {
            var validator = new PKIXNameConstraintValidator();
            if (bounds.getPermittedSubtrees() != null) validator.intersectPermittedSubtree(bounds.getPermittedSubtrees());
            if (bounds.getExcludedSubtrees() != null) for (GeneralSubtree each : bounds.getExcludedSubtrees()) validator.addExcludedSubtree(each);
            var subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
            validator.checkPermittedDN(subject);
            validator.checkExcludedDN(subject);
            var names = extension(certificate, Extension.subjectAlternativeName.getId());
            for (GeneralName name : names.map(bytes -> GeneralNames.getInstance(bytes).getNames()).orElse(new GeneralName[0])) {
                validator.checkPermitted(name);
                validator.checkExcluded(name);
            }
            return true;
        } catch (NameConstraintValidatorException | IllegalArgumentException outside) {
            return false;
        }
    }
}
