package watchword.core.mfa;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.lockout.Lockouts;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.core.token.FactorCheck.Verdict;
import watchword.core.token.Logins;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** {@code sys/mfa/validate}: the second step of a login. */
public final class ValidateRoutes {
    private static final int MAX_METHODS = 16;

    private final SecondFactors factors;
    private final Logins logins;
    private final Lockouts lockouts;
    private final Mounts mounts;

    public ValidateRoutes(SecondFactors factors, Logins logins, Lockouts lockouts, Mounts mounts) {
        this.factors = factors;
        this.logins = logins;
        this.lockouts = lockouts;
        this.mounts = mounts;
    }

    record Proof(
            @Doc("Id of the login that waits, from its mfa_requirement.") String mfaRequestId,
            @Doc("Codes by the id of their method, one each.") Map<String, List<String>> mfaPayload) {}

    public List<Route<?, ?>> routes() {
        return List.of(Route.loginOutside("mfa/validate", Proof.class, this::validate, "Prove the second factor of a login."));
    }

    /** What a try comes to; a record, so that a wrong code is counted in the transaction that refuses it. */
    private sealed interface Tried {
        record Told(Reply<None> reply) implements Tried {}

        record Refused(Problem problem) implements Tried {}
    }

    private Reply<None> validate(Call.Effect<Proof> call) {
        var in = call.input();
        if (in.mfaRequestId().isEmpty()) throw new Problem.Invalid("missing request ID").asException();
        if (in.mfaPayload().isEmpty()) throw new Problem.Invalid("missing mfa payload").asException();
        if (in.mfaPayload().size() > MAX_METHODS) throw new Problem.Invalid("invalid mfa payload").asException();
        return switch (call.storage().<Tried>write(store -> {
            var waiting = factors.waiting(store, in.mfaRequestId(), call.now());
            if (waiting.isEmpty()) return new Tried.Refused(new Problem.Invalid("invalid request ID"));
            var login = waiting.get();
            var mount = mounts.byUuid(store, login.mountUuid()).filter(found -> !found.tainted());
            if (mount.isEmpty()) return new Tried.Refused(new Problem.Denied());
            lockouts.requireOpen(store, mount.get(), login.login().alias(), call.now());
            return switch (factors.check(store, mount.get(), login.entityId(), in.mfaPayload(), call.now())) {
                case Verdict.Refused refused -> new Tried.Refused(refused.problem());
                case Verdict.Asked _, Verdict.Good _ -> {
                    factors.finish(store, in.mfaRequestId());
                    yield new Tried.Told(issued(call, store, mount.get(), login));
                }
            };
        })) {
            case Tried.Told told -> told.reply();
            case Tried.Refused refused -> throw refused.problem().asException();
        };
    }

    private Reply<None> issued(Call.Effect<Proof> call, Storage.Writer store, MountEntry mount, SecondFactors.Waiting login) {
        var told = logins.issue(store, mount, new Logins.Attempt(call.ask().peer(), login.path(), List.of(), Optional.empty()), login.login().login(), login.entityId(), call.now());
        return Reply.auth(told.auth());
    }
}
