package watchword.core.pipeline;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.core.mount.RouteTable;
import watchword.core.policy.Authority;
import watchword.core.policy.Capability;
import watchword.core.policy.Decision;
import watchword.core.request.Request;
import watchword.core.token.TokenCaller;
import watchword.core.token.Tokens;
import watchword.core.wire.Schema;
import watchword.sdk.Ask;
import watchword.sdk.Call;
import watchword.sdk.PrefixedStore;
import watchword.sdk.Problem;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/**
 * Decides whether a request may go ahead, on one snapshot: whose token, which mount and route, what the policies say. Looks only; the
 * order is that nobody learns what exists before it is known who asks and what it may do.
 */
final class Gate {
    private final Mounts mounts;
    private final Tokens tokens;
    private final Authority authority;

    Gate(Mounts mounts, Tokens tokens, Authority authority) {
        this.mounts = mounts;
        this.tokens = tokens;
        this.authority = authority;
    }

    /** @param open answer a route that looks as if it needed no token */
    Admission admit(Storage.Reader store, Request request, boolean open, Instant now) {
        var folder = request.operation() == Operation.LIST || request.operation() == Operation.SCAN;
        var path = folder ? request.path().asFolder().text() : request.path().text();
        var mount = mounts.covering(store, path).filter(m -> !m.tainted());
        var match = mount.map(m -> mounts.engine(m).routes().match(request.operation(), below(m, path)));
        var token = request.token().flatMap(t -> tokens.find(store, t, request.peer().address(), now)).flatMap(t -> authority.withIdentity(store, t));

        if (!request.help() && match.isPresent() && match.get() instanceof RouteTable.Match.Found found && (found.bound().route().is(Trait.NO_TOKEN) || (open && request.operation() == Operation.READ))) {
            var entry = mount.orElseThrow();
            // A token that comes along with a login is not what it is judged by, and spends no use.
            var caller = token.isPresent() && !found.bound().route().isLogin() ? token.get() : TokenCaller.NOBODY;
            return new Admission.Allowed(request, caller, entry, mounts.engine(entry), found, Capability.READ, Decision.Allow.openRoute());
        }
        if (token.isEmpty()) return new Admission.Refused(token, mount, Decision.Deny.UNCOVERED, new Problem.Denied());
        var caller = token.get();
        if (request.help()) return help(caller, mount, path);

        var wanted = capability(store, request, caller, mount, match, path, now);
        var decision = authority.decide(store, caller, wanted, path, request.body(), request.wrapTtl());
        if (!(decision instanceof Decision.Allow allow)) return new Admission.Refused(token, mount, decision, Problem.Denied.byPolicy());
        if (mount.isEmpty()) return new Admission.Refused(token, mount, allow, noRoute(path));
        return switch (match.orElseThrow()) {
            case RouteTable.Match.Nothing _ -> new Admission.Refused(token, mount, allow, Problem.NotFound.unsupportedPath());
            case RouteTable.Match.OtherOperations _ -> new Admission.Refused(token, mount, allow, new Problem.Unsupported());
            case RouteTable.Match.Found found when found.bound().route().is(Trait.SUDO) && !allow.sudo() ->
                new Admission.Refused(token, mount, new Decision.Deny(allow.rule()), Problem.Denied.byPolicy());
            case RouteTable.Match.Found found ->
                new Admission.Allowed(paged(request, allow), caller.withSudo(allow.sudo()), mount.get(), mounts.engine(mount.get()), found, wanted, allow);
        };
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
        if (!caller.row().isBatch() && tokens.row(store, caller.tokenKey()).isEmpty()) throw new Problem.Denied().asException();
        requireMount(store, mount);
        if (allowed.route().existence().isEmpty() || allowed.route().is(Trait.NO_TOKEN)) return;
        var request = allowed.request();
        var path = request.path().text();
        var wanted = capability(store, request, caller, Optional.of(mount), Optional.of(allowed.found()), path, now);
        if (wanted == allowed.wanted()) return;
        if (!(authority.decide(store, caller, wanted, path, request.body(), request.wrapTtl()) instanceof Decision.Allow)) throw Problem.Denied.byPolicy().asException();
    }

    private void requireMount(Storage.Reader store, MountEntry mount) {
        if (mounts.byUuid(store, mount.uuid()).isEmpty()) throw new Problem.NotFound().asException();
    }

    /** A list that names no limit, or the highest, gets the one that its policy sets. */
    private static Request paged(Request request, Decision.Allow allow) {
        boolean folder = request.operation() == Operation.LIST || request.operation() == Operation.SCAN;
        if (!folder) return request;
        var limit = request.body().get("limit");
        boolean highest = "max".equals(limit);
        return highest || (limit == null && allow.pageLimit() > 0) ? request.with("limit", (long) allow.pageLimit()) : request;
    }

    private Admission help(TokenCaller caller, Optional<MountEntry> mount, String path) {
        if (mount.isEmpty()) return new Admission.Refused(Optional.of(caller), mount, Decision.Allow.openRoute(), noRoute(path));
        return new Admission.Help(caller, mount.get(), mounts.engine(mount.get()), below(mount.get(), path));
    }

    private static Problem noRoute(String path) {
        return new Problem.NotFound("no handler for route \"" + path + "\". route entry not found.");
    }

    static String below(MountEntry mount, String path) {
        return path.length() <= mount.path().length() ? "" : path.substring(mount.path().length());
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
            var ask = new Ask(caller, mounts.view(mount), below(mount, path), request.body(), request.peer(), Optional.<Duration>empty(), now);
            return !route.existence().get().test(new Call.Read<>(input, ask, PrefixedStore.view(store, mount.storagePrefix())));
        } catch (Schema.FieldException | Problem.ProblemException unreadable) {
            return false;
        }
    }
}
