package watchword.client;

import java.io.IOException;

/** No answer came: not connected, not trusted, cut off, or too late. The message names the address, and what may help. */
public final class UnreachableException extends IOException {
    private static final long serialVersionUID = 1;

    UnreachableException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Puts what happened into words for the person who set the address. */
    static UnreachableException of(Address address, IOException failed) {
        var text = String.valueOf(failed.getMessage());
        if (failed instanceof java.net.UnknownHostException) {
            return new UnreachableException("cannot reach " + address + ": no such host", failed);
        }
        if (failed instanceof java.net.SocketTimeoutException) {
            return new UnreachableException("cannot reach " + address + ": no answer in time (VAULT_CLIENT_TIMEOUT)", failed);
        }
        if (failed instanceof javax.net.ssl.SSLException) {
            return new UnreachableException("cannot reach " + address + ": " + tls(address, text), failed);
        }
        if (failed instanceof java.net.ConnectException) {
            return new UnreachableException("cannot reach " + address + ": " + text
                    + ". Is it the right address? VAULT_ADDR names another", failed);
        }
        boolean mayBeTls = address.kind() == Address.Kind.HTTP && failed instanceof HttpReader.NotHttpException;
        return new UnreachableException("cannot reach " + address + ": " + text
                + (mayBeTls ? "; does it speak TLS? Try VAULT_ADDR=https://" + address.authority() : ""), failed);
    }

    private static String tls(Address address, String text) {
        if (text.contains("Unsupported or unrecognized SSL message")) {
            return "the server speaks plain HTTP; " + (address.isLoopback()
                    ? "export VAULT_ADDR=http://" + address.authority() + " (a development server; nobody else can read it here)"
                    : "with VAULT_ADDR=http://" + address.authority() + " the token would be readable on the way");
        }
        if (text.contains("PKIX path") || text.contains("trustAnchors")) {
            return "its certificate is not signed by an authority that this machine trusts; VAULT_CACERT names the file of one that you "
                    + "trust (" + text + ")";
        }
        if (text.contains("No subject alternative") || text.contains("No name matching")) {
            return "its certificate is for another name; VAULT_TLS_SERVER_NAME tells which to expect (" + text + ")";
        }
        if (text.contains("certificate_required") || text.contains("bad_certificate")) {
            return "it wants a client certificate that it knows; VAULT_CLIENT_CERT and VAULT_CLIENT_KEY name one (" + text + ")";
        }
        return text;
    }
}
