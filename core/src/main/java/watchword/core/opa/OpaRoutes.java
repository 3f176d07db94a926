package watchword.core.opa;

import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import watchword.core.opa.OpaPolicy.Enforcement;
import watchword.core.opa.OpaPolicy.FailMode;
import watchword.core.opa.OpaPolicy.Kind;
import watchword.core.policy.Capability;
import watchword.core.policy.PathSet;
import watchword.sdk.Call;
import watchword.sdk.Default;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** {@code sys/policies/opa}. */
public final class OpaRoutes {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");
    /** Rego's names, with slashes between them: nothing that means something in an address. */
    private static final Pattern ENTRYPOINT = Pattern.compile("[A-Za-z0-9_]+(/[A-Za-z0-9_]+){0,15}");
    private static final int MOST_POLICIES = 32;
    private static final int MOST_PATHS = 64;
    private static final int LONGEST_CA = 64 << 10;
    private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LONGEST_CACHE = Duration.ofSeconds(60);

    private final Guards guards;

    public OpaRoutes(Guards guards) {
        this.guards = guards;
    }

    record Nothing() {}

    record Name(@Doc("Name of the policy, in lower case.") String name) {}

    record Keys(@Doc("Names of the policies, sorted.") List<String> keys) {}

    record Text(
            @Doc("Name of the policy, in lower case.") String name,
            @Doc("What is guarded: paths as in ACL policies.") List<String> paths,
            @Doc("The capabilities that are guarded, as in create, read, update, patch, delete, list and scan; all when empty.") List<String> operations,
            @Doc("Address of an OPA server, without the path of its API.") String url,
            @Doc("What opa build -t wasm made, as base64; kept from before when left out.") String bundle,
            @Doc("The decision: the path of a rule below data, or an entry point of the bundle.") @Default("watchword/decision") String entrypoint,
            @Doc("What becomes of a request when there is no answer.") FailMode failMode,
            @Doc("How long an answer may take; at most 10 seconds.") @Default("1s") Duration timeout,
            @Doc("How long a server's decision holds for the same question; at most 60 seconds, not at all by default.") Duration cacheTtl,
            @Doc("Whose certificates the server's is checked with, as PEM; the system's when empty.") String caPem,
            @Doc("What the server is sent as bearer token; kept from before when left out and the address is the same.") Secret token,
            @Doc("Whether a refusal refuses, or is only put on record.") Enforcement enforcement,
            @Doc("Whether root tokens are guarded, too; this path never is, so that there is a way back.") boolean root) {}

