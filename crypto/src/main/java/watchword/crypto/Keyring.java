package watchword.crypto;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys of the barrier, one for each term; the newest seals, all open. Immutable but for the count of messages sealed. Any thread.
 *
 * <p>A sealed record ({@code spec/barrier-record.md}) is {@code 0x01 || term (4 bytes) || nonce || ciphertext || tag}; its name is
 * associated data, so records cannot change places.
 */
public final class Keyring {
    /** Well below what one key may seal (NIST SP 800-38D section 8.3: 2^32). */
    public static final long ROTATE_AT = 1L << 31;

    private static final byte VERSION = 1;
    private static final int HEADER = 5;

    private record Term(byte[] key, SecretKeySpec spec, Instant installed) {}

    private final TreeMap<Integer, Term> terms;
    private final Term active;
    private final int term;
    private final AtomicLong sealedByActive;

    private Keyring(TreeMap<Integer, Term> terms, long sealedByActive) {
        this.terms = terms;
        this.term = terms.lastKey();
        this.active = terms.lastEntry().getValue();
        this.sealedByActive = new AtomicLong(sealedByActive);
    }

    public static Keyring generate(SecureRandom random, Instant now) {
        var terms = new TreeMap<Integer, Term>();
        terms.put(1, newTerm(random, now));
        return new Keyring(terms, 0);
    }

    private static Term newTerm(SecureRandom random, Instant now) {
        var key = new byte[Aead.KEY_BYTES];
        random.nextBytes(key);
        return new Term(key, new SecretKeySpec(key, "AES"), now);
    }

    /** The keyring with a new term, which seals from then on. */
    public Keyring rotated(SecureRandom random, Instant now) {
        var more = new TreeMap<>(terms);
        more.put(term + 1, newTerm(random, now));
        return new Keyring(more, 0);
    }

    public int term() {
        return term;
    }

    public Instant installed() {
        return active.installed();
    }

    public long encryptions() {
        return sealedByActive.get();
    }

    public byte[] seal(String name, byte[] plain, SecureRandom random) {
        sealedByActive.incrementAndGet();
        var record = Aead.seal(active.spec(), name, plain, random, HEADER);
        record[0] = VERSION;
        ByteBuffer.wrap(record).putInt(1, term);
        return record;
    }

    /** Empty for anything that was not sealed by this keyring under this name. */
    public Optional<byte[]> open(String name, byte[] record) {
        if (record.length < HEADER || record[0] != VERSION) return Optional.empty();
        var by = terms.get(ByteBuffer.wrap(record).getInt(1));
        return by == null ? Optional.empty() : Aead.open(by.spec(), name, record, HEADER);
    }

    /** All keys, in clear: only to be sealed under the root key. {@code count || (term || installed millis || key)*}. */
    public byte[] encode() {
        var out = ByteBuffer.allocate(8 + terms.size() * (4 + 8 + Aead.KEY_BYTES));
        out.putLong(sealedByActive.get());
        terms.forEach((number, each) -> out.putInt(number).putLong(each.installed().toEpochMilli()).put(each.key()));
        return out.array();
    }

    /** @param slack added to the count, for what was sealed after it was last saved */
    public static Keyring decode(byte[] encoded, long slack) {
        var in = ByteBuffer.wrap(encoded);
        long count = in.getLong();
        var terms = new TreeMap<Integer, Term>();
        while (in.hasRemaining()) {
            int number = in.getInt();
            var installed = Instant.ofEpochMilli(in.getLong());
            var key = new byte[Aead.KEY_BYTES];
            in.get(key);
            terms.put(number, new Term(key, new SecretKeySpec(key, "AES"), installed));
        }
        return new Keyring(terms, count + slack);
    }

    /** Overwrites our copies of the keys; the cipher provider's are beyond reach. */
    public void clear() {
        for (Map.Entry<Integer, Term> each : terms.entrySet()) Arrays.fill(each.getValue().key(), (byte) 0);
    }
}
