package watchword.engines.cert;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.PKIXCertPathChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Chains from a client's certificate to an authority, by RFC 5280, at the time that we are told. The JDK's builder takes an authority as it
 * is; what that one's own certificate says (its time, its key's use, how long and for which names its chains may be) is asked here.
 */
final class Chains {
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String ANY_USE = "2.5.29.37.0";
    private static final int KEY_CERT_SIGN = 5;

    private Chains() {}

    /**
     * The chain, leaf first and authority last.
     *
     * @param shown what the client showed besides its own
     * @param revoked whether a certificate was; a chain without any such may be found besides one with
     */
    static Optional<List<X509Certificate>> find(X509Certificate leaf, List<X509Certificate> shown, List<X509Certificate> authorities, Instant now, Predicate<X509Certificate> revoked) {
        var anchors = new HashSet<TrustAnchor>();
        for (var authority : authorities) {
            if (isAuthority(authority, now) && !revoked.test(authority)) anchors.add(new TrustAnchor(authority, null));
        }
        if (anchors.isEmpty() || !mayAuthenticate(leaf)) return Optional.empty();
        // The JDK's builder makes a chain of nothing for an authority's own certificate.
        if (anchors.stream().anyMatch(anchor -> leaf.equals(anchor.getTrustedCert()))) return Optional.of(List.of(leaf));
        try {
            var target = new X509CertSelector();
            target.setCertificate(leaf);
            var parameters = new PKIXBuilderParameters(anchors, target);
            parameters.setDate(Date.from(now));
            parameters.setRevocationEnabled(false);
            var known = new ArrayList<X509Certificate>(shown);
            known.add(leaf);
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(known)));
            parameters.addCertPathChecker(new Standing(revoked));
            return CertPathBuilder.getInstance("PKIX").build(parameters) instanceof PKIXCertPathBuilderResult result ? whole(result) : Optional.empty();
        } catch (CertPathBuilderException noChain) {
            return Optional.empty();
        } catch (InvalidAlgorithmParameterException unusable) {
            return Optional.empty();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Optional<List<X509Certificate>> whole(PKIXCertPathBuilderResult result) {
        var chain = new ArrayList<X509Certificate>();
        for (Certificate each : result.getCertPath().getCertificates()) chain.add((X509Certificate) each);
        var anchor = result.getTrustAnchor().getTrustedCert();
        if (anchor == null) return Optional.empty();
        long between = chain.stream().skip(1).filter(each -> !each.getSubjectX500Principal().equals(each.getIssuerX500Principal())).count();
        if (between > anchor.getBasicConstraints() || !NameBounds.of(anchor).filter(bounds -> chain.stream().allMatch(bounds::allow)).isPresent()) return Optional.empty();
        if (!chain.getLast().equals(anchor)) chain.add(anchor);
        return chain.stream().allMatch(Chains::mayAuthenticate) ? Optional.of(List.copyOf(chain)) : Optional.empty();
    }

    private static boolean isAuthority(X509Certificate certificate, Instant now) {
        var uses = certificate.getKeyUsage();
        return Pem.isAuthority(certificate) && Pem.isModest(certificate) && isCurrent(certificate, now) && (uses == null || uses[KEY_CERT_SIGN]);
    }

    static boolean isCurrent(X509Certificate certificate, Instant now) {
        try {
            certificate.checkValidity(Date.from(now));
            return true;
        } catch (CertificateException notNow) {
            return false;
        }
    }

    /** Whether clients may prove who they are with it: one that names no use is for any. */
    static boolean mayAuthenticate(X509Certificate certificate) {
        try {
            var uses = certificate.getExtendedKeyUsage();
            return uses == null || uses.contains(CLIENT_AUTH) || uses.contains(ANY_USE);
        } catch (CertificateException unreadable) {
            return false;
        }
    }

    /** Asked of each certificate while the builder looks for a chain, so that it goes on looking. */
    private static final class Standing extends PKIXCertPathChecker {
        private final Predicate<X509Certificate> revoked;

        Standing(Predicate<X509Certificate> revoked) {
            this.revoked = revoked;
        }

        @Override
        public void init(boolean forward) {}

        @Override
        public boolean isForwardCheckingSupported() {
            return true;
        }

        @Override
        @SuppressWarnings("NullAway") // that is how the JDK says "none"
        public Set<String> getSupportedExtensions() {
            return null;
        }

        @Override
        public void check(Certificate certificate, Collection<String> unresolved) throws CertPathValidatorException {
            if (certificate instanceof X509Certificate each && (revoked.test(each) || !Pem.isModest(each))) throw new CertPathValidatorException("revoked");
        }
    }
}
