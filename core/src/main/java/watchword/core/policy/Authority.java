package watchword.core.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import watchword.core.json.Json;
import watchword.core.token.TokenCaller;
import watchword.core.wire.Schema;
import watchword.sdk.Storage;

/** The policies in the store, and what they say together of a caller. Decisions are made on the snapshot of the request. Any thread. */
public final class Authority {
    static final String ROWS = "core/policy/";
    private static final Schema<Row> SCHEMA = Schema.of(Row.class);
    /** Sets of policies kept compiled; beyond it they are compiled anew. */
    private static final int MAX_COMPILED = 10_000;

    /** A policy as it is stored. */
    record Row(String text, long version, Optional<Instant> modified) {}

    /** A row with what its text means: decoded once and kept beside the row's bytes. */
    record Loaded(Row row, AclPolicy policy) {}

    /** A compiled set and the very policies it was made of. */
    private record Compiled(List<Loaded> from, Acl acl) {}

    /** One object, since a caching store keeps what a decoder made by the decoder's identity. */
    private static final Function<byte[], Loaded> DECODE = Authority::decode;

    private final Map<List<String>, Compiled> compiled = new ConcurrentHashMap<>();

    /** A policy's row; {@code name} in its canonical form. */
    Optional<Loaded> load(Storage.Reader store, String name) {
        return store.get(ROWS + name, DECODE);
    }

    @SuppressWarnings("unchecked") // a row is an object
    private static Loaded decode(byte[] bytes) {
        var row = SCHEMA.decodeRow((Map<String, Object>) java.util.Objects.requireNonNull(Json.parseTrusted(bytes)));
        return new Loaded(row, AclPolicy.parse("", row.text()));
    }

    void save(Storage.Writer store, String name, Row row) {
        store.put(ROWS + name, Json.write(SCHEMA.encodeRow(row)));
    }

    public boolean exists(Storage.Reader store, String name) {
        return name.equals(Policies.ROOT) || store.get(ROWS + name).isPresent();
    }

    /** The caller with the policies that its identity adds. */
    public TokenCaller withIdentity(Storage.Reader store, TokenCaller caller) {
        return caller; // identities add theirs here once there is an identity store
    }

    public Acl of(Storage.Reader store, TokenCaller caller) {
        return of(store, caller.policies());
    }

    Acl of(Storage.Reader store, List<String> names) {
        var known = compiled.get(names);
        if (known != null && isCurrent(store, names, known)) return known.acl();
        var loaded = new ArrayList<Loaded>();
        for (var name : names) load(store, name).ifPresent(loaded::add);
        var acl = Acl.of(loaded.stream().map(Loaded::policy).toList(), names.contains(Policies.ROOT));
        if (compiled.size() >= MAX_COMPILED) compiled.clear();
        compiled.put(List.copyOf(names), new Compiled(List.copyOf(loaded), acl));
        return acl;
    }

    private boolean isCurrent(Storage.Reader store, List<String> names, Compiled known) {
        int at = 0;
        for (int i = 0; i < names.size(); i++) {
            var now = load(store, names.get(i));
            if (now.isEmpty()) continue;
            if (at == known.from().size()) return false;
            var then = known.from().get(at++);
            if (then != now.get() && !then.row().equals(now.get().row())) return false;
        }
        return at == known.from().size();
    }

    public Decision decide(
            Storage.Reader store, TokenCaller caller, Capability wanted, String path, Map<String, Object> body, Optional<Duration> wrapTtl) {
        return of(store, caller).decide(wanted, path, body, wrapTtl);
    }
}
