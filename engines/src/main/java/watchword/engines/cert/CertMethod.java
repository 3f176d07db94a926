package watchword.engines.cert;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import watchword.sdk.AuthMethod;
import watchword.sdk.Call;
import watchword.sdk.Default;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Outbound;
import watchword.sdk.Peer;
import watchword.sdk.Policies;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;
import watchword.sdk.Table;
import watchword.sdk.TokenTerms;

/** Logs in clients by the certificate of their connection. */
public final class CertMethod implements AuthMethod {
    private static final String ROW = "config";
    private static final String CERTIFICATE = "certificate";
    private static final String NAME = "name";
    /** What TLS lets a client show. */
    private static final int MAX_CHAIN = 10;

    private final Pem pem = new Pem();
    private final Table<Config> configs;
    private final Entries entries;
    private final Crls crls;
    private final OcspQuestion ocsp;

    public CertMethod(EngineContext context, Outbound outbound) {
        this.configs = context.table("settings", Config.class);
        this.entries = new Entries(context.table("cert", Entry.class), pem);
        this.crls = new Crls(context.table("crls", Crl.class), entries, outbound);
        this.ocsp = new OcspQuestion(outbound, context.random(), pem);
    }

    record Nothing() {}

    record Config(
            @Doc("Whether a token may be renewed without the certificate it was given for.") boolean disableBinding,
            @Doc("Whether what the certificate says is kept with the alias, for templates in policies.") boolean enableIdentityAliasMetadata,
            @Doc("Taken and shown: OCSP answers are not kept.") @Default("100") long ocspCacheSize,
            @Doc("Taken and shown: what is kept of trusted certificates has a bound of its own.") @Default("200") long roleCacheSize) {
        static final Config USUAL = new Config(false, false, 100, 200);
    }

    record SetConfig(
            @Doc("Let a token be renewed without the certificate it was given for.") Optional<Boolean> disableBinding,
            @Doc("Keep what the certificate says with the alias, for templates in policies.") Optional<Boolean> enableIdentityAliasMetadata,
            @Doc("Taken and shown: OCSP answers are not kept.") Optional<Long> ocspCacheSize,
            @Doc("Taken and shown: what is kept of trusted certificates has a bound of its own.") Optional<Long> roleCacheSize) {}

    record Login(@Doc("Name of the trusted certificate to log in by; any that fits when empty.") String name) {}

    /** What a login is judged by, and who. */
    private record Matched(String name, Entry entry, ClientCertificate client) {}

    @Override
    public String type() {
        return "cert";
    }

    @Override
    public String help() {
        return "Logs in clients by the TLS certificate of their connection.";
    }

    @Override
    public Set<String> names() {
        return Set.of("name");
    }

    @Override
    public List<Route<?, ?>> routes() {
        var all = new ArrayList<Route<?, ?>>();
        all.add(Route.read("config", Nothing.class, Config.class, call -> Reply.of(config(call.store())), "Read the settings of the mount."));
        all.add(Route.write("config", SetConfig.class, None.class, this::configure, "Change settings of the mount."));
        all.addAll(entries.routes());
        all.addAll(crls.routes());
        all.add(Route.loginOutside("login", Login.class, this::login, "Log in by the certificate of this connection."));
        return List.copyOf(all);
    }

    private Config config(Storage.Reader store) {
        return configs.get(store, ROW).orElse(Config.USUAL);
    }

    private Reply<None> configure(Call.Change<SetConfig> call) {
        var in = call.input();
        var before = config(call.store());
        configs.put(call.store(), ROW, new Config(in.disableBinding().orElse(before.disableBinding()), in.enableIdentityAliasMetadata().orElse(before.enableIdentityAliasMetadata()),
                bounded(in.ocspCacheSize().orElse(before.ocspCacheSize())), bounded(in.roleCacheSize().orElse(before.roleCacheSize()))));
        return Reply.nothing();
    }

    private static long bounded(long size) {
        if (size < 2 || size > 100_000) throw new Problem.Invalid("invalid cache size, must be >= 2 and <= 100000").asException();
        return size;
    }

    // ---- login ----

    private Reply<None> login(Call.Effect<Login> call) {
        var matched = match(call.storage(), call.ask().peer(), call.input().name(), call.now());
        var entry = matched.entry();
        if (matched.client().commonName().isBlank()) throw new Problem.Internal("missing name in alias").asException();
        var metadata = matched.client().metadata(matched.name(), entry.constraints().allowedMetadataExtensions());
        boolean told = call.storage().<Config>read(this::config).enableIdentityAliasMetadata();
        return Reply.auth(Reply.Login.of(matched.client().commonName(), entry.terms()).displayName(entry.displayName()).metadata(metadata).aliasMetadata(told ? metadata : Map.of())
                .handle(Map.of(NAME, matched.name(), CERTIFICATE, matched.client().fingerprint())));
    }

