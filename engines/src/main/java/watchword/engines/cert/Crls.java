package watchword.engines.cert;

import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Names;
import watchword.sdk.OrNull;
import watchword.sdk.Outbound;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/**
 * The revocation lists of a mount. They are in the store, so the first login after a start is judged by them as any other. A list that is
 * fetched and has run out is fetched again before anybody is let in; while that cannot be done, nobody is.
 */
final class Crls {
    private static final System.Logger LOG = System.getLogger(Crls.class.getName());
    private static final int MOST = 1000;
    /** Between two tries to fetch a list that could not be. */
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final Table<Crl> rows;
    private final Entries entries;
    private final CrlReader reader;
    private final Map<String, Instant> failed = new ConcurrentHashMap<>();

    Crls(Table<Crl> rows, Entries entries, Outbound outbound) {
        this.rows = rows;
        this.entries = entries;
        this.reader = new CrlReader(outbound);
    }

    record Named(@Doc("Name of the list.") String name) {}

    record Given(@Doc("Name of the list.") String name,
            @Doc("The list, as PEM. It holds until it is replaced or deleted, whatever it says of its own end.") String crl,
            @Doc("Where the list is published, in place of the list; it is fetched now, and again whenever it has run out.") String url) {}

    record Nothing() {}

    record Cdp(@Doc("Where it is fetched.") String url, @Doc("When it is fetched again.") Instant validUntil) {}

    record Shown(
            @Doc("Where the list comes from; null for one that was handed in.") @OrNull Optional<Cdp> cdp,
            @Doc("Serial numbers of the revoked certificates, in decimal.") Map<String, Nothing> serials) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("crls", Page.class, Page.Keys.class, call -> call.input().of(rows, call.store()), "List the revocation lists."),
                Route.read("crls/{name}", Named.class, Shown.class, this::read, "Read a revocation list."),
                Route.effect(Route.Operation.WRITE, "crls/{name}", Given.class, None.class, this::write, "Set a revocation list, by which each login is judged."),
                Route.delete("crls/{name}", Named.class, None.class, this::delete, "Delete a revocation list."));
    }

    private Reply<Shown> read(Call.Read<Named> call) {
        var crl = require(call.store(), call.input().name());
        var serials = new LinkedHashMap<String, Nothing>();
        crl.serials().forEach(serial -> serials.put(serial, new Nothing()));
        return Reply.of(new Shown(crl.source().map(source -> new Cdp(source.url(), source.validUntil())), serials));
    }

    private Crl require(Storage.Reader store, String name) {
        return rows.get(store, Names.canonical(name)).orElseThrow(() -> new Problem.Invalid("no such CRL").asException());
    }

    private Reply<None> write(Call.Effect<Given> call) {
        var in = call.input();
        var crl = in.crl().isEmpty() ? fetch(call.storage(), requireAddress(in.url()), Instant.MIN, call.now()) : reader.of(in.crl());
        call.storage().update(store -> {
            if (rows.get(store, Names.canonical(in.name())).isEmpty() && rows.names(store, "", "", MOST).size() >= MOST) throw new Problem.Invalid("there are " + MOST + " CRLs already").asException();
            rows.put(store, Names.canonical(in.name()), crl);
        });
        failed.remove(Names.canonical(in.name()));
        return Reply.nothing();
    }

    private static String requireAddress(String url) {
        if (url.isEmpty()) throw new Problem.Invalid("one of 'crl' or 'url' must be provided").asException();
        try {
            if (new URI(url).getHost() != null && url.length() <= 2048) return url;
        } catch (URISyntaxException no) {
            // said below
        }
        throw new Problem.Invalid("invalid CRL url").asException();
    }

    private Crl fetch(Storage storage, String url, Instant newest, Instant now) {
        var authorities = storage.<List<X509Certificate>>read(entries::authorities);
        return reader.fetch(url, authorities, newest, now);
    }

    private Reply<None> delete(Call.Change<Named> call) {
        require(call.store(), call.input().name());
        rows.delete(call.store(), Names.canonical(call.input().name()));
        return Reply.nothing();
    }

    // ---- at a login ----

    /** Whether a certificate stands on any list. */
    Predicate<X509Certificate> revoked(Storage storage, Instant now) {
        var all = storage.<Map<String, Crl>>read(store -> {
            var found = new LinkedHashMap<String, Crl>();
            for (var name : rows.names(store, "", "", MOST)) rows.get(store, name).ifPresent(crl -> found.put(name, crl));
            return found;
        });
        // Lists are long, and anybody may show a certificate: nothing is made of them here.
        var lists = new ArrayList<List<String>>();
        all.forEach((name, crl) -> lists.add(current(storage, name, crl, now).serials()));
        return certificate -> lists.stream().anyMatch(sorted -> Collections.binarySearch(sorted, certificate.getSerialNumber().toString()) >= 0);
    }

    private Crl current(Storage storage, String name, Crl crl, Instant now) {
        if (!crl.hasRunOut(now)) return crl;
        synchronized (failed) {
            var latest = storage.<Optional<Crl>>read(store -> rows.get(store, name)).orElse(crl);
            if (!latest.hasRunOut(now)) return latest;
            if (failed.getOrDefault(name, Instant.MIN).plus(PAUSE).isAfter(now)) throw outOfDate();
            return renewed(storage, name, latest, now);
        }
    }

    private Crl renewed(Storage storage, String name, Crl old, Instant now) {
        try {
            var source = old.source().orElseThrow();
            var fresh = fetch(storage, source.url(), source.thisUpdate(), now);
            storage.update(store -> {
                if (rows.get(store, name).equals(Optional.of(old))) rows.put(store, name, fresh);
            });
            failed.remove(name);
            return fresh;
        } catch (Problem.ProblemException cannot) {
            LOG.log(Level.WARNING, "revocation list {0} has run out and cannot be fetched, so nobody is let in: {1}", name, cannot.getMessage());
            failed.put(name, now);
            throw outOfDate();
        }
    }

    private static RuntimeException outOfDate() {
        return new Problem.Upstream("a revocation list has run out and cannot be fetched: the server's log says why").asException();
    }
}
