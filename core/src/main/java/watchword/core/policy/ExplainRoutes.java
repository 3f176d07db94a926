package watchword.core.policy;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import watchword.core.namespace.NamespaceStore;
import watchword.core.request.RequestPath;
import watchword.core.token.TokenCaller;
import watchword.core.token.Tokens;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Policies;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * {@code sys/policies/explain}: why something is allowed or refused. It tells of paths that policies name, so it is told of the caller's own
 * policies, of those whose texts the caller may read, and to a caller with {@code sudo} of all.
 */
public final class ExplainRoutes {
    private final Authority authority;
    private final Tokens tokens;
    private final Guard.Of guards;
    private final Guard.Names names;

    public ExplainRoutes(Authority authority, Tokens tokens, Guard.Of guards, Guard.Names names) {
        this.authority = authority;
        this.tokens = tokens;
        this.guards = guards;
        this.names = names;
    }

    record Asked(
            @Doc("Path that would be asked.") String path,
            @Doc("What would be done there: create, read, update, patch, delete, list or scan.") String operation,
            @Doc("Parameters that would be sent along.") Map<String, Object> parameters,
            @Doc("How long the answer would be wrapped for.") Optional<Duration> wrapTtl,
            @Doc("Token to explain; with none of these four, the caller's own. Another's needs sudo.") Secret token,
            @Doc("Accessor of the token to explain; needs sudo.") String accessor,
            @Doc("Entity to explain, with the policies that it and its groups have; needs sudo.") String entityId,
            @Doc("Policies to explain, alone or besides an entity's; those that are neither the caller's nor may be read need sudo.") List<String> policies) {}

    record Source(
            @Doc("Name of the policy.") String policy,
            @Doc("The path as it is written there.") String path,
            @Doc("Line of the policy's text.") long line) {}

    record Refused(
            @Doc("What kind: deny, capability, sudo, wrapping, page, required, denied or not_allowed.") String cause,
            @Doc("Name of the parameter or capability that it is about.") String name,
            @Doc("The same in words.") String text) {}

    record Passed(
            @Doc("Name of the policy.") String policy,
            @Doc("The path as it is written there.") String path,
            @Doc("Line of the policy's text.") long line,
            @Doc("Why it does not count here.") String why) {}

    record Told(
            @Doc("Whether it is allowed.") boolean allowed,
            @Doc("The path as it was judged.") String path,
            @Doc("What would be done.") String operation,
            @Doc("The policies that were asked, sorted.") List<String> policies,
            @Doc("Names among them of which there is no policy.") List<String> missingPolicies,
            @Doc("What stands before the path besides policies: none, sudo, open for no token at all, or no_route when there is nothing.") String guard,
            @Doc("Path of the rule that decided; empty when none covers the path.") String rule,
            @Doc("Where that rule is written; several statements on one path count together.") List<Source> decidedBy,
            @Doc("All that the rule gives.") List<String> capabilities,
            @Doc("The policies among them that give what was asked.") List<String> grantingPolicies,
            @Doc("What in the rule is in the way.") List<Refused> refusals,
            @Doc("Rules that are about the path as well, and why they do not count.") List<Passed> passedOver,
            @Doc("The least to write so that it is allowed; it keeps what the caller has there.") String smallestRule,
            @Doc("Whether the statements that decided must go first, as they refuse whatever is added.") boolean replaces) {}

    public List<Route<?, ?>> routes() {
        return List.of(Route.ask("policies/explain", Asked.class, Told.class, this::explain, "Tell why policies allow or refuse something."));
    }

    /** Whose policies. */
    private record Whose(List<String> policies, String entityId) {}

    private Reply<Told> explain(Call.Read<Asked> call) {
        var in = call.input();
        if (in.path().isEmpty()) throw new Problem.Invalid("missing path").asException();
        var wanted = Capability.ofOperation(in.operation()).orElseThrow(() -> new Problem.Invalid(
                "operation must be create, read, update, patch, delete, list or scan; a write needs create where nothing is yet, else update").asException());
        var typed = Question.typed(wanted, in.path(), in.parameters(), in.wrapTtl());
        RequestPath.ofPlain(typed.path());
        var whose = whose(call);
        var guard = guards.path(call.store(), wanted, typed.path());
        var judged = judged(typed, names.meant(call.store(), wanted, typed.path()), authority.of(call.store(), whose.policies(), whose.entityId()));
        return Reply.of(told(judged.withSudo(guard == Guard.SUDO), whose, guard, call.store()));
    }

