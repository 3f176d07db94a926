package watchword.core.quota;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import watchword.sdk.Glob;
import watchword.core.request.Answer;
import watchword.core.request.Request;
import watchword.core.request.RequestHead;
import watchword.core.request.Response;
import watchword.core.request.Service;
import watchword.core.wire.Rows;
import watchword.sdk.Policies;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/**
 * The rate-limit quotas in force, and each client's count under them. Counts are this process's own: they are neither stored nor shared.
 * What is stored is read again by {@link #refresh}, after every change here and from time to time for changes of other servers. Any
 * thread; a request takes no lock and reads no store.
 */
public final class RateLimits {
    /** Places in the table of clients: some 5 MB when all are taken. */
    private static final int CLIENTS = 1 << 16;
    static final int MAX_QUOTAS = 10_000;

    final Rows<QuotaRow> rows = new Rows<>("core/quotas/rate-limit/", QuotaRow.class);
    final Rows<QuotaSettings> settings = new Rows<>("core/quotas/", QuotaSettings.class);
    private static final String VERSION = "core/quotas/version";

    private final SecureRandom random;
    private final InstantSource clock;
    private final Consumer<String> violated;
    private final Clients clients;
    private final AtomicReference<InForce> inForce = new AtomicReference<>(new InForce(-1, Map.of(), Map.of(), QuotaTable.EMPTY, QuotaSettings.DEFAULT, Exempt.NOTHING));

    private record InForce(long version, Map<String, QuotaRow> rows, Map<String, Long> ids, QuotaTable table, QuotaSettings settings, Exempt exempt) {}

    private record Exempt(Set<String> paths, List<String> globs) {
        static final Exempt NOTHING = new Exempt(Set.of(), List.of());

        static Exempt of(QuotaSettings settings) {
            var all = Stream.concat(settings.exemptPaths().stream(), settings.absoluteExemptPaths().stream()).toList();
            return new Exempt(all.stream().filter(path -> !path.endsWith("*")).collect(Collectors.toUnmodifiableSet()), all.stream().filter(path -> path.endsWith("*")).toList());
        }

        boolean covers(String path) {
            return paths.contains(path) || globs.stream().anyMatch(glob -> Glob.atEnd(glob, path));
        }
    }

    /** Records a request that is refused. */
    @FunctionalInterface
    public interface Recorder {
        Response refuse(RequestHead head, Problem problem);
    }

    /** @param violated is told the name of each quota that refuses a request */
    public RateLimits(SecureRandom random, InstantSource clock, Consumer<String> violated) {
        this.violated = violated;
        this.random = random;
        this.clock = clock;
        this.clients = new Clients(CLIENTS, random.nextLong());
    }

    // ---- what is in force ----

    QuotaSettings settings(Storage.Reader store) {
        return settings.get(store, "config").orElse(QuotaSettings.DEFAULT);
    }

    Map<String, QuotaRow> all(Storage.Reader store) {
        var all = new LinkedHashMap<String, QuotaRow>();
        for (var row : rows.scan(store, "", "", MAX_QUOTAS)) all.put(row.getKey(), row.getValue());
        return all;
    }

    /** Marks, in the transaction of a change, that there was one. */
    void changed(Storage.Writer store) {
        store.put(VERSION, Long.toString(version(store) + 1).getBytes(StandardCharsets.US_ASCII));
    }

    private static long version(Storage.Reader store) {
        return store.get(VERSION).map(bytes -> Long.parseLong(new String(bytes, StandardCharsets.US_ASCII))).orElse(0L);
    }

    /** Puts what is stored into force. Counts under quotas that stayed as they were go on. */
    public void refresh(Storage storage) {
        long stored = storage.read(RateLimits::version);
        if (stored == inForce.get().version()) return;
        var fresh = storage.read(store -> read(store, inForce.get()));
        inForce.updateAndGet(before -> before.version() < fresh.version() ? fresh : before);
    }

    private InForce read(Storage.Reader store, InForce before) {
        var now = all(store);
        var ids = new HashMap<String, Long>();
        now.forEach((name, row) -> ids.put(name, row.equals(before.rows().get(name)) ? before.ids().getOrDefault(name, 0L) : random.nextLong()));
        var general = settings(store);
        return new InForce(version(store), Map.copyOf(now), Map.copyOf(ids), new QuotaTable(now, (name, _) -> ids.getOrDefault(name, 0L)), general, Exempt.of(general));
    }

    // ---- requests ----

    /** Counts a request before its body is read. Of a login whose role decides, only that it is one; the rest is {@link #login}'s. */
    public Service.Entry enter(RequestHead head, Recorder recorder) {
        var now = inForce.get();
        if (now.table().isEmpty()) return Service.Entry.OPEN;
        var path = head.canonicalPath().text();
        if (now.exempt().covers(path)) return Service.Entry.OPEN;
        var roles = now.table().roles(path);
        var limit = roles.isPresent() ? Optional.of(roles.get().all()) : now.table().forAnyRole(path);
        if (limit.isEmpty()) return Service.Entry.OPEN;
        var verdict = clients.take(limit.get(), head.peer().address(), clock.millis());
        if (verdict.allowed()) return roles.isPresent() || !now.settings().headers() ? Service.Entry.OPEN : new Service.Entry(Optional.empty(), verdict.headers());
        violated.accept(limit.get().name());
        return Service.Entry.refused(refused(head, verdict, now.settings(), recorder));
    }

    private static Response refused(RequestHead head, Verdict verdict, QuotaSettings settings, Recorder recorder) {
        var problem = new Problem.TooMany("request path \"" + head.wholePath().text() + "\": rate limit quota exceeded");
        var answer = settings.auditRefused() ? recorder.refuse(head, problem) : Answer.of(problem).toResponse("");
        return settings.headers() ? answer.with(verdict.headers()) : answer;
    }

    /** Counts a login under its role's quota where there is one, and then lets {@code serve} answer. */
    public Response login(Request request, Recorder recorder, Function<Request, Response> serve) {
        var now = inForce.get();
        if (now.table().isEmpty()) return serve.apply(request);
        var head = request.head();
        var path = head.canonicalPath().text();
        var roles = now.table().roles(path);
        if (roles.isEmpty() || now.exempt().covers(path)) return serve.apply(request);
        var limit = role(roles.get(), path, request).or(() -> now.table().forAnyRole(path));
        if (limit.isEmpty()) return serve.apply(request);
        var verdict = clients.take(limit.get(), request.peer().address(), clock.millis());
        if (!verdict.allowed()) {
            violated.accept(limit.get().name());
            return refused(head, verdict, now.settings(), recorder);
        }
        var answer = serve.apply(request);
        return now.settings().headers() ? answer.with(verdict.headers()) : answer;
    }

    /** By the name's one form, so that no other spelling gets around the quota. */
    private static Optional<Limit> role(QuotaTable.RoleLimits roles, String path, Request request) {
        int from = roles.mount().length() + "login/".length();
        var inPath = from < path.length() ? Optional.ofNullable(roles.byRole().get(Policies.name(path.substring(from)))).filter(role -> !role.inBody()) : Optional.<QuotaTable.RoleLimit>empty();
        var inBody = request.body().get("role") instanceof String name ? Optional.ofNullable(roles.byRole().get(Policies.name(name))).filter(QuotaTable.RoleLimit::inBody)
                : Optional.<QuotaTable.RoleLimit>empty();
        return inPath.or(() -> inBody).map(QuotaTable.RoleLimit::limit);
    }

    /** Clients that are remembered. */
    int knownClients() {
        return clients.known();
    }
}
