package watchword.engines.cert;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.cert.ocsp.jcajce.JcaBasicOCSPRespBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;

/**
 * An OCSP server that says what a test wants.
 *
 * @param signer who signs its answers
 * @param serialOff by how much the answer is about another certificate
 */
record Responder(Issued issuer, Issued signer, Says says, Instant made, Instant next, long serialOff, boolean otherNonce) implements Outbound {
    enum Says {
        GOOD,
        REVOKED,
        UNKNOWN,
        NOTHING
    }

    static Responder of(Issued issuer, Says says, Instant now) {
        return new Responder(issuer, issuer, says, now.minusSeconds(60), now.plusSeconds(600), 0, false);
    }

    Responder signedBy(Issued other) {
        return new Responder(issuer, other, says, made, next, serialOff, otherNonce);
    }

    Responder from(Instant start, Instant end) {
        return new Responder(issuer, signer, says, start, end, serialOff, otherNonce);
    }

    Responder aboutAnother() {
        return new Responder(issuer, signer, says, made, next, 1, otherNonce);
    }

    Responder replayed() {
        return new Responder(issuer, signer, says, made, next, serialOff, true);
    }

    @Override
    public Answer send(Ask ask) {
        if (says == Says.NOTHING) throw new Problem.Upstream("ocsp.test: connection refused").asException();
        try {
            return new Answer(200, java.util.Map.of(), answer(new OCSPReq(ask.body())));
        } catch (IOException | OCSPException | OperatorCreationException | GeneralSecurityException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private byte[] answer(OCSPReq request) throws IOException, OCSPException, OperatorCreationException, GeneralSecurityException {
        var digests = new JcaDigestCalculatorProviderBuilder().build();
        var builder = new JcaBasicOCSPRespBuilder(signer.keys().getPublic(), digests.get(CertificateID.HASH_SHA1));
        var asked = request.getRequestList()[0].getCertID();
        var id = new CertificateID(digests.get(CertificateID.HASH_SHA1), new JcaX509CertificateHolder(issuer.certificate()), asked.getSerialNumber().add(java.math.BigInteger.valueOf(serialOff)));
        builder.addResponse(id, status(), Date.from(made), Date.from(next));
        var nonce = request.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
        if (nonce != null) {
            var value = otherNonce ? new Extension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce, false, new org.bouncycastle.asn1.DEROctetString(new byte[32]).getEncoded()) : nonce;
            builder.setResponseExtensions(new Extensions(value));
        }
        var basic = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.keys().getPrivate()), new X509CertificateHolder[] {new JcaX509CertificateHolder(signer.certificate())}, Date.from(made));
        return new OCSPRespBuilder().build(OCSPRespBuilder.SUCCESSFUL, basic).getEncoded();
    }

    private CertificateStatus status() {
        return switch (says) {
            case GOOD -> CertificateStatus.GOOD;
            case REVOKED -> new RevokedStatus(Date.from(made), CRLReason.keyCompromise);
            case UNKNOWN, NOTHING -> new UnknownStatus();
        };
    }
}