    /** On the path as it will be taken, when it is the rule on that one that refuses. */
    private static Question judged(Question typed, String meant, Acl acl) {
        boolean refused = typed.answeredBy(acl) instanceof Decision.Allow && acl.decide(typed.wanted(), typed.path(), meant, typed.body(), typed.wrapTtl()) instanceof Decision.Deny;
        return refused ? typed.at(meant) : typed;
    }

    private Told told(Question question, Whose whose, Guard guard, Storage.Reader store) {
        var explained = authority.explain(store, whose.policies(), whose.entityId(), question);
        var it = explained.explanation();
        return new Told(it.allowed() || guard == Guard.OPEN, question.path(), question.wanted().word(), whose.policies(), explained.missing(), word(guard.name()), it.rule(),
                it.deciding().stream().map(source -> new Source(source.policy(), source.path(), source.line())).toList(), it.capabilities(),
                it.decision() instanceof Decision.Allow allow ? allow.policies() : List.of(),
                it.refusals().stream().map(refusal -> new Refused(word(refusal.cause().name()), refusal.name(), refusal.text())).toList(),
                it.others().stream().map(other -> new Passed(other.source().policy(), other.source().path(), other.source().line(), other.why())).toList(),
                it.smallest().map(SmallestRule::text).orElse(""), it.smallest().map(SmallestRule::replaces).orElse(false));
    }

    private static String word(String name) {
        return name.toLowerCase(java.util.Locale.ROOT);
    }

    // ---- whose ----

    private Whose whose(Call.Read<Asked> call) {
        if (!(call.caller() instanceof TokenCaller self)) throw new Problem.Denied().asException();
        var in = call.input();
        boolean token = in.token().size() > 0;
        boolean entity = !in.entityId().isEmpty() || !in.policies().isEmpty();
        if ((token ? 1 : 0) + (in.accessor().isEmpty() ? 0 : 1) + (entity ? 1 : 0) > 1) {
            throw new Problem.Invalid("give one of token, accessor, and entity_id with or without policies").asException();
        }
        if (token) return ofToken(call, self);
        if (!in.accessor().isEmpty()) return ofAccessor(call, self);
        if (entity) return ofNames(call, self);
        if (!isOf(call.store(), self)) throw new Problem.Invalid("the token's own policies are explained in its own namespace").asException();
        return new Whose(self.policies(), self.entityId());
    }

    private Whose ofToken(Call.Read<Asked> call, TokenCaller self) {
        if (!call.input().token().equals(self.token())) requireSudo(self);
        return tokens.find(call.store(), call.input().token(), call.ask().remoteAddress(), call.now())
                .flatMap(found -> authority.withIdentity(call.store(), found))
                .map(found -> new Whose(found.policies(), found.entityId()))
                .orElseThrow(() -> new Problem.Invalid("invalid token").asException());
    }

    private Whose ofAccessor(Call.Read<Asked> call, TokenCaller self) {
        if (!call.input().accessor().equals(self.accessor())) requireSudo(self);
        return tokens.byAccessor(call.store(), call.input().accessor(), call.now())
                .flatMap(found -> authority.withIdentity(call.store(), found))
                .map(found -> new Whose(found.policies(), found.entityId()))
                .orElseThrow(() -> new Problem.Invalid("invalid accessor").asException());
    }

    private Whose ofNames(Call.Read<Asked> call, TokenCaller self) {
        var in = call.input();
        var names = new TreeSet<>(Policies.canonicalOfAny(in.policies()));
        if (!in.entityId().isEmpty()) {
            if (!in.entityId().equals(self.entityId())) requireSudo(self);
            names.addAll(authority.ofEntity(call.store(), in.entityId()).orElseThrow(() -> new Problem.Invalid("invalid entity").asException()));
        }
        var unknown = new HashSet<>(Policies.canonicalOfAny(in.policies()));
        if (isOf(call.store(), self)) unknown.removeAll(self.policies());
        for (var name : unknown) if (!mayRead(call.store(), self, name)) requireSudo(self);
        return new Whose(List.copyOf(names), in.entityId());
    }

    /** Whether a token is of the namespace that is asked; in another, what its policies are called is the name of others. */
    private static boolean isOf(Storage.Reader store, TokenCaller self) {
        return self.namespaceId().equals(NamespaceStore.idOf(store));
    }

    private boolean mayRead(Storage.Reader store, TokenCaller self, String policy) {
        return Question.of(Capability.READ, "sys/policies/acl/" + policy).answeredBy(authority.of(store, self)) instanceof Decision.Allow;
    }

    private static void requireSudo(TokenCaller self) {
        if (!self.sudo()) throw Problem.Denied.byPolicy().asException();
    }
}
