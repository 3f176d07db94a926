package watchword.engines.cert;

import java.net.URI;
import java.net.URISyntaxException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Inline;
import watchword.sdk.Names;
import watchword.sdk.OlderTokenFields;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;
import watchword.sdk.Table;
import watchword.sdk.TokenFields;
import watchword.sdk.TokenTerms;

/** The certificates that a mount trusts. */
final class Entries {
    /** A login that names none tries them all. */
    private static final int MOST = 10_000;

    private final Table<Entry> rows;
    private final Pem pem;

    Entries(Table<Entry> rows, Pem pem) {
        this.rows = rows;
        this.pem = pem;
    }

    record Named(@Doc("Name of the certificate.") String name) {}

    record Given(
            @Doc("Name of the certificate.") String name,
            @Doc("The certificate, as PEM. Of an authority: all that it has issued may log in. Of anybody else: that one alone.") Optional<String> certificate,
            @Doc("What tokens are shown as; the name when empty.") Optional<String> displayName,
            @Doc("Names of which a certificate's common name, DNS or e-mail names must have one; * stands for any run of characters.") Optional<List<String>> allowedNames,
            @Doc("Common names of which a certificate must have one.") Optional<List<String>> allowedCommonNames,
            @Doc("DNS names of which it must have one.") Optional<List<String>> allowedDnsSans,
            @Doc("E-mail addresses of which it must have one.") Optional<List<String>> allowedEmailSans,
            @Doc("URIs of which it must have one.") Optional<List<String>> allowedUriSans,
            @Doc("Organizational units of which it must be of one.") Optional<List<String>> allowedOrganizationalUnits,
            @Doc("Extensions that it must have, all of them: oid:pattern for one that is a text, hex:oid:pattern for the bytes of any.") Optional<List<String>> requiredExtensions,
            @Doc("Extensions whose texts become metadata of the token, by object identifier.") Optional<List<String>> allowedMetadataExtensions,
            @Doc("Ask the issuer's OCSP server at each login and renewal whether the certificate still stands.") Optional<Boolean> ocspEnabled,
            @Doc("Authorities of OCSP servers, and certificates that may sign their answers, as PEM.") Optional<String> ocspCaCertificates,
            @Doc("OCSP servers to ask, in place of those that the certificate names.") Optional<List<String>> ocspServersOverride,
            @Doc("Let a client in when no OCSP server can say.") Optional<Boolean> ocspFailOpen,
            @Doc("Ask all servers, and let in only whom all call good.") Optional<Boolean> ocspQueryAllServers,
            @Doc("Longest time since an OCSP answer was made; 0 for any that is current.") Optional<Duration> ocspThisUpdateMaxAge,
            @Doc("How often an OCSP server is tried again that does not answer.") Optional<Long> ocspMaxRetries,
            @Doc("Older name of token_ttl, in seconds.") Optional<Duration> lease,
            @Inline TokenFields token,
            @Inline OlderTokenFields older) {}

