package watchword.client;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Whom to trust, and who to be, on an {@code https://} address.
 *
 * @param caFile PEM file of authorities, instead of those the machine trusts
 * @param caDirectory directory of such files; {@code caFile} goes before it
 * @param certificate PEM file of our certificate and its chain
 * @param key PEM file of its private key: PKCS#8, PKCS#1 or SEC 1, not encrypted
 * @param serverName name to ask for and to check the certificate against; empty for the address's own
 * @param skipVerify accept any certificate: the token then goes to whoever answers
 */
public record TlsSettings(Optional<Path> caFile, Optional<Path> caDirectory, Optional<Path> certificate, Optional<Path> key,
        String serverName, boolean skipVerify) {
    public static final TlsSettings NONE = new TlsSettings(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), "",
            false);
}
