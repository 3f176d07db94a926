package watchword.core.policy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.core.token.TokenCaller;
import watchword.core.token.Tokens;
import watchword.sdk.Body;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Route.Trait;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** {@code sys/capabilities} and what else tells what a token may do. */
public final class CapabilityRoutes {
    private static final int MAX_PATHS = 10_000;

    private final Authority authority;
    private final Tokens tokens;

    public CapabilityRoutes(Authority authority, Tokens tokens) {
        this.authority = authority;
        this.tokens = tokens;
    }

    record Nothing() {}

    record Paths(@Doc("Paths to ask about.") List<String> paths, @Doc("Path to ask about.") List<String> path) {}

    record PathsOf(@Doc("Token to ask about.") Secret token, @Doc("Paths to ask about.") List<String> paths, @Doc("Path to ask about.") List<String> path) {}

    record PathsOfAccessor(
            @Doc("Accessor of the token to ask about.") String accessor,
            @Doc("Paths to ask about.") List<String> paths,
            @Doc("Path to ask about.") List<String> path) {}

    record Capabilities(@Doc("What may be done on each path, by the path; besides, as capabilities, on a path asked about alone.") @Body Map<String, Object> byPath) {}

    record Resultant(
            @Doc("Whether everything is allowed.") boolean root,
            @Doc("What may be done on each path that a policy names in full.") Map<String, Object> exactPaths,
            @Doc("What may be done below each path that a policy names with a wildcard.") Map<String, Object> globPaths) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.ask("capabilities-self", Paths.class, Capabilities.class, this::ofSelf, "Tell what the caller may do on paths.").with(Trait.FLAT),
                Route.ask("capabilities", PathsOf.class, Capabilities.class, this::ofToken, "Tell what a token may do on paths.").with(Trait.FLAT),
                Route.ask("capabilities-accessor", PathsOfAccessor.class, Capabilities.class, this::ofAccessor,
                        "Tell what the token with an accessor may do on paths.").with(Trait.FLAT),
                Route.read("internal/ui/resultant-acl", Nothing.class, Resultant.class, this::resultant, "Tell all that the caller may do."));
    }

    private Reply<Capabilities> ofSelf(Call.Read<Paths> call) {
        return told(call.store(), self(call), call.input().paths(), call.input().path());
    }

    private static TokenCaller self(Call<?> call) {
        if (call.caller() instanceof TokenCaller caller) return caller;
        throw new Problem.Denied().asException();
    }

    private Reply<Capabilities> ofToken(Call.Read<PathsOf> call) {
        if (call.input().token().size() == 0) throw new Problem.Invalid("missing token").asException();
        var caller = tokens.find(call.store(), call.input().token(), call.ask().remoteAddress(), call.now())
                .flatMap(found -> authority.withIdentity(call.store(), found))
                .orElseThrow(() -> new Problem.Invalid("invalid token").asException());
        return told(call.store(), caller, call.input().paths(), call.input().path());
    }

    private Reply<Capabilities> ofAccessor(Call.Read<PathsOfAccessor> call) {
        var caller = tokens.byAccessor(call.store(), call.input().accessor(), call.now())
                .flatMap(found -> authority.withIdentity(call.store(), found))
                .orElseThrow(() -> new Problem.Invalid(Problem.multi("invalid accessor")).asException());
        return told(call.store(), caller, call.input().paths(), call.input().path());
    }

    private Reply<Capabilities> told(Storage.Reader store, TokenCaller caller, List<String> paths, List<String> path) {
        var asked = paths.isEmpty() ? path : paths;
        if (asked.isEmpty()) throw new Problem.Invalid("paths must be supplied").asException();
        if (asked.size() > MAX_PATHS) throw new Problem.Invalid("more than " + MAX_PATHS + " paths").asException();
        var acl = authority.of(store, caller);
        var told = new LinkedHashMap<String, Object>();
        for (var each : asked) told.put(each, acl.capabilities(each.startsWith("/") ? each.substring(1) : each));
        if (asked.size() == 1) told.put("capabilities", told.getOrDefault(asked.getFirst(), List.of()));
        return Reply.of(new Capabilities(told));
    }

    private Reply<Resultant> resultant(Call.Read<Nothing> call) {
        var acl = authority.of(call.store(), self(call)).resultant();
        return Reply.of(new Resultant(acl.root(), acl.exactPaths(), acl.globPaths()));
    }
}
