package watchword.engines.ldap.secrets;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import watchword.engines.ldap.Link;
import watchword.sdk.ChangingSecret;
import watchword.sdk.Default;
import watchword.sdk.Doc;
import watchword.sdk.Inline;
import watchword.sdk.Problem;
import watchword.sdk.RotationTerms;
import watchword.sdk.Secret;

/** Which directory, and with whose rights it is changed. */
record Config(@Inline Shown shown, ChangingSecret bindpass, String clientTlsCert, Secret clientTlsKey) {
    /** The only row of its table, and what its rotation is called. */
    static final String ROW = "config";

    /** What a read tells: all but the secrets. */
    record Shown(
            @Doc("Name that the directory is changed by.") String binddn,
            @Doc("Authorities that the directory's certificate is checked by, as PEM; the system's when empty.") String certificate,
            @Doc("How long to try to reach a directory, in seconds.") Duration connectionTimeout,
            @Doc("Kind of passwords of RACF: `password` or `phrase`.") @Default("password") String credentialType,
            @Doc("Kept for clients; always false, since certificates are always checked.") boolean insecureTls,
            @Doc("When the password of binddn was last rotated.") Optional<Instant> lastBindPasswordRotation,
            @Doc("Length of new passwords.") Optional<Integer> length,
            @Doc("Password policy that new passwords follow.") Optional<String> passwordPolicy,
            @Doc("How long to wait for an answer, in seconds.") Duration requestTimeout,
            @Inline RotationTerms rotation,
            @Doc("What stores passwords, and how: `openldap`, `ad` or `racf`.") String schema,
            @Doc("Whether static roles leave the password of their account as it is until it is first due.") boolean skipStaticRoleImportRotation,
            @Doc("Whether a plain connection is turned into TLS before anything is sent.") boolean starttls,
            @Doc("Highest version of TLS: `tls12` or `tls13`.") String tlsMaxVersion,
            @Doc("Lowest version of TLS: `tls12` or `tls13`.") String tlsMinVersion,
            @Doc("Domain after the @ of binddn, for Active Directory; empty for none.") String upndomain,
            @Doc("Addresses of directories, tried in this order, with commas between them.") String url,
            @Doc("Attribute of an account that is its name.") String userattr,
            @Doc("Below which name accounts are.") String userdn) {}

    static final Config DEFAULT = new Config(
            new Shown("", "", Duration.ofSeconds(30), "password", false, Optional.empty(), Optional.empty(), Optional.empty(), Duration.ofSeconds(90), RotationTerms.NONE,
                    "openldap", false, false, "tls13", "tls12", "", "ldap://127.0.0.1", "", ""),
            ChangingSecret.of(Secret.copyOf(""), Instant.EPOCH), "", Secret.copyOf(""));

    Config with(ChangingSecret other) {
        return new Config(shown, other, clientTlsCert, clientTlsKey);
    }

    /** When the password was last changed from here; empty when it is an operator's. */
    Optional<Instant> rotated() {
        return bindpass.previous().map(_ -> bindpass.since());
    }

    /** All that may be told. */
    Shown told() {
        var s = shown;
        return new Shown(s.binddn, s.certificate, s.connectionTimeout, s.credentialType, s.insecureTls, rotated(), s.length, s.passwordPolicy, s.requestTimeout, s.rotation, s.schema,
                s.skipStaticRoleImportRotation, s.starttls, s.tlsMaxVersion, s.tlsMinVersion, s.upndomain, s.url, s.userattr, s.userdn);
    }

    Link link() {
        return new Link(shown.url, shown.starttls, shown.tlsMinVersion, shown.tlsMaxVersion, Link.trust(shown.certificate, clientTlsCert, clientTlsKey), shown.connectionTimeout, shown.requestTimeout);
    }

    /** What binds, with its domain if it has one. */
    String bindName() {
        if (shown.binddn.isEmpty()) throw new Problem.Invalid("must provide binddn or upndomain").asException();
        return shown.upndomain.isEmpty() ? shown.binddn : shown.binddn + "@" + shown.upndomain;
    }

    /** Its name in a search. */
    static String userattr(String schema) {
        return switch (schema.toLowerCase(Locale.ROOT)) {
            case "ad" -> "userPrincipalName";
            case "racf" -> "racfid";
            default -> "cn";
        };
    }
}
