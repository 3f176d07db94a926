package watchword.core.quota;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.wire.Rows;
import watchword.sdk.Event;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/** How many tokens and leases each entity has, counted as {@link LeaseQuotas} counts; in the store of the entity's namespace. */
public final class EntityUse {
    private static final int NEAR_PERCENT = 80;

    private final Rows<Row> rows = new Rows<>("core/entity-use/", Row.class);
    private final EntityCaps caps;

    record Row(long tokens, long leases) {
        static final Row NOTHING = new Row(0, 0);
    }

    public EntityUse(EntityCaps caps) {
        this.caps = caps;
    }

    private Row row(Storage.Reader store, String entityId) {
        return entityId.isEmpty() ? Row.NOTHING : rows.get(store, entityId).orElse(Row.NOTHING);
    }

    private void change(Storage.Writer store, String entityId, Row before, int tokens, int leases) {
        if (entityId.isEmpty()) return;
        var after = new Row(Math.max(0, before.tokens() + tokens), Math.max(0, before.leases() + leases));
        if (after.equals(Row.NOTHING)) rows.delete(store, entityId);
        else rows.put(store, entityId, after);
    }

    /** @throws Problem.ProblemException when the entity has as many tokens as it may */
    public void addToken(Storage.Writer store, String entityId) {
        var row = row(store, entityId);
        if (caps.tokens() > 0 && row.tokens() >= caps.tokens()) throw over("tokens", caps.tokens(), "entity_max_tokens");
        change(store, entityId, row, 1, 0);
    }

    public void removeToken(Storage.Writer store, String entityId) {
        change(store, entityId, row(store, entityId), -1, 0);
    }

    /** @throws Problem.ProblemException when the entity has as many leases as it may */
    public void requireRoom(Storage.Reader store, String entityId) {
        if (caps.leases() > 0 && row(store, entityId).leases() >= caps.leases()) throw over("leases", caps.leases(), "entity_max_leases");
    }

    public void addLease(Storage.Writer store, String entityId) {
        change(store, entityId, row(store, entityId), 0, 1);
    }

    public void removeLease(Storage.Writer store, String entityId) {
        change(store, entityId, row(store, entityId), 0, -1);
    }

    private static Problem.ProblemException over(String what, long cap, String setting) {
        return new Problem.TooMany("the entity has " + cap + " live " + what + ", as many as one may (" + setting + " in the server's configuration): revoke some, or wait until they end").asException();
    }

    /** What is to be told when the last token or lease brought the entity near its cap: once on the way up. */
    public List<Event> nearing(Storage.Reader store, String entityId, boolean token) {
        if (entityId.isEmpty()) return List.of();
        var row = row(store, entityId);
        var told = token ? near("tokens", row.tokens(), caps.tokens(), entityId) : near("leases", row.leases(), caps.leases(), entityId);
        return told.stream().toList();
    }

    private static Optional<Event> near(String what, long live, long cap, String entityId) {
        if (cap == 0 || live != Math.ceilDiv(cap * NEAR_PERCENT, 100)) return Optional.empty();
        return Optional.of(new Event("lease/near-cap", "", Map.of("entity_id", entityId, "kind", what, "live", Long.toString(live), "cap", Long.toString(cap))));
    }
}
