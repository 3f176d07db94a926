package watchword.engines.cert;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.X509ObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import watchword.sdk.Outbound;
import watchword.sdk.Outbound.Ask;
import watchword.sdk.Outbound.Trust;
import watchword.sdk.Problem;

/**
 * Whether a certificate still stands, as its issuer answers now (RFC 6960). An answer counts if it is about this certificate, signed by its
 * issuer or by whom that has named for it, current, and of this question if it repeats it; any other is no answer.
 */
final class OcspQuestion {
    /** What all that was answered comes to. */
    enum Standing {
        GOOD,
        REVOKED,
        NOBODY_CAN_SAY
    }

    private static final int MAX_SERVERS = 10;
    private static final int MAX_BYTES = 64 << 10;
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final Duration LEEWAY = Duration.ofSeconds(60);
    /** Of an answer that does not say until when it holds. */
    private static final Duration MAX_AGE = Duration.ofHours(1);
    private static final String OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";

    private final Outbound outbound;
    private final SecureRandom random;
    private final Pem pem;

    OcspQuestion(Outbound outbound, SecureRandom random, Pem pem) {
        this.outbound = outbound;
        this.random = random;
        this.pem = pem;
    }

    Standing ask(X509Certificate leaf, X509Certificate issuer, Entry.Ocsp rules, Instant now) {
        var servers = rules.ocspServersOverride().isEmpty() ? named(leaf) : rules.ocspServersOverride();
        var all = new ArrayList<Standing>();
        for (var server : servers.stream().limit(MAX_SERVERS).toList()) {
            var standing = askPatiently(server, leaf, issuer, rules, now);
            // One that says revoked ends it, whatever the others say.
            if (standing == Standing.REVOKED) return standing;
            if (standing == Standing.GOOD && !rules.ocspQueryAllServers()) return standing;
            all.add(standing);
        }
        return !all.isEmpty() && all.stream().allMatch(Standing.GOOD::equals) ? Standing.GOOD : Standing.NOBODY_CAN_SAY;
    }

    /** The servers that a certificate names. */
    private static List<String> named(X509Certificate leaf) {
        var wrapped = leaf.getExtensionValue(Extension.authorityInfoAccess.getId());
        if (wrapped == null) return List.of();
        var servers = new ArrayList<String>();
        try {
            for (var access : AuthorityInformationAccess.getInstance(ASN1OctetString.getInstance(wrapped).getOctets()).getAccessDescriptions()) {
                var place = access.getAccessLocation();
                if (access.getAccessMethod().equals(X509ObjectIdentifiers.ocspAccessMethod) && place.getTagNo() == GeneralName.uniformResourceIdentifier) servers.add(place.getName().toString());
            }
        } catch (IllegalArgumentException damaged) {
            return List.of();
        }
        return servers;
    }

    private Standing askPatiently(String server, X509Certificate leaf, X509Certificate issuer, Entry.Ocsp rules, Instant now) {
        for (long tries = 0; ; tries++) {
            try {
                return ask(new URI(server), leaf, issuer, rules, now);
            } catch (Problem.ProblemException noAnswer) {
                if (tries >= Math.min(1, rules.ocspMaxRetries())) return Standing.NOBODY_CAN_SAY;
            } catch (IOException | OCSPException | OperatorCreationException | GeneralSecurityException | URISyntaxException | IllegalArgumentException | IllegalStateException noAnswer) {
                return Standing.NOBODY_CAN_SAY;
            }
        }
    }

