package watchword.core.policy;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import watchword.core.json.Json;
import watchword.core.namespace.NamespaceStore;
import watchword.core.namespace.Namespaces;
import watchword.core.token.TokenCaller;
import watchword.core.wire.Schema;
import watchword.sdk.Policies;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/**
 * The policies in the store, and what they say together of a caller. Decisions are made on the snapshot of the request: compiled sets are
 * kept, and used as long as they were made of the very rows that the snapshot has. Any thread.
 */
public final class Authority {
    private static final System.Logger LOG = System.getLogger(Authority.class.getName());
    private static final String ROWS = "core/policy/";
    private static final Schema<PolicyRow> SCHEMA = Schema.of(PolicyRow.class);
    /** Compiled sets of a generation, see {@link Recent}. */
    private static final int MAX_COMPILED = 10_000;

    /** A row with what its text means: decoded once and kept beside the row's bytes. A text that cannot be read means nothing. */
    record Loaded(PolicyRow row, Optional<AclPolicy> policy) {}

    /**
     * Whom templates are for.
     *
     * @param entityId empty for a caller without an entity
     * @param run empty for none
     */
    private record Who(String entityId, String run) {
        static final Who NOBODY = new Who("", "");

        static Who of(TokenCaller caller) {
            return new Who(caller.entityId(), caller.row().run());
        }
    }

    /** Which policies of which namespace, and for whom: an entity and its run where a template asks for it, else nobody. */
    private record Key(String namespace, List<String> names, Who who) {

        static Key of(Storage.Reader store, List<String> names, Who who) {
            return new Key(NamespaceStore.idOf(store), names, who);
        }
    }

    /** A compiled set and the very rows and identity it was made of. */
    private record Compiled(List<Loaded> from, boolean templated, Object identity, Acl acl, Instant until) {}

    /** A token's policies and those of its identity. */
    private record Both(List<String> own, List<String> given) {}

    /** @param all sorted, each once @param given what the identity gives, without what it cannot */
    private record Together(List<String> all, List<String> given) {}

    /** One object, since a caching store keeps what a decoder made by the decoder's identity. */
    private static final Function<byte[], Loaded> DECODE = Authority::decode;

    private final InstantSource clock;
    private final Identities identities;
    private final Recent<Key, Compiled> compiled = new Recent<>(MAX_COMPILED);
    private final Recent<Both, Together> together = new Recent<>(MAX_COMPILED);

    public Authority(InstantSource clock, Identities identities) {
        this.clock = clock;
        this.identities = identities;
    }

    // ---- rows ----

    /** A policy's row that has not ended; {@code name} in its canonical form. */
    Optional<Loaded> load(Storage.Reader store, String name) {
        return store.get(ROWS + name, DECODE).filter(loaded -> loaded.row().expires().isEmpty() || !loaded.row().hasEnded(clock.instant()));
    }

    @SuppressWarnings("unchecked") // a row is an object
    private static Loaded decode(byte[] bytes) {
        var row = SCHEMA.decodeRow((Map<String, Object>) Objects.requireNonNull(Json.parseTrusted(bytes)));
        try {
            return new Loaded(row, Optional.of(PolicyParser.parse(row.text(), row.allowances())));
        } catch (Problem.ProblemException unreadable) {
            return new Loaded(row, Optional.empty());
        }
    }

    void save(Storage.Writer store, String name, PolicyRow row) {
        store.put(ROWS + name, Json.write(SCHEMA.encodeRow(row)));
    }

    void delete(Storage.Writer store, String name) {
        store.delete(ROWS + name);
    }

    /** Names of all policies that have not ended, sorted. */
    List<String> names(Storage.Reader store) {
        var names = new ArrayList<String>();
        for (var after = ""; ; ) {
            var page = store.scan(ROWS, after, 1000);
            if (page.isEmpty()) return names;
            page.stream().map(entry -> entry.key().substring(ROWS.length())).filter(name -> load(store, name).isPresent()).forEach(names::add);
            after = page.getLast().key();
        }
    }

    public boolean exists(Storage.Reader store, String name) {
        return name.equals(Policies.ROOT) || load(store, name).isPresent();
    }

    // ---- callers ----

    /**
     * The caller with the policies that its identity adds, both of its token's namespace; {@code root} is not one that it can. Nobody, when its identity is gone or
     * disabled: then its token is good for nothing.
     */
    public Optional<TokenCaller> withIdentity(Storage.Reader store, TokenCaller caller) {
        if (caller.entityId().isEmpty()) return Optional.of(caller);
        var identity = identities.of(NamespaceStore.view(store, caller.namespaceId()), caller.entityId());
        if (identity.entityId().isEmpty()) return Optional.empty();
        var known = caller.of(identity.entityId());
        if (identity.policies().isEmpty()) return Optional.of(known);
        var both = together(new Both(known.row().policies(), identity.policies()));
        return Optional.of(new TokenCaller(known.token(), known.tokenKey(), known.accessor(), known.row(), both.all(), both.given(), known.sudo()));
    }

    private Together together(Both both) {
        var known = together.get(both);
        if (known != null) return known;
        var given = Policies.withoutRoot(both.given());
        var made = new Together(Stream.concat(both.own().stream(), given.stream()).distinct().sorted().toList(), given);
        together.put(both, made);
        return made;
    }

    /** @param store of the namespace that is asked, and {@code path} in it */
    public Decision decide(
            Storage.Reader store, TokenCaller caller, Capability wanted, String path, Map<String, Object> body, Optional<Duration> wrapTtl) {
        return of(store, caller).decide(wanted, path, body, wrapTtl);
    }