    record Shown(
            @Doc("Common names of which a certificate must have one.") List<String> allowedCommonNames,
            @Doc("DNS names of which it must have one.") List<String> allowedDnsSans,
            @Doc("E-mail addresses of which it must have one.") List<String> allowedEmailSans,
            @Doc("Extensions whose texts become metadata.") List<String> allowedMetadataExtensions,
            @Doc("Names of which it must have one.") List<String> allowedNames,
            @Doc("Organizational units of which it must be of one.") List<String> allowedOrganizationalUnits,
            @Doc("URIs of which it must have one.") List<String> allowedUriSans,
            @Doc("The certificate, as PEM.") String certificate,
            @Doc("What tokens are shown as.") String displayName,
            @Doc("Authorities of OCSP servers, as PEM.") String ocspCaCertificates,
            @Doc("Whether OCSP servers are asked.") boolean ocspEnabled,
            @Doc("Whether a client is let in when none can say.") boolean ocspFailOpen,
            @Doc("How often a server is tried again.") long ocspMaxRetries,
            @Doc("Whether all servers are asked.") boolean ocspQueryAllServers,
            @Doc("OCSP servers to ask.") List<String> ocspServersOverride,
            @Doc("Longest time since an OCSP answer was made, in seconds.") Duration ocspThisUpdateMaxAge,
            @Doc("Extensions that a certificate must have.") List<String> requiredExtensions,
            @Inline TokenTerms terms,
            @Inline OlderTokenFields older) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("certs", Page.class, Page.Keys.class, call -> call.input().of(rows, call.store()), "List the trusted certificates."),
                Route.read("certs/{name}", Named.class, Shown.class, this::read, "Read a trusted certificate."),
                Route.write("certs/{name}", Given.class, None.class, this::write, "Trust a certificate, or change what is sent of one."),
                Route.delete("certs/{name}", Named.class, None.class, this::delete, "Trust a certificate no more: its tokens are not renewed."));
    }

    Optional<Entry> find(Storage.Reader store, String name) {
        return rows.get(store, Names.canonical(name));
    }

    /** All of them, by name. */
    Map<String, Entry> all(Storage.Reader store) {
        var all = new LinkedHashMap<String, Entry>();
        for (var name : rows.names(store, "", "", MOST)) rows.get(store, name).ifPresent(entry -> all.put(name, entry));
        return all;
    }

    List<X509Certificate> authorities(Storage.Reader store) {
        return all(store).values().stream().flatMap(entry -> pem.certificates(entry.certificate()).stream()).filter(Pem::isAuthority).toList();
    }

    private Reply<Shown> read(Call.Read<Named> call) {
        var entry = find(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException());
        var names = entry.constraints();
        var ocsp = entry.ocsp();
        return Reply.of(new Shown(names.allowedCommonNames(), names.allowedDnsSans(), names.allowedEmailSans(), names.allowedMetadataExtensions(), names.allowedNames(), names.allowedOrganizationalUnits(),
                names.allowedUriSans(), entry.certificate(), entry.displayName(), ocsp.ocspCaCertificates(), ocsp.ocspEnabled(), ocsp.ocspFailOpen(), ocsp.ocspMaxRetries(), ocsp.ocspQueryAllServers(),
                ocsp.ocspServersOverride(), ocsp.ocspThisUpdateMaxAge(), names.requiredExtensions(), entry.terms(), OlderTokenFields.shown(entry.terms(), entry.olderNames())));
    }

    private Reply<None> write(Call.Change<Given> call) {
        var in = call.input();
        var name = Names.canonical(in.name());
        var known = rows.get(call.store(), name);
        if (known.isEmpty() && rows.names(call.store(), "", "", MOST).size() >= MOST) throw new Problem.Invalid("there are " + MOST + " certificates already").asException();
        var before = known.orElse(new Entry("", "", Entry.Constraints.NONE, Entry.Ocsp.NONE, TokenTerms.NONE, List.of()));
        var older = in.older().ttl().isPresent() || in.lease().isEmpty() ? in.older() : olderWith(in.older(), in.lease());
        var shownAs = in.displayName().orElse(before.displayName());
        var after = new Entry(in.certificate().orElse(before.certificate()), shownAs.isEmpty() ? name : shownAs, constraints(in, before.constraints()), ocsp(in, before.ocsp()),
                older.over(in.token(), before.terms()), older.used(in.token(), before.olderNames()));
        requireUsable(after);
        rows.put(call.store(), name, after);
        return Reply.nothing();
    }

    private static OlderTokenFields olderWith(OlderTokenFields older, Optional<Duration> lease) {
        return new OlderTokenFields(older.policies(), lease, older.maxTtl(), older.period(), older.numUses(), older.boundCidrs());
    }

    private static Entry.Constraints constraints(Given in, Entry.Constraints before) {
        return new Entry.Constraints(in.allowedNames().orElse(before.allowedNames()), in.allowedCommonNames().orElse(before.allowedCommonNames()), in.allowedDnsSans().orElse(before.allowedDnsSans()),
                in.allowedEmailSans().orElse(before.allowedEmailSans()), in.allowedUriSans().orElse(before.allowedUriSans()), in.allowedOrganizationalUnits().orElse(before.allowedOrganizationalUnits()),
                in.requiredExtensions().orElse(before.requiredExtensions()), in.allowedMetadataExtensions().orElse(before.allowedMetadataExtensions()));
    }

    private static Entry.Ocsp ocsp(Given in, Entry.Ocsp before) {
        return new Entry.Ocsp(in.ocspCaCertificates().orElse(before.ocspCaCertificates()), in.ocspEnabled().orElse(before.ocspEnabled()), in.ocspFailOpen().orElse(before.ocspFailOpen()),
                in.ocspMaxRetries().orElse(before.ocspMaxRetries()), in.ocspQueryAllServers().orElse(before.ocspQueryAllServers()), in.ocspServersOverride().orElse(before.ocspServersOverride()),
                in.ocspThisUpdateMaxAge().orElse(before.ocspThisUpdateMaxAge()));
    }

    private void requireUsable(Entry entry) {
        if (entry.certificate().length() > Pem.MAX_CHARACTERS || entry.ocsp().ocspCaCertificates().length() > Pem.MAX_CHARACTERS) throw new Problem.TooLarge("at most " + Pem.MAX_CHARACTERS + " characters of certificates").asException();
        var certificates = pem.certificates(entry.certificate());
        if (certificates.isEmpty()) throw new Problem.Invalid("failed to parse certificate").asException();
        if (!certificates.stream().allMatch(Pem::isModest)) throw new Problem.Invalid("certificate: an RSA key may have at most 8192 bits, and 33 of its exponent").asException();
        if (!Pem.isAuthority(certificates.getFirst()) && !Chains.mayAuthenticate(certificates.getFirst())) {
            throw new Problem.Invalid("nonCA certificates should have TLS client authentication set as an extended key usage").asException();
        }
        for (var required : entry.constraints().requiredExtensions()) {
            if ((required.startsWith("hex:") ? required.substring(4) : required).indexOf(':') < 1) throw new Problem.Invalid("required_extensions", "must be oid:pattern or hex:oid:pattern").asException();
        }
        var ocsp = entry.ocsp();
        if (ocsp.ocspMaxRetries() < 0 || ocsp.ocspMaxRetries() > 10) throw new Problem.Invalid("ocsp_max_retries can not be a negative number, nor above 10").asException();
        if (ocsp.ocspThisUpdateMaxAge().isNegative()) throw new Problem.Invalid("ocsp_this_update_max_age can not be a negative number").asException();
        for (var server : ocsp.ocspServersOverride()) requireAddress(server);
        if (!ocsp.ocspCaCertificates().isBlank() && pem.certificates(ocsp.ocspCaCertificates()).isEmpty()) throw new Problem.Invalid("failed to parse ocsp_ca_certificates").asException();
    }

    private static void requireAddress(String server) {
        try {
            if (new URI(server).getHost() != null) return;
        } catch (URISyntaxException no) {
            // said below
        }
        throw new Problem.Invalid("ocsp_servers_override", "must be URLs").asException();
    }

    private Reply<None> delete(Call.Change<Named> call) {
        rows.delete(call.store(), Names.canonical(call.input().name()));
        return Reply.nothing();
    }
}