    private Standing ask(URI server, X509Certificate leaf, X509Certificate issuer, Entry.Ocsp rules, Instant now)
            throws IOException, OCSPException, OperatorCreationException, GeneralSecurityException {
        var digests = new JcaDigestCalculatorProviderBuilder().build();
        var id = new CertificateID(digests.get(CertificateID.HASH_SHA1), new JcaX509CertificateHolder(issuer), leaf.getSerialNumber());
        var nonce = new byte[32];
        random.nextBytes(nonce);
        var question = new OCSPReqBuilder().addRequest(id)
                .setRequestExtensions(new Extensions(new Extension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce, false, new DEROctetString(new DEROctetString(nonce).getEncoded())))).build();
        var trust = rules.ocspCaCertificates().isBlank() ? Trust.SYSTEM : Trust.in(rules.ocspCaCertificates());
        var post = Ask.post(server, "application/ocsp-request", question.getEncoded()).header("Accept", "application/ocsp-response");
        var answer = outbound.send(new Ask(post.method(), post.to(), post.headers(), post.body(), trust, WAIT, MAX_BYTES));
        var response = new OCSPResp(answer.body());
        if (answer.status() != 200 || response.getStatus() != OCSPResp.SUCCESSFUL || !(response.getResponseObject() instanceof BasicOCSPResp basic)) return Standing.NOBODY_CAN_SAY;
        if (!isSigned(basic, issuer, rules, now) || !answers(basic, nonce)) return Standing.NOBODY_CAN_SAY;
        for (var each : basic.getResponses()) {
            if (each.getCertID().getSerialNumber().equals(id.getSerialNumber()) && each.getCertID().matchesIssuer(new JcaX509CertificateHolder(issuer), digests) && isCurrent(each, rules, now)) return standing(each);
        }
        return Standing.NOBODY_CAN_SAY;
    }

    private static Standing standing(SingleResp response) {
        var status = response.getCertStatus();
        if (status == CertificateStatus.GOOD) return Standing.GOOD;
        return status instanceof RevokedStatus ? Standing.REVOKED : Standing.NOBODY_CAN_SAY;
    }

    /** One that repeats another question's number was made for that one. Many servers repeat none. */
    private static boolean answers(BasicOCSPResp response, byte[] nonce) throws IOException {
        var repeated = response.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
        return repeated == null || ASN1OctetString.getInstance(repeated.getParsedValue()).equals(new DEROctetString(nonce));
    }

    private static boolean isCurrent(SingleResp response, Entry.Ocsp rules, Instant now) {
        var made = response.getThisUpdate().toInstant();
        if (made.isAfter(now.plus(LEEWAY))) return false;
        if (rules.ocspThisUpdateMaxAge().isPositive() && made.plus(rules.ocspThisUpdateMaxAge()).isBefore(now)) return false;
        var end = Optional.ofNullable(response.getNextUpdate()).map(next -> next.toInstant()).orElse(made.plus(MAX_AGE));
        return !end.isBefore(now.minus(LEEWAY));
    }

    private boolean isSigned(BasicOCSPResp response, X509Certificate issuer, Entry.Ocsp rules, Instant now) throws OCSPException, OperatorCreationException, GeneralSecurityException {
        if (isSignedBy(response, issuer)) return true;
        for (var trusted : pem.certificates(rules.ocspCaCertificates())) {
            if (!Pem.isAuthority(trusted) && Chains.isCurrent(trusted, now) && Pem.isModest(trusted) && isSignedBy(response, trusted)) return true;
        }
        for (var holder : response.getCerts()) {
            var signer = certificate(holder);
            if (Pem.isModest(signer) && isDelegate(signer, issuer, now) && isSignedBy(response, signer)) return true;
        }
        return false;
    }

    private static X509Certificate certificate(X509CertificateHolder holder) throws CertificateException {
        return new JcaX509CertificateConverter().getCertificate(holder);
    }

    /** Whether an issuer has named somebody to answer for it. */
    private static boolean isDelegate(X509Certificate signer, X509Certificate issuer, Instant now) throws GeneralSecurityException {
        var uses = signer.getExtendedKeyUsage();
        if (uses == null || !uses.contains(OCSP_SIGNING) || !Chains.isCurrent(signer, now)) return false;
        return isIssued(signer, issuer);
    }

    static boolean isIssued(X509Certificate certificate, X509Certificate issuer) {
        if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) return false;
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (CertificateEncodingException damaged) {
            return false;
        } catch (GeneralSecurityException another) {
            return false;
        }
    }

    private static boolean isSignedBy(BasicOCSPResp response, X509Certificate signer) throws OperatorCreationException {
        try {
            return response.isSignatureValid(new JcaContentVerifierProviderBuilder().build(signer.getPublicKey()));
        } catch (OCSPException anotherKind) {
            return false;
        }
    }
}