    /** @param meant the path as it will be taken, see {@link Acl#decide(Capability, String, String, Map, Optional)} */
    public Decision decide(
            Storage.Reader store, TokenCaller caller, Capability wanted, String path, String meant, Map<String, Object> body, Optional<Duration> wrapTtl) {
        return of(store, caller).decide(wanted, path, meant, body, wrapTtl);
    }

    /**
     * What a caller may do in a namespace: what the policies of its token's own namespace say of what is in the other. Nothing, unless that
     * is the same or one below.
     *
     * @param store of the namespace that is asked
     */
    public Acl of(Storage.Reader store, TokenCaller caller) {
        var home = caller.namespaceId();
        if (home.equals(NamespaceStore.idOf(store))) return of(store, caller.policies(), Who.of(caller));
        var asked = Namespaces.of(store);
        var own = Namespaces.tree(store).byId(home);
        if (own.isEmpty() || own.get().tainted() || !own.get().holds(asked)) return Acl.NOTHING;
        return of(NamespaceStore.view(store, home), caller.policies(), Who.of(caller)).below(asked.path().substring(own.get().path().length()));
    }

    /** @param entityId empty for a caller without an entity */
    Acl of(Storage.Reader store, List<String> names, String entityId) {
        return of(store, names, new Who(entityId, ""));
    }

    private Acl of(Storage.Reader store, List<String> names, Who who) {
        var own = find(store, names, who);
        if (own != null && (!own.templated() || isOf(store, who.entityId(), own))) return own.acl();
        if (!who.equals(Who.NOBODY)) {
            var forAll = find(store, names, Who.NOBODY);
            if (forAll != null && !forAll.templated()) return forAll.acl();
        }
        return compile(store, names, who);
    }

    private @Nullable Compiled find(Storage.Reader store, List<String> names, Who who) {
        var known = compiled.get(Key.of(store, names, who));
        return known != null && isCurrent(store, names, known) ? known : null;
    }

    /** @param entityId empty for a caller without an entity */
    public IdentityView identity(Storage.Reader store, String entityId) {
        return entityId.isEmpty() ? IdentityView.NOBODY : identities.of(store, entityId);
    }

    private boolean isOf(Storage.Reader store, String entityId, Compiled known) {
        return entityId.isEmpty() || known.identity().equals(identity(store, entityId).stamp());
    }

    /** What the policies with these names say, and why; the names that are of none are told as such. */
    Explained explain(Storage.Reader store, List<String> names, String entityId, Question question) {
        var policies = new ArrayList<Acl.Named>();
        var missing = new ArrayList<String>();
        for (var name : names) {
            var loaded = load(store, name);
            if (loaded.isEmpty() && !name.equals(Policies.ROOT)) missing.add(name);
            loaded.flatMap(Loaded::policy).ifPresent(policy -> policies.add(new Acl.Named(name, policy)));
        }
        var explanation = Explanation.of(question, of(store, names, entityId), policies, identity(store, entityId), clock.instant());
        return new Explained(explanation, List.copyOf(missing));
    }

    /** @param missing names of policies that are not there, or that have ended */
    record Explained(Explanation explanation, List<String> missing) {}

    /** The policies that an identity gives to the tokens of its entity; empty when there is no such entity. */
    Optional<List<String>> ofEntity(Storage.Reader store, String entityId) {
        var identity = identity(store, entityId);
        return identity.entityId().isEmpty() ? Optional.empty() : Optional.of(Policies.withoutRoot(identity.policies()));
    }

    private Acl compile(Storage.Reader store, List<String> names, Who who) {
        var from = new ArrayList<Loaded>();
        var policies = new ArrayList<Acl.Named>();
        for (var name : names) {
            load(store, name).ifPresent(loaded -> {
                from.add(loaded);
                loaded.policy().ifPresent(policy -> policies.add(new Acl.Named(name, policy)));
            });
        }
        boolean templated = policies.stream().anyMatch(named -> named.policy().isTemplated());
        var identity = templated ? ForRun.of(identity(store, who.entityId()), who.run()) : IdentityView.NOBODY;
        var acl = acl(names, policies, policies.size() == from.size(), identity);
        var until = from.stream().flatMap(loaded -> loaded.row().expires().stream()).reduce(acl.until(), (a, b) -> a.isBefore(b) ? a : b);
        compiled.put(Key.of(store, List.copyOf(names), templated ? who : Who.NOBODY), new Compiled(List.copyOf(from), templated, identity.stamp(), acl, until));
        return acl;
    }

    private Acl acl(List<String> names, List<Acl.Named> policies, boolean readable, IdentityView identity) {
        boolean root = names.contains(Policies.ROOT);
        if (!readable && !root) {
            // What cannot be read may have denied something, so without it the others give nothing either.
            LOG.log(Level.ERROR, "a stored policy cannot be read; until it is written anew, tokens that have it may do nothing: {0}", names);
            return Acl.NOTHING;
        }
        var acl = Acl.of(policies, root, identity, clock.instant());
        if (!identity.entityId().isEmpty() && !acl.voided().isEmpty()) {
            LOG.log(Level.INFO, "templated paths are void for entity {0}, which has no value for them or one that would widen them: {1}", identity.entityId(), acl.voided());
        }
        return acl;
    }

    private boolean isCurrent(Storage.Reader store, List<String> names, Compiled known) {
        if (known.until() != Instant.MAX && !clock.instant().isBefore(known.until())) return false;
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
}
