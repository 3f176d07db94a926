package watchword.core.pipeline;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import watchword.core.approval.Approvals;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.core.mount.RouteTable;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.core.namespace.Namespaces;
import watchword.core.opa.Guards;
import watchword.core.opa.Subject;
import watchword.core.policy.Authority;
import watchword.core.policy.Capability;
import watchword.core.policy.Consent;
import watchword.core.policy.Decision;
import watchword.core.policy.Judgement;
import watchword.core.request.Request;
import watchword.core.token.TokenCaller;
import watchword.core.token.Tokens;
import watchword.core.wire.Schema;
import watchword.core.wrapping.WrappingRoutes;
import watchword.sdk.Ask;
import watchword.sdk.Call;
import watchword.sdk.PrefixedStore;
import watchword.sdk.Problem;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * Decides whether a request may go ahead, on one snapshot: whose token, which namespace, mount and route, what the policies say. Looks only; the
 * order is that nobody learns what exists before it is known who asks and what it may do.
 */
final class Gate {
    private static final Problem NO_NAMESPACE = new Problem.NotFound("namespace not found");
    private static final Problem NO_LOGIN = new Problem.NotFound("specified authentication path was not found");

    private static final Problem NOT_YOURS = new Problem.Denied("a request that waited for approval is carried out for who made it: unwrap it with a token of the same entity");
    private static final Problem NO_TOKENS = new Problem.Denied("a token cannot be made by breaking the glass: it would outlive the reason");
    private static final Problem CHANGED = new Problem.Unavailable("what is at this path has changed meanwhile; try again");

    private final Mounts mounts;
    private final Places places;
    private final Tokens tokens;
    private final Authority authority;
    private final Approvals approvals;
    private final Guards guards;

    Gate(Mounts mounts, Tokens tokens, Authority authority, Approvals approvals, Guards guards) {
        this.mounts = mounts;
        this.places = new Places(mounts);
        this.tokens = tokens;
        this.authority = authority;
        this.approvals = approvals;
        this.guards = guards;
    }

    /** What one snapshot says of a request: all there is to say, or what an OPA policy is still to be asked, in no transaction. */
    sealed interface Finding permits Admission, Finding.Guarded {
        /** @param otherwise what it is admitted as when nothing refuses it */
        record Guarded(Admission.Allowed otherwise, Guards.Question question) implements Finding {}
    }

    /** The last word: OPA policies are asked now, if any guard the request, and what others have to approve waits for them. */
    Admission settle(Finding finding) {
        var admission = judged(finding);
        return admission instanceof Admission.Allowed allowed && allowed.decision().consent() instanceof Consent.Asked asked && allowed.caller() instanceof TokenCaller caller
                ? new Admission.Deferred(allowed, caller, asked.control()) : admission;
    }

    private Admission judged(Finding finding) {
        return switch (finding) {
            case Admission admission -> admission;
            case Finding.Guarded guarded -> {
                var allowed = guarded.otherwise();
                var judgements = guards.ask(guarded.question());
                var refusing = judgements.stream().filter(Judgement::refuses).findFirst();
                yield refusing.isEmpty() ? allowed.judged(judgements)
                        : new Admission.Refused(allowed.request(), allowed.namespace(), allowed.tokenCaller(), allowed.mount(), new Decision.Deny(allowed.decision().rule(), judgements), Guards.refusal(refusing.get()));
            }
        };
    }

    /** @param open answer a route that looks as if it needed no token */
    Finding find(Storage.Reader store, Request sent, boolean open, Instant now) {
        return find(store, sent, Optional.empty(), open, now);
    }

    /** @param waited the request it is, when it waited for approval and is taken up again */
    private Finding find(Storage.Reader store, Request sent, Optional<Approvals.Found> waited, boolean open, Instant now) {
        var token = sent.token().flatMap(t -> caller(store, t, sent, now));
        var led = places.of(store, sent);
        if (led.isEmpty()) return new Admission.Refused(sent, Namespace.ROOT, token, Optional.empty(), Decision.Deny.UNCOVERED, NO_NAMESPACE);
        boolean within = token.isPresent() && Places.isWithin(led.get().store(), token.get());
        var place = within ? places.own(store, led.get(), token.get()) : led.get();
        if (!place.namespace().isRoot()) {
            var barred = Places.barred(place);
            if (barred.isPresent()) return place.refused(token, Decision.Deny.UNCOVERED, barred.get());
        }
        var taken = waited.isEmpty() ? takenUp(store, place, now) : Optional.<Approvals.Found>empty();
        if (taken.isEmpty()) return find(place, within, token, waited, open, now);
        boolean own = token.isPresent() && approvals.isOf(store, taken.get(), token.get());
        return own ? find(store, taken.get().by(sent), taken, false, now) : place.refused(token, Decision.Deny.UNCOVERED, NOT_YOURS);
    }

