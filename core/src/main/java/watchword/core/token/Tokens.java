package watchword.core.token;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.json.Json;
import watchword.core.lease.ExpiryIndex.Kind;
import watchword.core.lease.ExpiryIndex;
import watchword.core.lease.Leases;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.core.run.Runs;
import watchword.core.wire.Rows;
import watchword.core.wire.Schema;
import watchword.sdk.Cidrs;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * Tokens in the store: made, looked up, renewed and revoked, each within the transaction it is given. A token's children, its leases and
 * its cubbyhole go with it, in the same transaction. A token is in the part of its namespace, and found nowhere else; who descends from
 * it may be in others.
 */
public final class Tokens implements AutoCloseable {
    private static final String ROWS = "core/token/id/";
    private static final String CHILDREN = "core/token/parent/";
    private static final String OF_ENTITY = "core/token/entity/";
    private static final byte[] NOTHING = new byte[0];
    /** A batch token is its own row. */
    private static final int MOST_BYTES = 32 << 10;
    private static final Schema<TokenRow> SCHEMA = Schema.of(TokenRow.class);

    private final Rows<TokenRow> rows = new Rows<>(ROWS, TokenRow.class);
    private final TokenText text;
    private final Leases leases;
    private final Runs runs;

    public Tokens(Secret root, SecureRandom random, Leases leases, Runs runs) {
        this.text = new TokenText(root, random);
        this.leases = leases;
        this.runs = runs;
    }

    /** Clears the keys of tokens; see {@link TokenText#close}. */
    @Override
    public void close() {
        text.close();
    }

    /** A token just made, with its only copy. A batch token's row has no accessor. */
    public record Made(Secret token, String key, TokenRow row) {}

    /** Makes the token that {@code row} describes, and everything that will find it again. */
    public Made create(Storage.Writer store, TokenRow row) {
        return create(store, row, Optional.empty());
    }

    public Made create(Storage.Writer store, TokenRow row, Optional<Secret> chosen) {
        if (row.isBatch()) {
            var token = text.sealBatch(Json.write(SCHEMA.encodeRow(row)), NamespaceStore.idOf(store));
            return new Made(token, text.keyOf(token), row);
        }
        var token = chosen.orElseGet(() -> text.newServiceToken(row.issued(), NamespaceStore.idOf(store)));
        var key = text.keyOf(token);
        if (chosen.isPresent() && rows.get(store, key).isPresent()) throw new Problem.Invalid("cannot create a token with a duplicate ID").asException();
        var known = row.withAccessor(text.accessorOf(key));
        rows.put(store, key, known);
        if (!row.orphan()) home(store, row.parent()).put(CHILDREN + row.parent() + "/" + key, NOTHING);
        row.expires().ifPresent(end -> ExpiryIndex.add(store, end, Kind.TOKEN, key));
        if (!row.run().isEmpty()) runs.add(store, row.run(), key);
        if (!row.entityId().isEmpty()) store.put(OF_ENTITY + row.entityId() + "/" + key, NOTHING);
        leases.addToken(store, key, row.path(), row.login().map(TokenRow.FromLogin::role).orElse(""), row.entityId(), row.expires().isPresent());
        return new Made(token, key, known);
    }

    private static Storage.Writer home(Storage.Writer store, String key) {
        return NamespaceStore.view(store, Namespace.idIn(key));
    }

    private static Storage.Reader home(Storage.Reader store, String key) {
        return NamespaceStore.view(store, Namespace.idIn(key));
    }

    /** The part of the store that a token says it is in; a namespace that is not there has nothing in it. */
    public Storage.Reader homeOf(Storage.Reader store, Secret token) {
        return NamespaceStore.view(store, TokenText.namespaceOf(token));
    }

    public Storage.Writer homeOf(Storage.Writer store, Secret token) {
        return NamespaceStore.view(store, TokenText.namespaceOf(token));
    }

    /**
     * The token's caller, if the token is known in this namespace, alive and used from where it may be. Policies of an identity are not in
     * it yet.
     */
    public Optional<TokenCaller> find(Storage.Reader store, Secret token, String remoteAddress, Instant now) {
        return find(store, token, "", remoteAddress, now);
    }

