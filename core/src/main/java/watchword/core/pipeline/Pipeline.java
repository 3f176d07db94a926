package watchword.core.pipeline;

import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import watchword.core.approval.Announcements;
import watchword.core.approval.Approvals;
import watchword.core.audit.Audit;
import watchword.core.event.EventBus;
import watchword.core.lease.Leases;
import watchword.core.lockout.Lockouts;
import watchword.core.metric.Metrics;
import watchword.core.metric.TokenCreations;
import watchword.core.mount.Mounts;
import watchword.core.namespace.Namespace;
import watchword.core.opa.Guards;
import watchword.core.policy.Authority;
import watchword.core.policy.Consent;
import watchword.core.policy.Decision;
import watchword.core.quota.EntityUse;
import watchword.core.request.Answer;
import watchword.core.request.InlineLogin;
import watchword.core.request.Request;
import watchword.core.request.RequestHead;
import watchword.core.request.Response;
import watchword.core.rotation.Rotations;
import watchword.core.rotation.Rotator;
import watchword.core.run.KeptAnswers;
import watchword.core.token.Logins;
import watchword.core.token.TokenCaller;
import watchword.core.token.Tokens;
import watchword.core.wrapping.Wrapping;
import watchword.crypto.KeyClearedException;
import watchword.sdk.Problem;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * The life of a request on an unsealed server, top to bottom. Each step takes what the step before it made, so the compiler keeps the
 * order: {@link Invocation} runs only what {@link Gate} allowed, and only the gate can make that.
 */
public final class Pipeline {
    private static final System.Logger LOG = System.getLogger(Pipeline.class.getName());

    private static final Problem SEALED = new Problem.Unavailable("Vault is sealed");

    private final Storage storage;
    private final InstantSource clock;
    private final Gate gate;
    private final Invocation invocation;
    private final Tokens tokens;
    private final Trail trail;
    private final TokenCreations created;
    private final LongAdder glassBroken;

    public Pipeline(Storage storage, InstantSource clock, Mounts mounts, Tokens tokens, Authority authority, Leases leases, Logins logins,
            Lockouts lockouts, Wrapping wrapping, Approvals approvals, Announcements announcements, Audit audit, Metrics metrics, EventBus events, Guards guards,
            Rotations rotations, Rotator rotator, KeptAnswers kept, EntityUse uses) {
        this.storage = storage;
        this.clock = clock;
        this.tokens = tokens;
        this.gate = new Gate(mounts, tokens, authority, approvals, guards);
        var sharing = new Sharing(leases, kept, clock);
        var completion = new Completion(mounts, leases, logins, lockouts, rotations, wrapping, sharing, uses);
        this.invocation = new Invocation(storage, mounts, gate, completion, lockouts, approvals, announcements, events, sharing,
                new Making.Means(gate, leases, mounts, rotations, rotator, clock));
        this.trail = new Trail(audit, metrics);
        this.created = new TokenCreations(metrics);
        this.glassBroken = metrics.counter("break_glass.used", Map.of());
    }

    /** Answers one request. An expected failure becomes an answer; so does a bug, with an id under which the log has the rest. */
    public Response serve(Request request) {
        return serve(request, false);
    }

    /** @param open whether a route that looks is answered without a token, as the listener's configuration has it */
    public Response serve(Request request, boolean open) {
        return answer(request, open).toResponse(request.id());
    }

    /** Answers the login that a request brings along, unless it gives a token: with that, {@code then} answers the request. */
    public Response login(Request login, Function<Secret, Response> then) {
        var answer = answer(login, false);
        return answer.auth().isPresent() ? then.apply(answer.auth().get().clientToken()) : answer.toResponse(login.id()).with(InlineLogin.FAILED);
    }

    private Answer answer(Request request, boolean open) {
        var now = clock.instant();
        try {
            var finding = storage.<Gate.Finding>read(store -> gate.find(store, request, open, now));        // whose token, which route, allowed?
            var admission = spendUse(gate.settle(finding));                                                // by OPA policies, too, where there are any?
            var asked = trail.asked(admission, now);                                                       // on record before anything happens
            var answer = carryOut(admission, now);                                                         // in one transaction
            endSpentToken(admission, now);
            countTokens(admission, answer);
            record(admission, answer, now, asked);                                                         // on record before it leaves
            return answer;
        } catch (Problem.ProblemException unrecorded) {
            return Answer.of(unrecorded.problem());
        } catch (KeyClearedException meanwhile) {
            return Answer.of(SEALED);
        } catch (Storage.StorageException failed) {
            LOG.log(Level.ERROR, "request " + request.id() + ": the store failed", failed);
            return Answer.of(new Problem.Internal(storeFailed(failed) + "; request " + request.id() + " is in the server's log"));
        }
    }