    /** To unwrap a request that waits for approval is to make that request. */
    private Optional<Approvals.Found> takenUp(Storage.Reader store, Place place, Instant now) {
        if (!place.path().equals(WrappingRoutes.UNWRAP) || place.request().operation() != Operation.WRITE) return Optional.empty();
        var wrapping = place.request().body().get("token") instanceof String text && !text.isEmpty() ? Optional.of(Secret.copyOf(text)) : place.request().token();
        return wrapping.flatMap(token -> approvals.behind(store, token, now));
    }

    private Finding find(Place place, boolean within, Optional<TokenCaller> token, Optional<Approvals.Found> waited, boolean open, Instant now) {
        var request = place.request();
        var found = place.found();
        if (!request.help() && found.isPresent() && (found.get().bound().route().is(Trait.NO_TOKEN) || (open && request.operation() == Operation.READ))) {
            var entry = place.mount().orElseThrow();
            var route = found.get().bound().route();
            if (request.loginFor().isPresent() && !(route.isLogin() && entry.isAuth())) return place.refused(token, Decision.Deny.UNCOVERED, NO_LOGIN);
            // To who is of another namespace everybody here is a stranger, unless it is about nothing but the token itself. A token that comes
            // along with a login is not what it is judged by, and spends no use.
            boolean known = (within || route.is(Trait.OWN_TOKEN)) && !route.isLogin();
            var caller = token.isPresent() && known ? token.get() : TokenCaller.NOBODY;
            return new Admission.Allowed(request, place.namespace(), caller, entry, mounts.engine(entry), found.get(), Capability.READ, Decision.Allow.openRoute());
        }
        if (!within) return place.refused(token, Decision.Deny.UNCOVERED, new Problem.Denied());
        var caller = token.orElseThrow();
        if (request.help()) return help(place, caller);

        var wanted = capability(place.store(), request, caller, place.mount(), place.match(), place.path(), now);
        var decision = authority.decide(place.store(), caller, wanted, place.path(), places.meant(place), request.body(), request.wrapTtl());
        if (!(decision instanceof Decision.Allow allow)) return place.refused(token, decision, Problem.Denied.byPolicy());
        if (place.mount().isEmpty()) return place.refused(token, allow, noRoute(place.path()));
        return switch (place.match().orElseThrow()) {
            case RouteTable.Match.Nothing _ -> place.refused(token, allow, Problem.NotFound.unsupportedPath());
            case RouteTable.Match.OtherOperations _ -> place.refused(token, allow, new Problem.Unsupported());
            case RouteTable.Match.Found match when match.bound().route().is(Trait.SUDO) && !allow.sudo() ->
                place.refused(token, new Decision.Deny(allow.rule()), Problem.Denied.byPolicy());
            case RouteTable.Match.Found match -> consented(place, caller, new Admission.Allowed(paged(request, allow), place.namespace(), caller.withSudo(allow.sudo()),
                    place.mount().get(), mounts.engine(place.mount().get()), match, wanted, allow), waited, now);
        };
    }

    /** By those whom the rule asks to approve; a reason may do in place of them. */
    private Finding consented(Place place, TokenCaller caller, Admission.Allowed allowed, Optional<Approvals.Found> waited, Instant now) {
        var consent = approvals.of(place.store(), caller, allowed.request(), allowed.decision(), waited);
        var why = consent instanceof Consent.Withheld withheld ? Optional.of(withheld.why())
                : consent instanceof Consent.BrokenGlass && allowed.route().is(Trait.GIVES_TOKEN) ? Optional.of(NO_TOKENS) : Optional.<Problem>empty();
        return why.isEmpty() ? guarded(place, caller, allowed.with(consent), now) : place.refused(Optional.of(caller), new Decision.Deny(allowed.decision().rule()), why.get());
    }

    /** By the OPA policies of the namespace that is asked; the caller's identity is of its own. */
    private Finding guarded(Place place, TokenCaller caller, Admission.Allowed allowed, Instant now) {
        var meant = places.meant(place);
        var question = question(place, meant, caller, allowed, now).or(() -> meant.equals(place.path()) ? Optional.empty() : question(place, place.path(), caller, allowed, now));
        return question.isEmpty() ? allowed : new Finding.Guarded(allowed, question.get());
    }

    private Optional<Guards.Question> question(Place place, String path, TokenCaller caller, Admission.Allowed allowed, Instant now) {
        return guards.question(place.store(), path, allowed.wanted(), caller, () -> new Subject(allowed.request(), path, caller,
                authority.identity(NamespaceStore.view(place.store(), caller.namespaceId()), caller.entityId()), allowed.theMount(), allowed.engine(), allowed.found(), allowed.wanted(), now));
    }

