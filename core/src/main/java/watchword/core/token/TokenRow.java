package watchword.core.token;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the store knows of a token; the token itself it does not know.
 *
 * @param path the route that made it, e.g. {@code auth/token/create}
 * @param policies sorted, without those of the identity
 * @param usesLeft 0 for any number; -1 when the last one is being spent, and nothing is left
 * @param uses what it was made with
 * @param ttl what it was made with; zero for a token that never expires
 * @param parent key of the token that made it; empty for an orphan
 * @param expires empty for never
 * @param login of a token that a login gave; empty for one that another token made
 */
public record TokenRow(
        String path,
        List<String> policies,
        Map<String, String> meta,
        String displayName,
        long usesLeft,
        long uses,
        Instant issued,
        Duration ttl,
        Duration explicitMaxTtl,
        Duration period,
        String parent,
        String entityId,
        List<String> boundCidrs,
        String type,
        boolean renewable,
        Optional<Instant> expires,
        Optional<Instant> lastRenewal,
        String role,
        Optional<FromLogin> login,
        String accessor) {

    /**
     * The login that gave a token.
     *
     * @param run what it is for, if the login told; the run's end is the token's
     * @param handle what the auth method asked back at renewal
     * @param request id of the one request that the token is for; empty for any
     */
    public record FromLogin(String mountUuid, String alias, String run, Map<String, String> handle, String request) {
        FromLogin(String mountUuid, String alias, String run, Map<String, String> handle) {
            this(mountUuid, alias, run, handle, "");
        }

        FromLogin onlyFor(String one) {
            return new FromLogin(mountUuid, alias, run, handle, one);
        }
    }

    public static final String SERVICE = "service";
    public static final String BATCH = "batch";

    public boolean orphan() {
        return parent.isEmpty();
    }

    public boolean isRoot() {
        return policies.contains("root");
    }

    public boolean isBatch() {
        return type.equals(BATCH);
    }

    /** Whether it is of a login that one request brought along, and is good for nothing else. */
    public boolean isForOneRequest() {
        return login.filter(from -> !from.request().isEmpty()).isPresent();
    }

    boolean isFor(String request) {
        return !isForOneRequest() || login.orElseThrow().request().equals(request);
    }

    /** Whether the request under way is its last. */
    public boolean isSpent() {
        return usesLeft == -1;
    }

    boolean expiredAt(Instant now) {
        return expires.isPresent() && !expires.get().isAfter(now);
    }

    /** What it was last given: by a renewal, or when it was made. */
    Duration lastTtl() {
        return lastRenewal.isPresent() && expires.isPresent() ? Duration.between(lastRenewal.get(), expires.get()) : ttl;
    }

    Duration ttlAt(Instant now) {
        return expires.map(end -> Duration.between(now, end)).filter(left -> !left.isNegative()).orElse(Duration.ZERO);
    }

    TokenRow withUsesLeft(long left) {
        return new TokenRow(path, policies, meta, displayName, left, uses, issued, ttl, explicitMaxTtl, period, parent, entityId, boundCidrs, type,
                renewable, expires, lastRenewal, role, login, accessor);
    }

    TokenRow renewed(Instant now, Instant end) {
        return new TokenRow(path, policies, meta, displayName, usesLeft, uses, issued, ttl, explicitMaxTtl, period, parent, entityId, boundCidrs, type,
                renewable, Optional.of(end), Optional.of(now), role, login, accessor);
    }

    /** Kept in the row, since every request needs it and it takes longer to work out than to read. */
    TokenRow withAccessor(String known) {
        return new TokenRow(path, policies, meta, displayName, usesLeft, uses, issued, ttl, explicitMaxTtl, period, parent, entityId, boundCidrs, type,
                renewable, expires, lastRenewal, role, login, known);
    }

    TokenRow of(String entity) {
        return new TokenRow(path, policies, meta, displayName, usesLeft, uses, issued, ttl, explicitMaxTtl, period, parent, entity, boundCidrs, type,
                renewable, expires, lastRenewal, role, login, accessor);
    }

    /** A batch token, since nothing of it is stored; its one use is not counted. */
    TokenRow onlyFor(String request) {
        return new TokenRow(path, policies, meta, displayName, 0, 0, issued, ttl, explicitMaxTtl, period, parent, entityId, boundCidrs, BATCH,
                false, expires, lastRenewal, role, login.map(from -> from.onlyFor(request)), accessor);
    }

    TokenRow orphaned() {
        return new TokenRow(path, policies, meta, displayName, usesLeft, uses, issued, ttl, explicitMaxTtl, period, "", entityId, boundCidrs, type,
                renewable, expires, lastRenewal, role, login, accessor);
    }
}
