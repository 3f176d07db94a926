package watchword.sdk;

import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a handler answers.
 *
 * @param status 0 for the usual one: 200 with content, 204 without
 * @param events heard by who subscribed, once all is committed
 * @param rotatedNoMore what of this mount is gone, so that nothing of its rotation is kept; forgotten before {@code rotations} are recorded
 * @param rotations what of this mount is rotated from now on, and when; recorded in the transaction of the answer
 */
public record Reply<O extends Record>(
        Optional<O> data, Optional<Term> term, Optional<Auth> auth, Optional<Raw> raw, List<String> warnings, int status, List<Event> events,
        List<Rotation> rotations, List<String> rotatedNoMore) {

    private static final int SWITCHING_PROTOCOLS = 101;

    /** An answer without fields. */
    public record None() {}

    /**
     * Bytes in place of the JSON envelope: health, metrics, an OpenAPI document.
     *
     * @param download sent in place of the body
     * @param stream what follows over a WebSocket, after status 101
     */
    @SuppressWarnings("ArrayRecordComponent") // handed straight to the listener; never compared
    public record Raw(int status, String contentType, byte[] body, Map<String, String> headers, Optional<Download> download, Optional<Stream> stream) {
        public Raw(int status, String contentType, byte[] body, Map<String, String> headers) {
            this(status, contentType, body, headers, Optional.empty(), Optional.empty());
        }
    }

    /** An answer's bytes that are too many for memory; they are read once, while the answer leaves. Who drops the answer closes it. */
    public interface Download extends AutoCloseable {
        long length();

        /** Of the bytes, in hexadecimal: what the audit log has of them. */
        String sha256();

        InputStream bytes();

        @Override
        void close();
    }

    /** How long {@code data} is good for. */
    public sealed interface Term {
        /** Stops working when its lease ends: the answer gets a lease id, and {@code revocation} is replayed at the end. */
        record Leased(Duration ttl, Duration maxTtl, boolean renewable, Revocation revocation) implements Term {}

        /** A lease that exists, with its new end. */
        record Renewed(String leaseId, Duration ttl, boolean renewable) implements Term {}

        /** No lease; the caller is told when to look again. */
        record Advised(Duration ttl) implements Term {}
    }

    /** What {@link Revocable#revoke} needs later; plain data, because it outlives this process. Not for secrets. */
    public record Revocation(String kind, Map<String, String> handle) {}

    /** The {@code auth} part of an answer. */
    public sealed interface Auth {}

    /**
     * A login that succeeded: the server makes the token, within the mount's bounds, in the same transaction.
     *
     * @param alias who it is, in the one form that this method has for them; empty for nobody in particular, who then has no entity
     * @param aliasMetadata kept with the alias, for templates in policies
     * @param groups names that the method's source has for the groups they are in
     * @param metadata shown in look-ups and audit
     * @param run what they do it for, if signed claims tell: {@code airflow/dag/task/run}; empty when they do not
     * @param handle what {@link AuthMethod#renew} needs later; plain data, not for secrets
     * @param settle runs on the mount's entries in the token's transaction, before the token is made
     */
    public record Login(String alias, TokenTerms terms, String displayName, Map<String, String> aliasMetadata, List<String> groups, Map<String, String> metadata, String run,
            Map<String, String> handle, Consumer<Storage.Writer> settle) implements Auth {

        public static Login of(String alias, TokenTerms terms) {
            return new Login(alias, terms, "", Map.of(), List.of(), Map.of(), "", Map.of(), _ -> {});
        }

        public Login displayName(String name) {
            return new Login(alias, terms, name, aliasMetadata, groups, metadata, run, handle, settle);
        }

        public Login aliasMetadata(Map<String, String> known) {
            return new Login(alias, terms, displayName, known, groups, metadata, run, handle, settle);
        }

        public Login groups(List<String> names) {
            return new Login(alias, terms, displayName, aliasMetadata, names, metadata, run, handle, settle);
        }

        public Login metadata(Map<String, String> shown) {
            return new Login(alias, terms, displayName, aliasMetadata, groups, shown, run, handle, settle);
        }

        public Login run(String name) {
            return new Login(alias, terms, displayName, aliasMetadata, groups, metadata, name, handle, settle);
        }

        public Login handle(Map<String, String> kept) {
            return new Login(alias, terms, displayName, aliasMetadata, groups, metadata, run, kept, settle);
        }

        /**
         * For a login whose proof was checked outside of the token's transaction: looks whether what it went by still stands, and writes
         * what the login changes. Refuses by throwing a problem; then there is no token. May run more than once.
         */
        public Login settle(Consumer<Storage.Writer> last) {
            return new Login(alias, terms, displayName, aliasMetadata, groups, metadata, run, handle, last);
        }
    }

    /** A token that exists: just made, renewed, or told about. An empty {@code clientToken} is not shown. */
    public record Issued(
            Secret clientToken,
            String accessor,
            List<String> policies,
            List<String> tokenPolicies,
            List<String> identityPolicies,
            Map<String, String> metadata,
            Duration ttl,
            boolean renewable,
            String entityId,
            String tokenType,
            boolean orphan,
            long numUses,
            Optional<Factors> factors)
            implements Auth {

        /** What a login is told that has to prove more first: everything but a token. */
        public Issued asking(Factors asked) {
            return new Issued(Secret.copyOf(""), "", policies, tokenPolicies, identityPolicies, metadata, Duration.ZERO, false, entityId, tokenType, orphan, numUses, Optional.of(asked));
        }
    }

    /**
     * What a login still has to prove: of each constraint, one of its factors.
     *
     * @param requestId under which the login waits
     */
    public record Factors(String requestId, Map<String, List<One>> constraints) {
        public record One(String type, String id, boolean usesPasscode, String name) {}
    }

    public static <O extends Record> Reply<O> of(O data) {
        return new Reply<>(Optional.of(data), Optional.empty(), Optional.empty(), Optional.empty(), List.of(), 0, List.of(), List.of(), List.of());
    }

    public static <O extends Record> Reply<O> nothing() {
        return new Reply<>(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), List.of(), 0, List.of(), List.of(), List.of());
    }

    public static <O extends Record> Reply<O> auth(Auth auth) {
        return new Reply<>(Optional.empty(), Optional.empty(), Optional.of(auth), Optional.empty(), List.of(), 0, List.of(), List.of(), List.of());
    }

    public static <O extends Record> Reply<O> raw(int status, String contentType, byte[] body) {
        return raw(new Raw(status, contentType, body, Map.of()));
    }

    public static <O extends Record> Reply<O> raw(Raw raw) {
        return new Reply<>(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(raw), List.of(), 0, List.of(), List.of(), List.of());
    }

    public static <O extends Record> Reply<O> raw(int status, String contentType, byte[] body, Map<String, String> headers) {
        return raw(new Raw(status, contentType, body, headers));
    }

    /** Messages over a WebSocket, for a client that asked for one. */
    public static <O extends Record> Reply<O> stream(Stream stream) {
        return raw(new Raw(SWITCHING_PROTOCOLS, "", new byte[0], Map.of(), Optional.empty(), Optional.of(stream)));
    }

    public Reply<O> tell(Event event) {
        var all = new ArrayList<>(events);
        all.add(event);
        return new Reply<>(data, term, auth, raw, warnings, status, List.copyOf(all), rotations, rotatedNoMore);
    }

    /** From now on the server rotates something of this mount ({@link Rotating}), or on another schedule than before. */
    public Reply<O> rotates(Rotation rotation) {
        var all = new ArrayList<>(rotations);
        all.add(rotation);
        return new Reply<>(data, term, auth, raw, warnings, status, events, List.copyOf(all), rotatedNoMore);
    }

    /** Something of this mount that was rotated is gone, or is left as it is. */
    public Reply<O> rotatesNoMore(String what) {
        var all = new ArrayList<>(rotatedNoMore);
        all.add(what);
        return new Reply<>(data, term, auth, raw, warnings, status, events, rotations, List.copyOf(all));
    }

    public static <O extends Record> Reply<O> download(String contentType, Download download) {
        return raw(new Raw(200, contentType, new byte[0], Map.of(), Optional.of(download), Optional.empty()));
    }

    public Reply<O> until(Term term) {
        return new Reply<>(data, Optional.of(term), auth, raw, warnings, status, events, rotations, rotatedNoMore);
    }

    public Reply<O> status(int status) {
        return new Reply<>(data, term, auth, raw, warnings, status, events, rotations, rotatedNoMore);
    }

    public Reply<O> warn(String warning) {
        var all = new ArrayList<>(warnings);
        all.add(warning);
        return new Reply<>(data, term, auth, raw, List.copyOf(all), status, events, rotations, rotatedNoMore);
    }

    public Reply<O> warn(List<String> more) {
        var reply = this;
        for (var warning : more) reply = reply.warn(warning);
        return reply;
    }
}