    private Optional<TokenCaller> caller(Storage.Reader store, Secret token, Request request, Instant now) {
        var home = tokens.homeOf(store, token);
        var id = NamespaceStore.idOf(home);
        if (!id.equals(Namespace.ROOT_ID) && Namespaces.tree(store).byId(id).filter(namespace -> !namespace.tainted()).isEmpty()) return Optional.empty();
        return tokens.find(home, token, request.id(), request.peer().address(), now).flatMap(found -> authority.withIdentity(home, found));
    }

    /**
     * Between the gate's snapshot and the transaction a token may have been revoked, a mount removed, or another request may have made what
     * this one was allowed to create; then nothing happens.
     *
     * @throws Problem.ProblemException what it is refused with now
     */
    void requireStill(Storage.Reader store, Admission.Allowed allowed, Instant now) {
        var mount = allowed.theMount();
        if (!(allowed.caller() instanceof TokenCaller caller)) {
            requireMount(store, mount);
            return;
        }
        var home = NamespaceStore.view(store, caller.namespaceId());
        if (!tokens.isThere(home, caller)) throw new Problem.Denied().asException();
        requireMount(store, mount);
        if (allowed.route().existence().isEmpty() || allowed.route().is(Trait.NO_TOKEN)) return;
        var request = allowed.request();
        var path = request.path().text();
        var wanted = capability(store, request, caller, Optional.of(mount), Optional.of(allowed.found()), path, now);
        if (wanted == allowed.wanted()) return;
        // An OPA policy was asked about the other capability, and cannot be asked in here.
        if (!allowed.decision().judged().isEmpty()) throw CHANGED.asException();
        var meant = places.meant(mount, allowed.found(), path);
        if (!(authority.decide(store, caller, wanted, path, meant, request.body(), request.wrapTtl()) instanceof Decision.Allow allow)) throw Problem.Denied.byPolicy().asException();
        // Nor can others be asked to approve of it.
        if (!(allow.consent() instanceof Consent.Free)) throw CHANGED.asException();
    }

    private void requireMount(Storage.Reader store, MountEntry mount) {
        Namespaces.requireLiving(store);
        if (mounts.byUuid(store, mount.uuid()).filter(there -> !there.tainted()).isEmpty()) throw new Problem.NotFound().asException();
    }

    /** A list that names no limit, or the highest, gets the one that its policy sets. */
    private static Request paged(Request request, Decision.Allow allow) {
        boolean folder = request.operation() == Operation.LIST || request.operation() == Operation.SCAN;
        if (!folder) return request;
        var limit = request.body().get("limit");
        boolean highest = "max".equals(limit);
        return highest || (limit == null && allow.pageLimit() > 0) ? request.with("limit", (long) allow.pageLimit()) : request;
    }

    private Admission help(Place place, TokenCaller caller) {
        if (place.mount().isEmpty()) return place.refused(Optional.of(caller), Decision.Allow.openRoute(), noRoute(place.path()));
        var mount = place.mount().get();
        return new Admission.Help(place.request(), place.namespace(), caller, mount, mounts.engine(mount), Place.below(mount, place.path()));
    }

    private static Problem noRoute(String path) {
        return new Problem.NotFound("no handler for route \"" + path + "\". route entry not found.");
    }

    private Capability capability(
            Storage.Reader store, Request request, TokenCaller caller, Optional<MountEntry> mount, Optional<RouteTable.Match> match, String path, Instant now) {
        return switch (request.operation()) {
            case READ -> Capability.READ;
            case LIST -> Capability.LIST;
            case SCAN -> Capability.SCAN;
            case PATCH -> Capability.PATCH;
            case DELETE -> Capability.DELETE;
            case WRITE -> mount.isPresent() && match.orElseThrow() instanceof RouteTable.Match.Found found && creates(store, found.bound(), found, request, caller, mount.get(), path, now)
                    ? Capability.CREATE
                    : Capability.UPDATE;
        };
    }

    /** Whether a write would make something new. Without a way to tell, or with input that cannot be read, it counts as a change. */
    private <I extends Record, O extends Record> boolean creates(
            Storage.Reader store, RouteTable.Bound<I, O> bound, RouteTable.Match.Found found, Request request, TokenCaller caller, MountEntry mount, String path, Instant now) {
        Route<I, O> route = bound.route();
        if (route.existence().isEmpty()) return false;
        try {
            var input = bound.input().decodeRequest(request.body(), found.parameters());
            var ask = new Ask(caller, mounts.view(mount), Place.below(mount, path), request.body(), request.peer(), Optional.<Duration>empty(), now);
            return !route.existence().get().test(new Call.Read<>(input, ask, PrefixedStore.view(store, mount.storagePrefix())));
        } catch (Schema.FieldException | Problem.ProblemException unreadable) {
            return false;
        }
    }
}