    private static String storeFailed(Storage.StorageException failed) {
        return failed.advice().isEmpty() ? "the store failed" : "the store failed: " + failed.advice();
    }

    private void record(Admission admission, Answer answer, Instant now, Audit.Sent asked) {
        try {
            trail.answered(admission, answer, now, asked);
        } catch (RuntimeException unrecorded) {
            answer.drop();
            throw unrecorded;
        }
    }

    /** Records a request that was refused before its body was read, and answers it. */
    public Response refuse(RequestHead head, Problem problem) {
        var request = new Request(UUID.randomUUID().toString(), head.operation(), head.wholePath(), Map.of(), false, Optional.empty(), Optional.empty(), Map.of(), head.peer());
        var now = clock.instant();
        var answer = Answer.of(problem);
        try {
            var admission = new Admission.Refused(request, Namespace.ROOT, Optional.empty(), Optional.empty(), Decision.Deny.UNCOVERED, problem);
            trail.answered(admission, answer, now, trail.asked(admission, now));
            return answer.toResponse(request.id());
        } catch (Problem.ProblemException unrecorded) {
            return Answer.of(unrecorded.problem()).toResponse(request.id());
        }
    }

    private Answer carryOut(Admission admission, Instant now) {
        try {
            return switch (admission) {
                case Admission.Allowed allowed -> {
                    if (allowed.decision().consent() instanceof Consent.BrokenGlass) glassBroken.increment();
                    yield invocation.run(allowed, now);
                }
                case Admission.Deferred deferred -> invocation.defer(deferred, now);
                case Admission.Refused refused -> Answer.of(refused.problem());
                case Admission.Help help -> helpOn(help);
            };
        } catch (Problem.ProblemException expected) {
            return Answer.of(expected.problem());
        } catch (KeyClearedException meanwhile) {
            return Answer.of(SEALED);
        } catch (Storage.StorageException failed) {
            LOG.log(Level.ERROR, "the store failed", failed);
            return Answer.of(new Problem.Internal(failed.isOutcomeUnknown()
                    ? storeFailed(failed) + "; the change may or may not have happened: read it back before trying again"
                    : storeFailed(failed) + "; nothing was changed"));
        } catch (RuntimeException bug) {
            // The message may hold anything, so it goes to the log alone, and there only as a stack of names.
            LOG.log(Level.ERROR, "a bug: " + bug.getClass().getName() + " at " + List.of(bug.getStackTrace()).stream().limit(12).toList());
            return Answer.of(new Problem.Internal("internal error"));
        }
    }

    /** A limited token pays before it acts, whether or not it may; only what is done to the token itself costs nothing. */
    private Admission spendUse(Admission admission) {
        if (admission instanceof Admission.Allowed allowed && allowed.route().is(Trait.OWN_TOKEN)) return admission;
        var caller = admission.tokenCaller().filter(c -> c.row().usesLeft() > 0);
        if (caller.isEmpty()) return admission;
        try {
            var row = storage.write(store -> tokens.spendUse(store, caller.get().tokenKey()));
            var c = caller.get();
            var spent = new TokenCaller(c.token(), c.tokenKey(), c.accessor(), row, c.policies(), c.identityPolicies(), c.sudo());
            return admission.by(spent);
        } catch (Problem.ProblemException usedUp) {
            return new Admission.Refused(admission.request(), admission.namespace(), Optional.empty(), Optional.empty(), Decision.Deny.UNCOVERED, usedUp.problem());
        }
    }

    private void countTokens(Admission admission, Answer answer) {
        if (answer.auth().isEmpty() || !(admission instanceof Admission.Allowed allowed) || allowed.route().operation() != Operation.WRITE) return;
        if (allowed.route().isLogin() || allowed.route().path().text().startsWith("create")) created.count(allowed.namespace(), allowed.theMount(), answer.auth().get());
    }

    private void endSpentToken(Admission admission, Instant now) {
        admission.tokenCaller().filter(c -> c.row().isSpent()).ifPresent(c -> storage.update(store -> tokens.revoke(store, c.tokenKey(), now)));
    }

    private static Answer helpOn(Admission.Help help) {
        var text = HelpText.of(help.engine(), help.path());
        return text.isEmpty() ? Answer.of(Problem.NotFound.unsupportedPath())
                : new Answer(200, Optional.of(Map.of("help", text.get(), "see_also", List.of())), true, Optional.empty(), Optional.empty(), Optional.empty(), List.of(),
                        Optional.empty(), Optional.empty());
    }
}
