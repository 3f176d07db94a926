package watchword.engines.ldap;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import watchword.sdk.Doc;
import watchword.sdk.Inline;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.TokenFields;
import watchword.sdk.TokenTerms;

/**
 * Where the directory is, how users and groups are found in it, and what tokens of its logins may be. As it is stored.
 *
 * @param bindpass empty for none
 * @param clientTlsKey empty for none
 */
record LdapConfig(@Inline Shown shown, Secret bindpass, String clientTlsCert, Secret clientTlsKey) {
    private static final int MAX_TEXT = 16 << 10;

    /** What a read of the configuration tells: all but the secrets. */
    record Shown(
            @Doc("Whether groups are searched for without a bind.") boolean anonymousGroupSearch,
            @Doc("Whether names differ by case.") boolean caseSensitiveNames,
            @Doc("Authorities that the directory's certificate is checked by, as PEM; the system's when empty.") String certificate,
            @Doc("Name that searches are made by; empty for none.") String binddn,
            @Doc("How long to try to reach a directory, in seconds.") Duration connectionTimeout,
            @Doc("Whether a bind with an empty password is refused.") boolean denyNullBind,
            @Doc("When aliases are followed: `never`, `finding`, `searching` or `always`.") String dereferenceAliases,
            @Doc("Whether a user's name in the directory is searched for without a bind.") boolean discoverdn,
            @Doc("Attribute of a group that is its name.") String groupattr,
            @Doc("Below which name groups are.") String groupdn,
            @Doc("Filter for the groups of a user; `{{.Username}}` and `{{.UserDN}}` stand for who it is.") String groupfilter,
            @Doc("Kept for clients; always false, since certificates are always checked.") boolean insecureTls,
            @Doc("Entries of a page, for directories that limit an answer; 0 for no pages.") int maxPageSize,
            @Doc("How long to wait for an answer, in seconds.") Duration requestTimeout,
            @Doc("Whether a plain connection is turned into TLS before anything is sent.") boolean starttls,
            @Doc("Highest version of TLS: `tls12` or `tls13`.") String tlsMaxVersion,
            @Doc("Lowest version of TLS: `tls12` or `tls13`.") String tlsMinVersion,
            @Inline TokenTerms terms,
            @Doc("Domain after the @ of a user's name, for Active Directory; empty for none.") String upndomain,
            @Doc("Addresses of directories, tried in this order, with commas between them.") String url,
            @Doc("Whether groups are read from tokenGroups of Active Directory.") boolean useTokenGroups,
            @Doc("Attribute of a user that is the name.") String userattr,
            @Doc("Below which name users are.") String userdn,
            @Doc("Filter for a user; `{{.UserAttr}}` and `{{.Username}}` stand for whom.") String userfilter,
            @Doc("Whether the alias is the name as it was typed, in its canonical form, rather than the user's attribute.") boolean usernameAsAlias) {}

    /** A request that sets it; what was not sent stays. */
    record Set(
            @Doc("Search for groups without a bind.") Optional<Boolean> anonymousGroupSearch,
            @Doc("Name that searches are made by.") Optional<String> binddn,
            @Doc("Password of binddn; never told again.") Optional<Secret> bindpass,
            @Doc("Let names differ by case.") Optional<Boolean> caseSensitiveNames,
            @Doc("Authorities that the directory's certificate is checked by, as PEM; the system's when not given.") Optional<String> certificate,
            @Doc("Certificate to show to the directory, as PEM.") Optional<String> clientTlsCert,
            @Doc("Key of client_tls_cert, as PEM; never told again.") Optional<Secret> clientTlsKey,
            @Doc("How long to try to reach a directory; 30 seconds when not given.") Optional<Duration> connectionTimeout,
            @Doc("Refuse a bind with an empty password; true when not given.") Optional<Boolean> denyNullBind,
            @Doc("When aliases are followed: `never`, `finding`, `searching` or `always`.") Optional<String> dereferenceAliases,
            @Doc("Search for a user's name in the directory without a bind.") Optional<Boolean> discoverdn,
            @Doc("Attribute of a group that is its name; cn when not given.") Optional<String> groupattr,
            @Doc("Below which name groups are.") Optional<String> groupdn,
            @Doc("Filter for the groups of a user; `{{.Username}}` and `{{.UserDN}}` stand for who it is.") Optional<String> groupfilter,
            @Doc("Only false: certificates are always checked.") Optional<Boolean> insecureTls,
            @Doc("Entries of a page, for directories that limit an answer.") Optional<Integer> maxPageSize,
            @Doc("How long to wait for an answer; 90 seconds when not given.") Optional<Duration> requestTimeout,
            @Doc("Turn a plain connection into TLS before anything is sent.") Optional<Boolean> starttls,
            @Doc("Highest version of TLS: `tls12` or `tls13`.") Optional<String> tlsMaxVersion,
            @Doc("Lowest version of TLS: `tls12` or `tls13`.") Optional<String> tlsMinVersion,
            @Inline TokenFields token,
            @Doc("Domain after the @ of a user's name, for Active Directory.") Optional<String> upndomain,
            @Doc("Addresses of directories, ldap:// or ldaps://, with commas between them.") Optional<String> url,
            @Doc("Read groups from tokenGroups of Active Directory.") Optional<Boolean> useTokenGroups,
            @Doc("Attribute of a user that is the name; cn when not given.") Optional<String> userattr,
            @Doc("Below which name users are.") Optional<String> userdn,
            @Doc("Filter for a user; `{{.UserAttr}}` and `{{.Username}}` stand for whom.") Optional<String> userfilter,
            @Doc("Take the name as it was typed for the alias, in its canonical form.") Optional<Boolean> usernameAsAlias) {}