    /** The first entry, by name, that a connection's certificate satisfies in all it asks. */
    private Matched match(Storage storage, Peer peer, String name, Instant now) {
        var shown = new ArrayList<X509Certificate>();
        for (var der : peer.certificates()) Pem.certificate(der).ifPresent(shown::add);
        if (shown.isEmpty()) throw new Problem.Invalid("client certificate must be supplied").asException();
        if (shown.size() > MAX_CHAIN || shown.size() != peer.certificates().size() || !shown.stream().allMatch(Pem::isModest)) throw invalid();
        var client = new ClientCertificate(shown.getFirst());
        var candidates = storage.<Map<String, Entry>>read(store -> name.isEmpty() ? entries.all(store) : one(store, name));
        var revoked = crls.revoked(storage, now);
        boolean trusted = false;
        for (var candidate : candidates.entrySet()) {
            var entry = candidate.getValue();
            var chain = chain(client, shown.subList(1, shown.size()), entry, revoked, now);
            if (chain.isEmpty()) continue;
            trusted = true;
            if (!client.satisfies(entry.constraints()) || !stands(client, chain.get(), shown, entry, now)) continue;
            entry.terms().requireFrom(peer.address());
            return new Matched(candidate.getKey(), entry, client);
        }
        throw trusted ? new Problem.Invalid("no chain matching all constraints could be found for this login certificate").asException() : invalid();
    }

    private static RuntimeException invalid() {
        return new Problem.Invalid("invalid certificate or no client certificate supplied").asException();
    }

    private Map<String, Entry> one(Storage.Reader store, String name) {
        var found = new LinkedHashMap<String, Entry>();
        entries.find(store, name).ifPresent(entry -> found.put(watchword.sdk.Names.canonical(name), entry));
        return found;
    }

    /** From the client's certificate to the one that is trusted; for one that is no authority, that one alone, if it is the same bit for bit. */
    private Optional<List<X509Certificate>> chain(ClientCertificate client, List<X509Certificate> shown, Entry entry, Predicate<X509Certificate> revoked, Instant now) {
        var trusted = pem.certificates(entry.certificate());
        if (trusted.isEmpty()) return Optional.empty();
        var leaf = client.certificate();
        if (Pem.isAuthority(trusted.getFirst())) return Chains.find(leaf, shown, trusted, now, revoked);
        boolean same = client.isExactly(trusted.getFirst()) && Chains.isCurrent(leaf, now) && Chains.mayAuthenticate(leaf) && !revoked.test(leaf);
        return same ? Optional.of(List.of(leaf)) : Optional.empty();
    }

    /** Whether nobody who should know says that the certificate was revoked. */
    private boolean stands(ClientCertificate client, List<X509Certificate> chain, List<X509Certificate> shown, Entry entry, Instant now) {
        if (!entry.ocsp().ocspEnabled()) return true;
        var standing = issuer(client.certificate(), chain, shown, entry).map(issuer -> ocsp.ask(client.certificate(), issuer, entry.ocsp(), now)).orElse(OcspQuestion.Standing.NOBODY_CAN_SAY);
        return switch (standing) {
            case GOOD -> true;
            case REVOKED -> false;
            case NOBODY_CAN_SAY -> entry.ocsp().ocspFailOpen();
        };
    }

    /** Who issued a certificate: the next in its chain, or, for one that is trusted by itself, whoever is at hand and did. */
    private Optional<X509Certificate> issuer(X509Certificate leaf, List<X509Certificate> chain, List<X509Certificate> shown, Entry entry) {
        if (chain.size() > 1) return Optional.of(chain.get(1));
        var known = new ArrayList<>(pem.certificates(entry.certificate()));
        known.addAll(pem.certificates(entry.ocsp().ocspCaCertificates()));
        known.addAll(shown);
        return known.stream().filter(Pem::isModest).filter(each -> OcspQuestion.isIssued(leaf, each)).findFirst();
    }

    // ---- renewal ----

    @Override
    public Renewed renew(Renewal renewal) {
        var name = renewal.handle().getOrDefault(NAME, "");
        var entry = renewal.store().<Optional<Entry>>read(store -> entries.find(store, name)).orElseThrow(() -> new Problem.Denied().asException());
        if (!renewal.store().<Config>read(this::config).disableBinding()) requireSame(renewal, name);
        if (!policies(entry.terms()).equals(List.copyOf(new TreeSet<>(renewal.policies())))) throw new Problem.Denied("policies have changed, not renewing").asException();
        return Renewed.on(entry.terms());
    }

    private void requireSame(Renewal renewal, String name) {
        try {
            var matched = match(renewal.store(), renewal.peer(), name, renewal.now());
            if (matched.client().fingerprint().equals(renewal.handle().get(CERTIFICATE))) return;
        } catch (Problem.ProblemException refused) {
            if (refused.problem() instanceof Problem.Upstream) throw refused;
            throw new Problem.Denied(refused.problem().messages()).asException();
        }
        throw new Problem.Denied("client identity during renewal not matching client identity used during login").asException();
    }

    private static List<String> policies(TokenTerms terms) {
        var names = new ArrayList<>(terms.tokenPolicies());
        if (!terms.tokenNoDefaultPolicy()) names.add(Policies.DEFAULT);
        return Policies.canonical(names);
    }
}
