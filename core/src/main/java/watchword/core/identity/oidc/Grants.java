package watchword.core.identity.oidc;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import watchword.core.lease.ExpiryIndex.End;
import watchword.core.lease.ExpiryIndex.Kind;
import watchword.core.lease.ExpiryIndex;
import watchword.core.namespace.NamespaceStore;
import watchword.core.wire.Rows;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * What people gave to applications, until it ends: codes, each good for one exchange, and access tokens. Each kind is known in its own table
 * alone, by a hash, in the namespace that gave it; so nothing that was given as one thing is good as another, or elsewhere.
 */
final class Grants {
    private final Rows<Code> codes = new Rows<>("core/oidc/code/", Code.class);
    private final Rows<Access> accesses = new Rows<>("core/oidc/access/", Access.class);

    /**
     * What somebody lets an application know.
     *
     * @param run what they do it for
     */
    record Grant(String provider, String clientId, String entityId, List<String> scopes, String run) {}

    /**
     * @param challenge of PKCE; empty without
     * @param authTime when they had logged in, where that was asked
     */
    record Code(Grant grant, String redirectUri, String nonce, String challenge, String challengeMethod, Optional<Instant> authTime, Instant until) {}

    record Access(Grant grant, Instant until) {}

    void put(Storage.Writer store, Secret text, Code code) {
        codes.put(store, hash(text), code);
        ExpiryIndex.add(store, code.until(), Kind.GRANT, dueName(store, "c", text));
    }

    /** Takes a code: whoever comes after, in whatever transaction, finds none. */
    Optional<Code> take(Storage.Writer store, Secret text, Instant now) {
        var code = codes.get(store, hash(text));
        code.ifPresent(found -> {
            codes.delete(store, hash(text));
            ExpiryIndex.remove(store, found.until(), Kind.GRANT, dueName(store, "c", text));
        });
        return code.filter(found -> found.until().isAfter(now));
    }

    void put(Storage.Writer store, Secret text, Access access) {
        accesses.put(store, hash(text), access);
        ExpiryIndex.add(store, access.until(), Kind.GRANT, dueName(store, "a", text));
    }

    Optional<Access> access(Storage.Reader store, Secret text, Instant now) {
        return accesses.get(store, hash(text)).filter(access -> access.until().isAfter(now));
    }

    /** As fine as the expiry index tells time. */
    static Instant end(Instant time) {
        return time.truncatedTo(ChronoUnit.MILLIS);
    }

    private static String dueName(Storage.Reader store, String kind, Secret text) {
        return NamespaceStore.idOf(store) + "/" + kind + "/" + hash(text);
    }

    /** Removes what has ended. */
    void end(Storage.Writer store, End due) {
        var parts = due.name().split("/", 3);
        var part = NamespaceStore.view(store, parts[0]);
        if (parts[1].equals("c")) codes.delete(part, parts[2]);
        else accesses.delete(part, parts[2]);
    }

    private static String hash(Secret text) {
        return text.use(bytes -> {
            try {
                return Base64.getUrlEncoder().withoutPadding().encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes));
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException(impossible);
            }
        });
    }
}