    static final LdapConfig DEFAULT = new LdapConfig(
            new Shown(false, false, "", "", Duration.ofSeconds(30), true, "never", false, "cn", "", "(|(memberUid={{.Username}})(member={{.UserDN}})(uniqueMember={{.UserDN}}))",
                    false, 0, Duration.ofSeconds(90), false, "tls13", "tls12", TokenTerms.NONE, "", "ldap://127.0.0.1", false, "cn", "", "({{.UserAttr}}={{.Username}})", false),
            Secret.copyOf(""), "", Secret.copyOf(""));

    /** @throws Problem.ProblemException when it could not be used */
    LdapConfig with(Set set) {
        if (set.insecureTls().orElse(false)) throw new Problem.Invalid("insecure_tls: certificates are always checked; give the directory's authority in 'certificate'").asException();
        var s = shown;
        var changed = new Shown(
                set.anonymousGroupSearch().orElse(s.anonymousGroupSearch()),
                set.caseSensitiveNames().orElse(s.caseSensitiveNames()),
                text("certificate", set.certificate(), s.certificate()),
                text("binddn", set.binddn(), s.binddn()),
                Link.timeout("connection_timeout", set.connectionTimeout().orElse(s.connectionTimeout())),
                set.denyNullBind().orElse(s.denyNullBind()),
                oneOf("dereference_aliases", set.dereferenceAliases().orElse(s.dereferenceAliases()), List.of("never", "finding", "searching", "always")),
                set.discoverdn().orElse(s.discoverdn()),
                text("groupattr", set.groupattr(), s.groupattr()),
                text("groupdn", set.groupdn(), s.groupdn()),
                FilterTemplate.require("groupfilter", text("groupfilter", set.groupfilter(), s.groupfilter())),
                false,
                Math.clamp(set.maxPageSize().orElse(s.maxPageSize()), 0, 10_000),
                Link.timeout("request_timeout", set.requestTimeout().orElse(s.requestTimeout())),
                set.starttls().orElse(s.starttls()),
                Link.tlsVersion("tls_max_version", set.tlsMaxVersion().orElse(s.tlsMaxVersion())),
                Link.tlsVersion("tls_min_version", set.tlsMinVersion().orElse(s.tlsMinVersion())),
                set.token().over(s.terms()),
                text("upndomain", set.upndomain(), s.upndomain()),
                Link.urls(text("url", set.url(), s.url())),
                set.useTokenGroups().orElse(s.useTokenGroups()),
                text("userattr", set.userattr(), s.userattr()).toLowerCase(Locale.ROOT),
                text("userdn", set.userdn(), s.userdn()),
                FilterTemplate.require("userfilter", text("userfilter", set.userfilter(), s.userfilter())),
                set.usernameAsAlias().orElse(s.usernameAsAlias()));
        Link.requireOrder(changed.tlsMinVersion(), changed.tlsMaxVersion());
        var after = new LdapConfig(changed, set.bindpass().orElse(bindpass), text("client_tls_cert", set.clientTlsCert(), clientTlsCert), set.clientTlsKey().orElse(clientTlsKey));
        if (after.clientTlsCert().isEmpty() != (after.clientTlsKey().size() == 0)) throw new Problem.Invalid("both client_tls_cert and client_tls_key must be set").asException();
        return after;
    }

    Link link() {
        return new Link(shown.url(), shown.starttls(), shown.tlsMinVersion(), shown.tlsMaxVersion(), Link.trust(shown.certificate(), clientTlsCert, clientTlsKey), shown.connectionTimeout(), shown.requestTimeout());
    }

    boolean hasBind() {
        return !shown.binddn().isEmpty() && bindpass.size() > 0;
    }

    private static String text(String field, Optional<String> given, String before) {
        var text = given.orElse(before);
        if (text.length() > MAX_TEXT) throw new Problem.Invalid(field + " is longer than " + MAX_TEXT + " characters").asException();
        return text;
    }

    private static String oneOf(String field, String given, List<String> allowed) {
        if (!allowed.contains(given)) throw new Problem.Invalid("invalid '" + field + "': one of " + String.join(", ", allowed)).asException();
        return given;
    }
}
