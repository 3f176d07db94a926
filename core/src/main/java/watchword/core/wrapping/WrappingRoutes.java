package watchword.core.wrapping;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.json.Json;
import watchword.core.request.Answer;
import watchword.core.token.TokenCaller;
import watchword.sdk.Body;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Trait;
import watchword.sdk.Secret;

/** {@code sys/wrapping/*}. The token may come in the body or be the one that asks. */
public final class WrappingRoutes {
    /** Path of the route that takes what a token holds. */
    public static final String UNWRAP = "sys/wrapping/unwrap";

    private final Wrapping wrapping;

    public WrappingRoutes(Wrapping wrapping) {
        this.wrapping = wrapping;
    }

    record Anything(@Doc("Any fields; they are what gets wrapped.") @Body Map<String, Object> fields) {}

    record ByToken(@Doc("The wrapping token; the one that asks when not given.") Secret token) {}

    record Facts(
            @Doc("Path of the request whose answer was wrapped.") String creationPath,
            @Doc("When it was wrapped.") Optional<Instant> creationTime,
            @Doc("How long the token lives, in seconds, counted from then.") long creationTtl) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.ask("wrapping/wrap", Anything.class, Anything.class, this::wrap, "Wrap the fields that are sent."),
                Route.write("wrapping/unwrap", ByToken.class, None.class, this::unwrap, "Take what a wrapping token holds; works once.")
                        .with(Trait.NO_TOKEN, Trait.SINGLE_USE, Trait.OWN_TOKEN, Trait.OWN_FORM),
                Route.ask("wrapping/lookup", ByToken.class, Facts.class, this::lookup, "Tell when and by which path something was wrapped.")
                        .with(Trait.NO_TOKEN, Trait.OWN_TOKEN),
                Route.read("wrapping/lookup", ByToken.class, Facts.class, this::lookup, "Tell when and by which path something was wrapped.")
                        .with(Trait.NO_TOKEN, Trait.OWN_TOKEN),
                Route.write("wrapping/rewrap", ByToken.class, None.class, this::rewrap, "Move what a token holds behind a new one.")
                        .with(Trait.NO_TOKEN, Trait.SINGLE_USE, Trait.OWN_TOKEN, Trait.OWN_FORM));
    }

    private Reply<Anything> wrap(Call.Read<Anything> call) {
        if (call.ask().wrapTtl().isEmpty()) throw new Problem.Invalid("endpoint requires response wrapping to be used").asException();
        return Reply.of(call.input());
    }

    private Reply<None> unwrap(Call.Change<ByToken> call) {
        var wrapped = wrapping.take(call.store(), token(call, call.input()), call.now());
        return Reply.raw(200, "application/json", Json.write(wrapped.envelope()));
    }

    private Reply<Facts> lookup(Call.Read<ByToken> call) {
        var wrapped = wrapping.look(call.store(), token(call, call.input()), call.now());
        return Reply.of(new Facts(wrapped.creationPath(), Optional.of(wrapped.created()), wrapped.ttl().toSeconds()));
    }

    private Reply<None> rewrap(Call.Change<ByToken> call) {
        var info = wrapping.rewrap(call.store(), token(call, call.input()), call.now());
        return Reply.raw(200, "application/json",
                Json.write(Answer.wrapping(info).envelope("")));
    }

    private static Secret token(Call<?> call, ByToken input) {
        if (input.token().size() > 0) return input.token();
        if (call.caller() instanceof TokenCaller caller) return caller.token();
        throw new Problem.Invalid("missing \"token\" value in input").asException();
    }
}