    record Shown(
            @Doc("Name of the policy.") String name,
            @Doc("Where it is decided.") Kind kind,
            @Doc("What is guarded.") List<String> paths,
            @Doc("The capabilities that are guarded; all when empty.") List<String> operations,
            @Doc("Address of the OPA server; empty for a bundle.") String url,
            @Doc("The decision.") String entrypoint,
            @Doc("What becomes of a request when there is no answer.") FailMode failMode,
            @Doc("How long an answer may take.") Duration timeout,
            @Doc("How long a server's decision holds for the same question.") Duration cacheTtl,
            @Doc("Whose certificates the server's is checked with; the system's when empty.") String caPem,
            @Doc("Whether there is a token for the server; it is never shown.") boolean tokenSet,
            @Doc("Whether a refusal refuses, or is only put on record.") Enforcement enforcement,
            @Doc("Whether root tokens are guarded, too.") boolean root,
            @Doc("SHA-256 of the bundle's module and data; empty for a server.") String bundleDigest,
            @Doc("How large they are.") long bundleBytes,
            @Doc("When it was last written.") Instant modified) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.list("policies/opa", Nothing.class, Keys.class, this::list, "List the OPA policies."),
                Route.read("policies/opa/{name}", Name.class, Shown.class, this::show, "Read an OPA policy; what it decides by is not shown."),
                Route.effect(Operation.WRITE, "policies/opa/{name}", Text.class, None.class, this::write, "Create or replace an OPA policy.").with(Trait.SUDO),
                Route.delete("policies/opa/{name}", Name.class, None.class, this::delete, "Delete an OPA policy.").with(Trait.SUDO));
    }

    private Reply<Keys> list(Call.Read<Nothing> call) {
        var names = Guards.all(call.store()).stream().map(OpaPolicy::name).sorted().toList();
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Keys(names));
    }

    private Reply<Shown> show(Call.Read<Name> call) {
        var p = Guards.find(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new Shown(p.name(), p.kind(), p.paths(), p.operations(), p.url(), p.entrypoint(), p.failMode(), p.timeout(), p.cacheTtl(), p.caPem(), p.token().size() > 0,
                p.enforcement(), p.root(), p.digest(), p.bundleBytes(), p.modified()));
    }

    private Reply<None> delete(Call.Change<Name> call) {
        Guards.delete(call.store(), call.input().name());
        return Reply.nothing();
    }

    /** Outside of a transaction, since a bundle is compiled before it is believed. */
    private Reply<None> write(Call.Effect<Text> call) {
        var in = call.input();
        requirePlain(in);
        if (!in.url().isEmpty()) {
            var unused = OpaServer.address(in.url(), in.entrypoint());
            return save(call, before -> ofServer(in, before, call.now()), Optional.empty());
        }
        if (in.bundle().isEmpty()) return save(call, before -> ofKnownBundle(in, before, call.now()), Optional.empty());
        var bundle = Bundle.read(decoded(in.bundle()));
        requireEntrypoint(bundle, in.entrypoint());
        return save(call, _ -> policy(in, Kind.BUNDLE, Secret.copyOf(""), bundle.digest(), bundle.wasm().length + (long) bundle.data().length, call.now()), Optional.of(bundle));
    }

    private static Reply<None> save(Call.Effect<Text> call, Function<Optional<OpaPolicy>, OpaPolicy> policy, Optional<Bundle> bundle) {
        call.storage().update((Storage.Writer store) -> {
            var before = Guards.find(store, call.input().name());
            if (before.isEmpty() && Guards.all(store).size() >= MOST_POLICIES) throw new Problem.Invalid("there are " + MOST_POLICIES + " OPA policies already, the most there may be").asException();
            Guards.put(store, policy.apply(before), bundle);
        });
        var reply = Reply.<None>nothing();
        return call.input().failMode() == FailMode.OPEN ? reply.warn("fail_mode is open: while the policy gives no answer, it refuses nothing") : reply;
    }

    private static OpaPolicy ofServer(Text in, Optional<OpaPolicy> before, Instant now) {
        // A token is for the address that it was given for.
        var token = in.token().size() > 0 ? in.token() : before.filter(each -> each.url().equals(in.url())).map(OpaPolicy::token).orElse(Secret.copyOf(""));
        return policy(in, Kind.URL, token, "", 0, now);
    }

    private OpaPolicy ofKnownBundle(Text in, Optional<OpaPolicy> before, Instant now) {
        var known = before.filter(each -> each.kind() == Kind.BUNDLE).orElseThrow(() -> new Problem.Invalid("either url or bundle is needed").asException());
        if (!known.entrypoint().equals(in.entrypoint())) throw new Problem.Invalid("entrypoint: another one needs the bundle, too").asException();
        return policy(in, Kind.BUNDLE, Secret.copyOf(""), known.digest(), known.bundleBytes(), now);
    }

    private static OpaPolicy policy(Text in, Kind kind, Secret token, String digest, long bytes, Instant now) {
        return new OpaPolicy(in.name(), in.paths().stream().map(PathSet::requirePath).toList(), in.operations(), kind, in.url(), in.entrypoint(), in.failMode(), in.timeout(), in.cacheTtl(), in.caPem(),
                token, in.enforcement(), in.root(), digest, bytes, now);
    }

    // ---- what is refused ----

    private static void requirePlain(Text in) {
        if (!NAME.matcher(in.name()).matches()) throw invalid("name", "at most 128 of a-z, 0-9, '.', '_' and '-', and a letter or digit first");
        if (in.paths().isEmpty() || in.paths().size() > MOST_PATHS) throw invalid("paths", "at least one and at most " + MOST_PATHS);
        for (var word : in.operations()) {
            var capability = Capability.of(word).filter(each -> each != Capability.DENY && each != Capability.SUDO && each != Capability.SUBSCRIBE);
            if (capability.isEmpty()) throw invalid("operations", "each is one of create, read, update, patch, delete, list and scan");
        }
        if (!ENTRYPOINT.matcher(in.entrypoint()).matches()) throw invalid("entrypoint", "names with slashes between them, as in watchword/decision");
        if (!in.timeout().isPositive() || in.timeout().compareTo(LONGEST_TIMEOUT) > 0) throw invalid("timeout", "more than nothing and at most " + LONGEST_TIMEOUT.toSeconds() + " seconds");
        if (in.cacheTtl().isNegative() || in.cacheTtl().compareTo(LONGEST_CACHE) > 0) throw invalid("cache_ttl", "at most " + LONGEST_CACHE.toSeconds() + " seconds");
        if (in.caPem().length() > LONGEST_CA) throw invalid("ca_pem", "at most " + LONGEST_CA + " characters");
        if (!in.url().isEmpty() && !in.bundle().isEmpty()) throw new Problem.Invalid("either url or bundle is needed, not both").asException();
        if (in.url().isEmpty() && !in.cacheTtl().isZero()) throw invalid("cache_ttl", "is for a server; a bundle decides each time");
        if (in.url().isEmpty() && (!in.caPem().isEmpty() || in.token().size() > 0)) throw new Problem.Invalid("ca_pem and token are for a server, which needs its url").asException();
    }

    private static RuntimeException invalid(String field, String what) {
        return new Problem.Invalid(field, what).asException();
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException broken) {
            throw invalid("bundle", "is not base64");
        }
    }

    private void requireEntrypoint(Bundle bundle, String entrypoint) {
        try {
            var known = guards.compile(bundle).entrypoints();
            if (!known.contains(entrypoint)) throw invalid("entrypoint", "the bundle has no such entry point; it has " + String.join(", ", known.stream().sorted().toList()));
        } catch (WasmPolicy.UnusableException unusable) {
            throw invalid("bundle", String.valueOf(unusable.getMessage()));
        }
    }
}
