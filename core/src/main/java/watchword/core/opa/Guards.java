package watchword.core.opa;

import java.lang.System.Logger.Level;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import watchword.core.json.Json;
import watchword.core.policy.Capability;
import watchword.core.policy.Judgement;
import watchword.core.policy.Judgement.Outcome;
import watchword.core.policy.Recent;
import watchword.core.token.TokenCaller;
import watchword.core.wire.Schema;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/**
 * The OPA policies in the store, and what they say of requests that the ACL allows. Which of them guard a request, and what they are told
 * of it, is seen on the request's snapshot ({@link #question}); they are asked after it, in no transaction ({@link #ask}). Where there are
 * none, a request pays for one look at an entry that is not there. Any thread.
 */
public final class Guards implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Guards.class.getName());

    private static final String TABLE = "core/opa/table";
    private static final String BUNDLES = "core/opa/bundle/";
    private static final Schema<OpaPolicy.Row> SCHEMA = Schema.of(OpaPolicy.Row.class);
    /** One object, since a caching store keeps what a decoder made by the decoder's identity. */
    private static final Function<byte[], List<OpaPolicy.Ready>> DECODE = Guards::decode;
    /** With what a module does when it is made, which might not end. */
    private static final Duration LONGEST_COMPILE = Duration.ofSeconds(60);
    /** Evaluations of bundles. */
    private static final int MOST_AT_ONCE = 8;
    /** What an OPA policy is told of one request, in bytes. */
    private static final int MOST_INPUT = 1 << 20;
    /** Decisions of a generation, see {@link Recent}. */
    private static final int MOST_DECISIONS = 10_000;
    /** Where the way back is when a policy refuses everything: root may always change it. */
    private static final String OWN_PATHS = "sys/policies/opa";

    private final InstantSource clock;
    private final OpaServer server;
    private final Map<String, Builtins.Builtin> builtins;
    private final Watch watch = new Watch();
    /** Each may take the memory of an instance, see {@link WasmInstance}. */
    private final Semaphore places = new Semaphore(Math.min(MOST_AT_ONCE, 2 * Runtime.getRuntime().availableProcessors()));
    /** By the bundle's digest. */
    private final Map<String, WasmPolicy> compiled = new ConcurrentHashMap<>();
    private final Recent<Asking, Held> decisions = new Recent<>(MOST_DECISIONS);

    public Guards(Outbound outbound, InstantSource clock) {
        this.clock = clock;
        this.server = new OpaServer(outbound);
        this.builtins = Builtins.of(clock);
    }

    /** What was asked of a server: the policy as it was then, and a digest of the input without its time. */
    private record Asking(String policy, Instant modified, String digest) {}

    private record Held(Verdict.Decided verdict, Instant until) {}

    // ---- rows ----

    @SuppressWarnings("unchecked") // a row is an object
    private static List<OpaPolicy.Ready> decode(byte[] bytes) {
        var row = SCHEMA.decodeRow((Map<String, Object>) Objects.requireNonNull(Json.parseTrusted(bytes)));
        return row.policies().stream().map(OpaPolicy.Ready::of).toList();
    }

    private static List<OpaPolicy.Ready> table(Storage.Reader store) {
        return store.get(TABLE, DECODE).orElse(List.of());
    }

    static List<OpaPolicy> all(Storage.Reader store) {
        return table(store).stream().map(OpaPolicy.Ready::policy).toList();
    }

    static Optional<OpaPolicy> find(Storage.Reader store, String name) {
        return all(store).stream().filter(policy -> policy.name().equals(name)).findFirst();
    }

    /** @param policies in any order; none takes the row away */
    private static void save(Storage.Writer store, List<OpaPolicy> policies) {
        if (policies.isEmpty()) store.delete(TABLE);
        else store.put(TABLE, Json.write(SCHEMA.encodeRow(new OpaPolicy.Row(policies))));
    }

    /** Bundles before servers, as they answer at once; then by name. */
    private static final Comparator<OpaPolicy> ORDER = Comparator.comparing((OpaPolicy policy) -> policy.kind() == OpaPolicy.Kind.URL).thenComparing(OpaPolicy::name);

    static void put(Storage.Writer store, OpaPolicy policy, Optional<Bundle> bundle) {
        var before = find(store, policy.name());
        bundle.ifPresent(each -> store.put(BUNDLES + policy.digest(), each.stored()));
        var policies = new ArrayList<>(all(store));
        policies.removeIf(each -> each.name().equals(policy.name()));
        policies.add(policy);
        policies.sort(ORDER);
        save(store, policies);
        before.ifPresent(each -> dropBundle(store, each, policies));
    }

    static void delete(Storage.Writer store, String name) {
        var policies = new ArrayList<>(all(store));
        find(store, name).ifPresent(each -> {
            policies.remove(each);
            save(store, policies);
            dropBundle(store, each, policies);
        });
    }

    private static void dropBundle(Storage.Writer store, OpaPolicy of, List<OpaPolicy> left) {
        if (of.digest().isEmpty() || left.stream().anyMatch(each -> each.digest().equals(of.digest()))) return;
        store.delete(BUNDLES + of.digest());
    }

    // ---- bundles ----

    /** @throws WasmPolicy.UnusableException when it cannot be evaluated here; it says why */
    WasmPolicy compile(Bundle bundle) {
        return watch.within(LONGEST_COMPILE, () -> WasmPolicy.compile(bundle, builtins, places));
    }

    /** Compiles what is new, so that no request waits for it, and forgets what is gone. To be called now and then. */
    public void refresh(Storage storage) {
        var policies = storage.<List<OpaPolicy>>read(Guards::all);
        var digests = policies.stream().map(OpaPolicy::digest).filter(digest -> !digest.isEmpty()).collect(Collectors.toSet());
        compiled.keySet().retainAll(digests);
        for (var digest : digests) {
            if (compiled.containsKey(digest)) continue;
            storage.<Optional<byte[]>>read(store -> store.get(BUNDLES + digest)).ifPresent(stored -> compiled(digest, Optional.of(stored)));
        }
    }

    private Optional<WasmPolicy> compiled(String digest, Optional<byte[]> stored) {
        var known = compiled.get(digest);
        if (known != null || stored.isEmpty()) return Optional.ofNullable(known);
        try {
            return Optional.of(compiled.computeIfAbsent(digest, _ -> compile(Bundle.ofStored(stored.get()))));
        } catch (WasmPolicy.UnusableException unusable) {
            LOG.log(Level.ERROR, "the OPA bundle {0} cannot be used: {1}", digest, String.valueOf(unusable.getMessage()));
            return Optional.empty();
        }
    }

    // ---- questions ----

    /** What is to be asked before a request may go ahead. */
    public static final class Question {
        private final InputDocument input;
        private final List<Asked> asked;

        private Question(InputDocument input, List<Asked> asked) {
            this.input = input;
            this.asked = asked;
        }
    }

    /** @param bundle what is not compiled yet */
    private record Asked(OpaPolicy policy, Optional<byte[]> bundle) {}

    /** What is to be asked of a request that the ACL allows; nothing for one that nothing guards. @param subject made only when something does */
    public Optional<Question> question(Storage.Reader store, String path, Capability wanted, TokenCaller caller, Supplier<Subject> subject) {
        var table = table(store);
        if (table.isEmpty()) return Optional.empty();
        boolean isRoot = caller.row().isRoot();
        if (isRoot && path.startsWith(OWN_PATHS)) return Optional.empty();
        var asked = table.stream().filter(each -> each.guards(path, wanted, isRoot)).map(each -> new Asked(each.policy(), uncompiled(store, each.policy()))).toList();
        return asked.isEmpty() ? Optional.empty() : Optional.of(new Question(InputDocument.of(store, subject.get()), asked));
    }

    private Optional<byte[]> uncompiled(Storage.Reader store, OpaPolicy policy) {
        return policy.kind() == OpaPolicy.Kind.URL || compiled.containsKey(policy.digest()) ? Optional.empty() : store.get(BUNDLES + policy.digest());
    }

    /** Asks one after another, until one refuses. In no transaction: a server may take its time. */
    public List<Judgement> ask(Question question) {
        var judgements = new ArrayList<Judgement>();
        var input = question.input.json();
        for (var each : question.asked) {
            var judgement = judgement(each.policy(), input.length > MOST_INPUT ? new Verdict.NoAnswer("the request is too large to be judged") : verdict(each, question.input, input));
            judgements.add(judgement);
            if (judgement.refuses()) break;
        }
        return List.copyOf(judgements);
    }

    private static Judgement judgement(OpaPolicy policy, Verdict verdict) {
        return switch (verdict) {
            case Verdict.Decided decided -> new Judgement(policy.name(), decided.allow() ? Outcome.ALLOW : Outcome.DENY, policy.enforces(), policy.enforces() && !decided.allow(), decided.reasons(), decided.id());
            case Verdict.NoAnswer none -> new Judgement(policy.name(), Outcome.NO_ANSWER, policy.enforces(), policy.enforces() && policy.failMode() == OpaPolicy.FailMode.CLOSED, List.of(none.why()), "");
        };
    }

    private Verdict verdict(Asked asked, InputDocument document, byte[] input) {
        var policy = asked.policy();
        return switch (policy.kind()) {
            case BUNDLE -> compiled(policy.digest(), asked.bundle()).map(bundle -> bundle.ask(policy.entrypoint(), input, policy.timeout(), watch))
                    .orElse(new Verdict.NoAnswer("the bundle cannot be used"));
            case URL -> policy.cacheTtl().isZero() ? server.ask(policy, input) : held(policy, document, input);
        };
    }

    private Verdict held(OpaPolicy policy, InputDocument document, byte[] input) {
        var asking = new Asking(policy.name(), policy.modified(), digest(Json.write(document.timeless())));
        var known = decisions.get(asking);
        if (known != null && clock.instant().isBefore(known.until())) return known.verdict();
        var verdict = server.ask(policy, input);
        if (verdict instanceof Verdict.Decided decided) decisions.put(asking, new Held(decided, clock.instant().plus(policy.cacheTtl())));
        return verdict;
    }

    static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /** What the caller is answered when it is refused. */
    public static Problem refusal(Judgement judgement) {
        if (judgement.outcome() == Outcome.NO_ANSWER) return new Problem.Unavailable("policy \"" + judgement.policy() + "\" gave no answer, so nothing was done: " + String.join("; ", judgement.reasons()));
        var messages = new ArrayList<>(Problem.Denied.byPolicy().messages());
        for (var reason : judgement.reasons()) messages.add("policy \"" + judgement.policy() + "\": " + reason);
        return new Problem.Denied(List.copyOf(messages));
    }

    @Override
    public void close() {
        watch.close();
    }
}
