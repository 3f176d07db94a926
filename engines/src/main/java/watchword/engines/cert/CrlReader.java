package watchword.engines.cert;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import watchword.sdk.Outbound;
import watchword.sdk.Outbound.Ask;
import watchword.sdk.Problem;

/** Reads revocation lists, from a text or from where an authority publishes them. */
final class CrlReader {
    private static final int MAX_BYTES = 8 << 20;
    private static final int MAX_SERIALS = 100_000;

    private final Outbound outbound;

    CrlReader(Outbound outbound) {
        this.outbound = outbound;
    }

    Crl of(String text) {
        return new Crl(Optional.empty(), serials(parse(text.getBytes(StandardCharsets.ISO_8859_1))));
    }

    /**
     * @param authorities of whom one must have signed a list that is fetched without TLS
     * @param newest of the lists had from there before: an older one is not taken
     */
    Crl fetch(String url, List<X509Certificate> authorities, Instant newest, Instant now) {
        var to = URI.create(url);
        var ask = Ask.get(to).header("Accept", "application/pkix-crl, */*");
        var answer = outbound.send(new Ask(ask.method(), to, ask.headers(), ask.body(), ask.trust(), ask.timeout(), MAX_BYTES));
        if (answer.status() != 200) throw new Problem.Upstream("unexpected response code " + answer.status() + " fetching CRL from " + to.getHost()).asException();
        var list = parse(answer.body());
        if (!"https".equals(String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT)) && authorities.stream().noneMatch(authority -> signed(list, authority))) {
            throw new Problem.Invalid("a CRL that is fetched without TLS must be signed by an authority among the trusted certificates").asException();
        }
        var made = list.getThisUpdate().toInstant();
        if (made.isBefore(newest)) throw new Problem.Upstream("the CRL at " + to.getHost() + " is older than the one that was there before").asException();
        if (list.getNextUpdate() != null && !list.getNextUpdate().toInstant().isAfter(now)) throw new Problem.Upstream("the CRL at " + to.getHost() + " has run out").asException();
        var until = Optional.ofNullable(list.getNextUpdate()).map(next -> next.toInstant()).orElse(made);
        return new Crl(Optional.of(new Crl.Source(url, made, until)), serials(list));
    }

    private static boolean signed(X509CRL list, X509Certificate authority) {
        if (!list.getIssuerX500Principal().equals(authority.getSubjectX500Principal()) || !Pem.isModest(authority)) return false;
        try {
            list.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException another) {
            return false;
        }
    }

    private static X509CRL parse(byte[] bytes) {
        try {
            if (CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(bytes)) instanceof X509CRL list) return list;
        } catch (CRLException | CertificateException unreadable) {
            // said below
        }
        throw new Problem.Invalid("failed to parse CRL").asException();
    }

    private static List<String> serials(X509CRL list) {
        var revoked = list.getRevokedCertificates();
        if (revoked == null) return List.of();
        if (revoked.size() > MAX_SERIALS) throw new Problem.TooLarge("a CRL of more than " + MAX_SERIALS + " certificates").asException();
        return revoked.stream().map(each -> each.getSerialNumber().toString()).sorted().toList();
    }
}