    /** @param request the id of the request that came with the token, which may be for that one alone */
    public Optional<TokenCaller> find(Storage.Reader store, Secret token, String request, String remoteAddress, Instant now) {
        if (token.size() == 0 || token.size() > MOST_BYTES) return Optional.empty();
        if (!TokenText.namespaceOf(token).equals(NamespaceStore.idOf(store))) return Optional.empty();
        var key = text.keyOf(token);
        var row = TokenText.isBatch(token) ? batchRow(store, token) : rows.get(store, key);
        return row.filter(r -> r.isFor(request) && r.usesLeft() >= 0 && !r.expiredAt(now) && Cidrs.allows(r.boundCidrs(), remoteAddress))
                .map(r -> new TokenCaller(token, key, r.accessor(), r, r.policies(), List.of(), false));
    }

    /** A batch token lives only as long as the token that made it, unless that one was an orphan's, and as its run. */
    @SuppressWarnings("unchecked") // a row is an object
    private Optional<TokenRow> batchRow(Storage.Reader store, Secret token) {
        return text.openBatch(token)
                .map(bytes -> SCHEMA.decodeRow((Map<String, Object>) java.util.Objects.requireNonNull(Json.parseTrusted(bytes))))
                .filter(row -> isKept(store, row));
    }

    private boolean isKept(Storage.Reader store, TokenRow batch) {
        boolean orphaned = !batch.orphan() && rows.get(home(store, batch.parent()), batch.parent()).isEmpty();
        return !orphaned && (batch.run().isEmpty() || !runs.isOver(store, batch.run()));
    }

    /** Whether a token that was found before has not been ended since. @param store of its namespace */
    public boolean isThere(Storage.Reader store, TokenCaller found) {
        return found.row().isBatch() ? isKept(store, found.row()) : row(store, found.tokenKey()).isPresent();
    }

    public String accessor(String key) {
        return text.accessorOf(key);
    }

    public String keyOf(Secret token) {
        return text.keyOf(token);
    }

    /** The key behind an accessor, if a token with it exists. */
    public Optional<String> keyOfAccessor(Storage.Reader store, String accessor) {
        return text.keyOfAccessor(accessor).filter(key -> rows.get(store, key).isPresent());
    }

    /** The caller whose token has an accessor, with an empty secret for the token itself. Policies of an identity are not in it yet. */
    public Optional<TokenCaller> byAccessor(Storage.Reader store, String accessor, Instant now) {
        return keyOfAccessor(store, accessor).flatMap(key -> row(store, key).filter(row -> !row.expiredAt(now))
                .map(row -> new TokenCaller(Secret.copyOf(""), key, accessor, row, row.policies(), List.of(), false)));
    }

    public Optional<TokenRow> row(Storage.Reader store, String key) {
        return rows.get(store, key);
    }

    /** Keys of all service tokens, a page of them. */
    public List<String> keys(Storage.Reader store, String after, int limit) {
        return rows.names(store, "", after, limit);
    }

    /** Accessors of all service tokens, a page of them, in the order of the tokens' keys. @param after an accessor, whether or not its token is still there */
    List<String> accessors(Storage.Reader store, String after, int limit) {
        var from = after.isEmpty() ? "" : text.keyOfAccessor(after).orElseThrow(() -> new Problem.Invalid("after: not an accessor").asException());
        return keys(store, from, limit).stream().map(text::accessorOf).toList();
    }

    /** How many service tokens a namespace has. Reads the store page by page, each on a snapshot of its own. */
    public long count(Storage storage) {
        long count = 0;
        for (var after = ""; ; ) {
            var from = after;
            var page = storage.<List<String>>read(store -> keys(store, from, 1000));
            if (page.isEmpty()) return count;
            count += page.size();
            after = page.getLast();
        }
    }

    /** Takes one use from a limited token; the row it leaves is what the request sees. */
    public TokenRow spendUse(Storage.Writer whole, String key) {
        var store = home(whole, key);
        var row = rows.get(store, key).filter(r -> r.usesLeft() >= 0).orElseThrow(() -> new Problem.Denied().asException());
        if (row.usesLeft() == 0) return row;
        var left = row.withUsesLeft(row.usesLeft() == 1 ? -1 : row.usesLeft() - 1);
        rows.put(store, key, left);
        return left;
    }

