package watchword.engines.kubernetes;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import watchword.sdk.Outbound;
import watchword.sdk.Outbound.Answer;
import watchword.sdk.Outbound.Ask;
import watchword.sdk.Outbound.Trust;

/** The API server of a cluster, asked with the rights of one bearer. */
public final class ApiServer {
    private final Outbound outbound;
    private final String base;
    private final Trust trust;
    private final String bearer;

    /**
     * @param host a URL, or a host with or without a port
     * @param authorities of its certificate, as PEM; the system's when blank
     * @param bearer with whose rights it is asked; empty for nobody's
     */
    public ApiServer(Outbound outbound, String host, String authorities, String bearer) {
        this.outbound = outbound;
        this.base = base(host);
        this.trust = Trust.in(authorities);
        this.bearer = bearer;
    }

    /** Its address without a slash at the end. */
    static String base(String host) {
        var bare = host.endsWith("/") ? host.substring(0, host.length() - 1) : host;
        return bare.contains("://") ? bare : "https://" + bare;
    }

    public static boolean isAddress(String host) {
        return Outbound.isAddress(base(host) + "/");
    }

    /** What the cluster takes for the name of a namespace or an account; it becomes part of a path. */
    public static boolean isName(String text) {
        if (text.isEmpty() || text.length() > 253) return false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean inner = i > 0 && i < text.length() - 1;
            if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !(inner && (c == '-' || c == '.'))) return false;
        }
        return true;
    }

    public static boolean hasCertificates(String pem) {
        try {
            return !CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8))).isEmpty();
        } catch (CertificateException unreadable) {
            return false;
        }
    }

    /** Where a server is, and by whose word: what was had from one place says nothing of another. */
    record Place(String base, Trust trust) {}

    Place place() {
        return new Place(base, trust);
    }

    /** Whether it is asked with somebody's rights. */
    boolean hasBearer() {
        return !bearer.isEmpty();
    }

    public URI at(String path) {
        return URI.create(base + path);
    }

    /** @throws watchword.sdk.Problem.ProblemException when there is no answer */
    public Answer send(Ask ask) {
        return outbound.send((bearer.isEmpty() ? ask : ask.header("Authorization", "Bearer " + bearer)).trusting(trust));
    }
}
