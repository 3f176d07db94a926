package watchword.crypto;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import watchword.sdk.Secret;

/**
 * The keys that everything in the store is encrypted under: one for each term, of which the newest encrypts and all decrypt; and the key
 * from which keys for other purposes are derived, which stays the same for the life of the store.
 *
 * <p>Immutable; a change makes another keyring that shares the keys, so only the last one of a line is closed. Any thread.
 */
public final class Keyring implements AutoCloseable {
    private static final byte VERSION = 1;
    private static final int HEAD_BYTES = 1 + Aead.KEY_BYTES + 8 + 8 + 1 + 4;
    private static final int TERM_BYTES = 4 + 8 + 4 + 8 + Aead.KEY_BYTES;

    /**
     * What is known of a term besides its key.
     *
     * @param encryptions how many encryptions under it have been set aside: at least as many as were made
     */
    public record Term(int number, Instant installed, long encryptions) {}

    private record Held(Term facts, Aead aead) {}

    private final LockedKey deriving;
    private final RotationPolicy policy;
    private final Map<Integer, Held> terms;
    private final Held active;

    private Keyring(LockedKey deriving, RotationPolicy policy, TreeMap<Integer, Held> terms) {
        this.deriving = deriving;
        this.policy = policy;
        this.terms = Map.copyOf(terms);
        this.active = terms.lastEntry().getValue();
    }

    /** A keyring with one new key, of term 1. */
    public static Keyring generate(SecureRandom random, Instant now) {
        var first = new TreeMap<Integer, Held>();
        var deriving = LockedKey.generate(random, Aead.KEY_BYTES);
        first.put(1, new Held(new Term(1, now, 0), aead(LockedKey.generate(random, Aead.KEY_BYTES))));
        return new Keyring(deriving, RotationPolicy.DEFAULT, first);
    }

    private static Aead aead(LockedKey key) {
        return new Aead(key, Aead.Use.OFTEN);
    }

    /** With a new key, of the next term, to encrypt under from now on. */
    public Keyring rotated(SecureRandom random, Instant now) {
        var more = new TreeMap<>(terms);
        int next = Math.addExact(active.facts.number(), 1);
        more.put(next, new Held(new Term(next, now, 0), aead(LockedKey.generate(random, Aead.KEY_BYTES))));
        return new Keyring(deriving, policy, more);
    }

    public Keyring withPolicy(RotationPolicy changed) {
        return new Keyring(deriving, changed, new TreeMap<>(terms));
    }

    /** With {@code more} encryptions set aside (or, if negative, given back) for {@code term}. */
    public Keyring reserving(int term, long more) {
        var changed = new TreeMap<>(terms);
        changed.computeIfPresent(term, (_, held) -> new Held(
                new Term(term, held.facts.installed(), Math.max(0, held.facts.encryptions() + more)), held.aead));
        return new Keyring(deriving, policy, changed);
    }

    public Term active() {
        return active.facts;
    }

    public RotationPolicy policy() {
        return policy;
    }

    /** Whether records of this term can be read. */
    public boolean knows(int term) {
        return terms.containsKey(term);
    }

    /** The term of a record as stored; -1 if it is no record. */
    public static int termOf(byte[] record) {
        return Records.term(record);
    }

    /** Encrypts under the active term. {@code name} is authenticated, so that records cannot be exchanged. */
    public byte[] encrypt(String name, byte[] value, SecureRandom random) {
        return Records.encrypt(active.aead, active.facts.number(), name.getBytes(StandardCharsets.UTF_8), value, random);
    }

    /** The value, or nothing when the record is not what was once encrypted under this name, whatever the reason. */
    public Optional<byte[]> decrypt(String name, byte[] record) {
        var held = terms.get(Records.term(record));
        return held == null ? Optional.empty() : Records.decrypt(held.aead, name.getBytes(StandardCharsets.UTF_8), record);
    }

    /** The key for another purpose, the same for the life of the store; see {@link Hkdf#derive}. */
    public LockedKey derive(String label, int bytes) {
        return Hkdf.derive(deriving, label, bytes);
    }

    /** Everything, in clear: for {@link KeyWrap} alone. */
    public Secret encode() {
        var buffer = ByteBuffer.allocate(HEAD_BYTES + terms.size() * TERM_BYTES);
        buffer.put(VERSION);
        put(buffer, deriving);
        buffer.putLong(policy.maxOperations()).putLong(policy.interval().toSeconds()).put((byte) (policy.enabled() ? 1 : 0));
        buffer.putInt(terms.size());
        for (var held : new TreeMap<>(terms).values()) {
            var facts = held.facts;
            buffer.putInt(facts.number()).putLong(facts.installed().getEpochSecond()).putInt(facts.installed().getNano());
            buffer.putLong(facts.encryptions());
            put(buffer, held.aead.key());
        }
        return Secret.owning(buffer.array());
    }

    private static void put(ByteBuffer buffer, LockedKey key) {
        key.use(buffer::put);
    }

    /** @throws IllegalArgumentException when these are not the bytes of a keyring; they were authenticated, so a newer server wrote them */
    public static Keyring decode(Secret encoded) {
        return encoded.use(bytes -> decode(ByteBuffer.wrap(bytes)));
    }

    private static Keyring decode(ByteBuffer buffer) {
        try {
            if (buffer.get() != VERSION) throw new IllegalArgumentException("a keyring of a newer version of this server");
            var deriving = key(buffer);
            var policy = new RotationPolicy(buffer.getLong(), Duration.ofSeconds(buffer.getLong()), buffer.get() == 1);
            var terms = new TreeMap<Integer, Held>();
            for (int left = buffer.getInt(); left > 0; left--) {
                var facts = new Term(buffer.getInt(), Instant.ofEpochSecond(buffer.getLong(), buffer.getInt()), buffer.getLong());
                terms.put(facts.number(), new Held(facts, aead(key(buffer))));
            }
            if (terms.isEmpty() || buffer.hasRemaining()) throw new IllegalArgumentException("not a keyring");
            return new Keyring(deriving, policy, terms);
        } catch (BufferUnderflowException | DateTimeException damaged) {
            throw new IllegalArgumentException("not a keyring", damaged);
        }
    }

    private static LockedKey key(ByteBuffer buffer) {
        var key = new byte[Aead.KEY_BYTES];
        buffer.get(key);
        return LockedKey.taking(key);
    }

    /**
     * This keyring, with the keys that {@code held} has already in place of its own copies. {@code held} must not be closed any more, for
     * its keys live on in the result.
     */
    public Keyring sharing(Keyring held) {
        var shared = new TreeMap<>(terms);
        shared.replaceAll((term, mine) -> {
            var theirs = held.terms.get(term);
            if (theirs == null) return mine;
            mine.aead.close();
            return new Held(mine.facts, theirs.aead);
        });
        deriving.close();
        return new Keyring(held.deriving, policy, shared);
    }

    @Override
    public void close() {
        deriving.close();
        terms.values().forEach(held -> held.aead.close());
    }
}
