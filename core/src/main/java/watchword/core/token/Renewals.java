package watchword.core.token;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.sdk.AuthMethod.Renewal;
import watchword.sdk.AuthMethod.Renewed;
import watchword.sdk.AuthMethod;
import watchword.sdk.Call;
import watchword.sdk.PrefixedStore;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.TokenTerms;

/** Prolongs tokens. One that a login gave lives on only if the auth method says that the login would still succeed. */
public final class Renewals {
    private final Tokens tokens;
    private final TokenRoles roles;
    private final Mounts mounts;
    private final Entities entities;

    public Renewals(Tokens tokens, TokenRoles roles, Mounts mounts, Entities entities) {
        this.tokens = tokens;
        this.roles = roles;
        this.mounts = mounts;
        this.entities = entities;
    }

    /** What bounds a renewal. Zero for none of its own, but for {@code max}. */
    private record Bounds(Duration ttl, Duration max, Duration period) {}

    /** What an auth method answered, and of which mount it is. */
    private record Consent(MountEntry mount, Renewed renewed) {}

    /** @param row as the caller was found by; it may have changed meanwhile */
    Reply<Reply.None> renew(Call.Effect<?> call, String key, TokenRow row, Secret token, Duration increment) {
        if (row.isBatch()) throw new Problem.Invalid("batch tokens cannot be renewed").asException();
        if (!row.renewable() || row.expires().isEmpty()) throw new Problem.Invalid("lease is not renewable").asException();
        if (row.expiredAt(call.now())) throw new Problem.Invalid("lease expired").asException();
        var consent = row.login().map(login -> ask(call, row, login));
        return call.storage().<Reply<Reply.None>>write(store -> {
            var current = tokens.row(store, key).filter(r -> r.usesLeft() >= 0 || r.isSpent()).orElseThrow(() -> new Problem.Denied("bad token").asException());
            var bounds = consent.map(given -> bounds(given)).orElseGet(() -> bounds(store, current));
            var end = end(current, bounds, increment, call.now());
            if (!end.isAfter(call.now())) throw new Problem.Invalid("past the max TTL, cannot renew").asException();
            consent.flatMap(given -> given.renewed().groups()).ifPresent(groups -> entities.regroup(store, consent.orElseThrow().mount(), current.entityId(), groups, call.now()));
            var renewed = tokens.renew(store, key, current, end, call.now());
            return Reply.auth(tokens.issued(token, tokens.accessor(key), renewed, entities.policies(store, renewed.entityId()), call.now()));
        });
    }

    private Consent ask(Call.Effect<?> call, TokenRow row, TokenRow.FromLogin login) {
        var mount = call.storage().<Optional<MountEntry>>read(store -> mounts.byUuid(store, login.mountUuid())).orElseThrow(() -> new Problem.Denied().asException());
        if (!(mounts.engine(mount).engine() instanceof AuthMethod method)) throw new Problem.Denied().asException();
        var own = new PrefixedStore(call.storage(), mount.storagePrefix());
        return new Consent(mount, method.renew(new Renewal(own, call.ask().peer(), call.now(), login.alias(), row.meta(), login.handle(), row.policies())));
    }

    private Bounds bounds(Consent given) {
        TokenTerms terms = given.renewed().terms();
        var max = mounts.maxTtl(given.mount());
        var own = terms.tokenMaxTtl();
        return new Bounds(terms.tokenTtl().isPositive() ? terms.tokenTtl() : mounts.defaultTtl(given.mount()), own.isPositive() && own.compareTo(max) < 0 ? own : max, terms.tokenPeriod());
    }

    private Bounds bounds(Storage.Reader store, TokenRow row) {
        var period = roles.find(store, row.role()).map(TokenRoles.Row::period).filter(Duration::isPositive).orElse(row.period());
        return new Bounds(row.lastTtl().isPositive() ? row.lastTtl() : mounts.systemDefaultTtl(), mounts.systemMaxTtl(), period);
    }

    /** The later end that a renewal gives, within every bound. */
    private static Instant end(TokenRow row, Bounds bounds, Duration increment, Instant now) {
        boolean periodic = bounds.period().isPositive();
        var end = now.plus(periodic ? bounds.period() : increment.isPositive() ? increment : bounds.ttl());
        if (!periodic) end = earlier(end, row.issued().plus(bounds.max()));
        return row.explicitMaxTtl().isPositive() ? earlier(end, row.issued().plus(row.explicitMaxTtl())) : end;
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