    /** @param end already within every bound */
    TokenRow renew(Storage.Writer store, String key, TokenRow row, Instant end, Instant now) {
        row.expires().ifPresent(before -> ExpiryIndex.remove(store, before, Kind.TOKEN, key));
        ExpiryIndex.add(store, end, Kind.TOKEN, key);
        var renewed = row.renewed(now, end);
        rows.put(store, key, renewed);
        return renewed;
    }

    /** Revokes a token with all that descends from it, in whichever namespace. Nothing happens when it is gone already. */
    public void revoke(Storage.Writer store, String key, Instant now) {
        var open = new ArrayDeque<String>();
        open.push(key);
        while (!open.isEmpty()) {
            var next = open.pop();
            var home = home(store, next);
            forEachChild(home, next, open::push);
            remove(home, next, now);
        }
    }

    /** Revokes every token of an entity, with all that descends from each. */
    public void revokeAllOf(Storage.Writer store, String entityId, Instant now) {
        var prefix = OF_ENTITY + entityId + "/";
        while (true) {
            var page = store.scan(prefix, "", 500);
            if (page.isEmpty()) return;
            for (var entry : page) {
                revoke(store, entry.key().substring(prefix.length()), now);
                store.delete(entry.key());
            }
        }
    }

    /** Ends what an entity's tokens were issued; the tokens stay. */
    public void endLeasesOfAll(Storage.Writer store, String entityId, Instant now) {
        var prefix = OF_ENTITY + entityId + "/";
        for (var after = ""; ; ) {
            var page = store.scan(prefix, after, 500);
            if (page.isEmpty()) return;
            for (var entry : page) leases.endAllOf(store, entry.key().substring(prefix.length()), now);
            after = page.getLast().key();
        }
    }

    /** Revokes a token alone; its children live on as orphans. */
    void revokeOrphaning(Storage.Writer store, String key, Instant now) {
        forEachChild(store, key, child -> {
            var home = home(store, child);
            rows.get(home, child).ifPresent(row -> rows.put(home, child, row.orphaned()));
            store.delete(CHILDREN + key + "/" + child);
        });
        remove(store, key, now);
    }

    private static void forEachChild(Storage.Reader store, String key, java.util.function.Consumer<String> child) {
        var prefix = CHILDREN + key + "/";
        for (var after = ""; ; ) {
            var page = store.list(prefix, after, 1000);
            if (page.isEmpty()) return;
            page.forEach(child);
            after = page.getLast();
        }
    }

    private void remove(Storage.Writer store, String key, Instant now) {
        leases.endAllOf(store, key, now);
        Mounts.deleteAll(store, MountEntry.CUBBYHOLES + key + "/");
        rows.get(store, key).ifPresent(row -> {
            rows.delete(store, key);
            if (!row.orphan()) home(store, row.parent()).delete(CHILDREN + row.parent() + "/" + key);
            row.expires().ifPresent(end -> ExpiryIndex.remove(store, end, Kind.TOKEN, key));
            leases.removeToken(store, key, row.path());
            if (!row.run().isEmpty()) runs.leave(store, row.run(), key);
            if (!row.entityId().isEmpty()) store.delete(OF_ENTITY + row.entityId() + "/" + key);
        });
    }

    /** Rows under a parent whose token is gone; none, unless rows were changed behind our back. */
    long orphanedRows(Storage.Reader store) {
        long orphaned = 0;
        for (var after = ""; ; ) {
            var page = store.scan(CHILDREN, after, 1000);
            if (page.isEmpty()) return orphaned;
            for (var entry : page) {
                var child = entry.key().substring(entry.key().lastIndexOf('/') + 1);
                if (rows.get(home(store, child), child).isEmpty()) orphaned++;
            }
            after = page.getLast().key();
        }
    }

    /** The {@code auth} part that tells of a token. */
    public Reply.Issued issued(Secret token, String accessor, TokenRow row, List<String> identityPolicies, Instant now) {
        var all = identityPolicies.isEmpty() ? row.policies()
                : java.util.stream.Stream.concat(row.policies().stream(), identityPolicies.stream()).distinct().sorted().toList();
        return new Reply.Issued(token, accessor, all, row.policies(), identityPolicies, row.meta(), row.ttlAt(now), row.renewable(), row.entityId(),
                row.type(), row.orphan(), row.uses(), Optional.empty());
    }
}
