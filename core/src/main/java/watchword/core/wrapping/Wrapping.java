package watchword.core.wrapping;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.json.Json;
import watchword.core.mount.MountEntry;
import watchword.core.namespace.NamespaceStore;
import watchword.core.namespace.Namespaces;
import watchword.core.request.Answer;
import watchword.core.request.Request;
import watchword.core.token.TokenRow;
import watchword.core.token.Tokens;
import watchword.core.wire.Rows;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * Keeps an answer for one reader, who may ask in any namespace. The wrapped bytes stand in the cubbyhole of a token made for the purpose, and go with it: by the one
 * read, by its end, or by revocation.
 */
public final class Wrapping {
    public static final String POLICY = "response-wrapping";

    private static final String RESPONSE = "/response";

    private final Rows<Wrapped> rows = new Rows<>(MountEntry.CUBBYHOLES, Wrapped.class);
    private final Tokens tokens;

    public Wrapping(Tokens tokens) {
        this.tokens = tokens;
    }

    /** @param envelope the whole answer, as it would have been sent */
    record Wrapped(Map<String, Object> envelope, String creationPath, Instant created, Duration ttl) {}

    public Answer wrap(Storage.Writer store, Request request, Answer answer, Instant now) {
        var ttl = request.wrapTtl().orElseThrow();
        var accessor = answer.auth().map(auth -> auth.accessor());
        return Answer.wrapping(store(store, answer.envelope(request.id()), request.path().text(), accessor, ttl, now));
    }

    @SuppressWarnings("unchecked") // an envelope is an object
    private Answer.WrapInfo store(
            Storage.Writer store, Map<String, ?> envelope, String path, Optional<String> wrappedAccessor, Duration ttl, Instant now) {
        var row = new TokenRow(path, List.of(POLICY), Map.of(), "", 1, 1, now, ttl, ttl, Duration.ZERO, "", "", List.of(), TokenRow.SERVICE, false,
                Optional.of(now.plus(ttl)), Optional.empty(), "", "", Optional.empty(), "");
        var made = tokens.create(store, row);
        var tree = (Map<String, Object>) java.util.Objects.requireNonNull(Json.parseTrusted(Json.write(envelope)));
        rows.put(store, made.key() + RESPONSE, new Wrapped(tree, path, now, ttl));
        return new Answer.WrapInfo(made.token(), tokens.accessor(made.key()), ttl.toSeconds(), now.toString(), path, wrappedAccessor);
    }

    /** What {@code token} wraps, taken: the token and what it wrapped are gone when this transaction commits. */
    Wrapped take(Storage.Writer any, Secret token, Instant now) {
        var store = tokens.homeOf(any, token);
        var key = tokens.keyOf(token);
        var wrapped = find(store, key, now);
        tokens.revoke(store, key, now);
        return wrapped;
    }

    /** What {@code token} wraps, left in place. */
    Wrapped look(Storage.Reader store, Secret token, Instant now) {
        return find(tokens.homeOf(store, token), tokens.keyOf(token), now);
    }

    private Wrapped find(Storage.Reader store, String key, Instant now) {
        // What is locked answers nothing, from wherever it is asked.
        Namespaces.tree(store).byId(NamespaceStore.idOf(store)).flatMap(own -> Namespaces.locked(store, own)).ifPresent(locked -> {
            throw locked.asException();
        });
        return tokens.row(store, key)
                .filter(row -> row.policies().contains(POLICY) && row.expires().map(now::isBefore).orElse(true))
                .flatMap(_ -> rows.get(store, key + RESPONSE))
                .orElseThrow(() -> new Problem.Invalid("wrapping token is not valid or does not exist").asException());
    }

    /** The same content behind a new token; the old one is gone. */
    Answer.WrapInfo rewrap(Storage.Writer any, Secret token, Instant now) {
        var store = tokens.homeOf(any, token);
        var wrapped = take(store, token, now);
        return store(store, wrapped.envelope(), wrapped.creationPath(), Optional.empty(), wrapped.ttl(), now);
    }
}
