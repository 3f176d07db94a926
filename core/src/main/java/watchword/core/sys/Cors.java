package watchword.core.sys;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import watchword.core.json.Json;
import watchword.core.request.Response;
import watchword.core.request.Service.Entry;
import watchword.core.wire.Rows;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Storage;

/** Which pages of other origins a browser may let ask this server: {@code sys/config/cors}, and what follows for requests. Nobody's by default. */
public final class Cors {
    private static final List<String> METHODS = List.of("DELETE", "GET", "OPTIONS", "POST", "PUT", "PATCH", "LIST", "SCAN");
    private static final List<String> HEADERS = List.of("Content-Type", "X-Requested-With", "X-Vault-AWS-IAM-Server-ID", "X-Vault-MFA", "X-Vault-No-Request-Forwarding",
            "X-Vault-Wrap-Format", "X-Vault-Wrap-TTL", "X-Vault-Policy-Override", "Authorization", "X-Vault-Token");
    private static final Row OFF = new Row(false, List.of(), List.of(), false);

    private final Rows<Row> rows = new Rows<>("core/config/", Row.class);
    private final AtomicReference<Row> inForce = new AtomicReference<>(OFF);
    private final Storage storage;

    public Cors(Storage storage) {
        this.storage = storage;
    }

    record Row(boolean enabled, List<String> allowedOrigins, List<String> allowedHeaders, boolean allowCredentials) {}

    record Nothing() {}

    record Set(
            @Doc("Origins whose pages may ask, or * for any.") List<String> allowedOrigins,
            @Doc("Further headers that they may send.") List<String> allowedHeaders,
            @Doc("Whether browsers may send credentials of their own.") boolean allowCredentials) {}

    record Shown(
            @Doc("Whether CORS is on.") boolean enabled,
            @Doc("Origins whose pages may ask; left out while it is off.") Optional<List<String>> allowedOrigins,
            @Doc("Headers that they may send; left out while it is off.") Optional<List<String>> allowedHeaders,
            @Doc("Whether browsers may send credentials of their own; left out while it is off.") Optional<Boolean> allowCredentials) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.read("config/cors", Nothing.class, Shown.class, this::read, "Tell the CORS settings.").with(Trait.FLAT, Trait.SUDO),
                Route.effect(Operation.WRITE, "config/cors", Set.class, None.class, this::write, "Change the CORS settings.").with(Trait.SUDO),
                Route.effect(Operation.DELETE, "config/cors", Nothing.class, None.class, this::delete, "Switch CORS off.").with(Trait.SUDO));
    }

    private Reply<Shown> read(Call.Read<Nothing> call) {
        var row = rows.get(call.store(), "cors").orElse(OFF);
        return Reply.of(row.enabled() ? new Shown(true, Optional.of(row.allowedOrigins()), Optional.of(row.allowedHeaders()), Optional.of(row.allowCredentials()))
                : new Shown(false, Optional.empty(), Optional.empty(), Optional.empty()));
    }

    private Reply<None> write(Call.Effect<Set> call) {
        var in = call.input();
        if (in.allowedOrigins().isEmpty()) throw new Problem.Invalid("at least one origin or the wildcard must be provided").asException();
        if (in.allowedOrigins().contains("*") && in.allowedOrigins().size() > 1) throw new Problem.Invalid("to allow all origins the '*' must be the only value for allowed_origins").asException();
        for (var header : in.allowedHeaders()) {
            if (!header.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")) throw new Problem.Invalid("allowed_headers: not the name of a header").asException();
        }
        if (in.allowedOrigins().contains("*") && in.allowCredentials()) throw new Problem.Invalid("allow_credentials needs origins by name: with '*' any page could use them").asException();
        var headers = Stream.concat(HEADERS.stream(), in.allowedHeaders().stream()).distinct().toList();
        storage.update(store -> rows.put(store, "cors", new Row(true, in.allowedOrigins(), headers, in.allowCredentials())));
        refresh();
        return Reply.nothing();
    }

    private Reply<None> delete(Call.Effect<Nothing> call) {
        storage.update(store -> rows.delete(store, "cors"));
        refresh();
        return Reply.nothing();
    }

    /** Puts what is stored into force. */
    public void refresh() {
        inForce.set(storage.<Row>read(store -> rows.get(store, "cors").orElse(OFF)));
    }

    /** What a request from a page comes to. @param wanted the method that a browser asks leave for, empty when it does not ask */
    public Entry cross(String method, String origin, String wanted) {
        var row = inForce.get();
        if (!row.enabled()) return Entry.OPEN;
        if (!row.allowedOrigins().contains("*") && !row.allowedOrigins().contains(origin)) {
            return Entry.refused(Response.json(403, Json.write(Map.of("errors", List.of("origin not allowed")))));
        }
        boolean asksLeave = method.equals("OPTIONS");
        if (asksLeave && !METHODS.contains(wanted)) return Entry.refused(Response.empty(405));
        var headers = new java.util.LinkedHashMap<String, String>();
        headers.put("Access-Control-Allow-Origin", plain(origin));
        headers.put("Vary", "Origin");
        if (row.allowCredentials()) headers.put("Access-Control-Allow-Credentials", "true");
        if (!asksLeave) return new Entry(Optional.empty(), headers);
        headers.put("Access-Control-Allow-Methods", String.join(",", METHODS));
        headers.put("Access-Control-Allow-Headers", String.join(",", row.allowedHeaders()));
        headers.put("Access-Control-Max-Age", "300");
        return Entry.refused(Response.empty(204).with(headers));
    }

    /** Said back in a header, so only what a header may hold. */
    private static String plain(String origin) {
        return new String(origin.getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII).replaceAll("[^!-~]", "?");
    }
}
