package watchword.core.seal;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import watchword.core.barrier.Barrier;
import watchword.core.wire.Rows;
import watchword.crypto.Aead;
import watchword.crypto.Shamir;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * The way from shares, or from an auto-unseal key, to an open {@link Barrier}. Works on the store below the barrier. Any thread; the
 * moves are rare and take turns.
 */
public final class Seal {
    static final int KEY_BYTES = 32;
    private static final String WRAPPED_ROOT = "barrier/root-key";
    private static final String WRAPPED_RECOVERY = "barrier/recovery-key";

    private final Rows<SealConfig> configs = new Rows<>("barrier/", SealConfig.class);
    private final Storage inner;
    private final Optional<Secret> staticKey;
    private final SecureRandom random;
    private final InstantSource clock;
    private @Nullable Quorum unsealing;

    /** @param staticKey 32 bytes that unseal without people, for {@code seal "static"} */
    public Seal(Storage inner, Optional<Secret> staticKey, SecureRandom random, InstantSource clock) {
        this.inner = inner;
        this.staticKey = staticKey;
        this.random = random;
        this.clock = clock;
    }

    /** What an operator asks for at the beginning. */
    public record Shares(int shares, int threshold) {
        void require(String what) {
            if (shares < 1) throw new Problem.Invalid("invalid " + what + " configuration: shares must be at least one").asException();
            if (threshold < 1) throw new Problem.Invalid("invalid " + what + " configuration: threshold must be at least one").asException();
            if (shares > 255 || threshold > 255) throw new Problem.Invalid("invalid " + what + " configuration: shares must be less than 256").asException();
            if (threshold > shares) throw new Problem.Invalid("invalid " + what + " configuration: threshold cannot be larger than shares").asException();
            if (shares > 1 && threshold == 1) throw new Problem.Invalid("invalid " + what + " configuration: threshold must be greater than one for multiple shares").asException();
        }
    }

    /** The shares, for the one time they can be seen, and the open barrier. */
    public record Initialized(List<Secret> shares, Barrier barrier) {}

    public boolean isInitialized() {
        return config().isPresent();
    }

    Optional<SealConfig> config() {
        return inner.read(tx -> configs.get(tx, "seal"));
    }

    public boolean isAuto() {
        return staticKey.isPresent();
    }

    /** Makes root key, keyring and shares; {@code alongside} writes what a new server has, through the barrier, before anything is told. */
    public synchronized Initialized initialize(Shares wanted, Consumer<Storage.Writer> alongside) {
        wanted.require(isAuto() ? "recovery" : "seal");
        if (isInitialized()) throw new Problem.Invalid("Vault is already initialized").asException();
        var rootKey = randomKey();
        var shared = isAuto() ? randomKey() : rootKey;
        inner.update(tx -> {
            Barrier.create(tx, rootKey, random, clock.instant());
            configs.put(tx, "seal", new SealConfig(isAuto() ? "static" : "shamir", wanted.shares(), wanted.threshold()));
            staticKey.ifPresent(key -> {
                wrap(tx, WRAPPED_ROOT, key, rootKey);
                wrap(tx, WRAPPED_RECOVERY, key, shared);
            });
        });
        var barrier = Barrier.open(inner, rootKey, random).orElseThrow();
        barrier.update(alongside);
        return new Initialized(split(shared, wanted), barrier);
    }

    private Secret randomKey() {
        var key = new byte[KEY_BYTES];
        random.nextBytes(key);
        return Secret.owning(key);
    }

    private void wrap(Storage.Writer tx, String name, Secret key, Secret content) {
        tx.put(name, key.use(k -> content.use(c -> Aead.seal(k, name, c, random))));
    }

    private Optional<Secret> unwrap(String name, Secret key) {
        return inner.read(tx -> tx.get(name)).flatMap(sealed -> key.use(k -> Aead.open(k, name, sealed))).map(Secret::owning);
    }

    List<Secret> split(Secret key, Shares wanted) {
        return key.use(bytes -> wanted.shares() == 1
                ? List.of(Secret.owning(bytes.clone()))
                : Shamir.split(bytes, wanted.shares(), wanted.threshold(), random).stream().map(Secret::owning).toList());
    }

    /** Opens the barrier with the key the server was started with. */
    public synchronized Optional<Barrier> autoUnseal() {
        if (staticKey.isEmpty() || !isInitialized()) return Optional.empty();
        var root = unwrap(WRAPPED_ROOT, staticKey.get())
                .orElseThrow(() -> new Problem.Unavailable("the static seal key does not open this store").asException());
        return Barrier.open(inner, root, random);
    }

    /** Adds a share. @return the barrier, once there are enough; the right ones */
    public synchronized Optional<Barrier> unseal(String share) {
        var config = config().orElseThrow(() -> new Problem.Invalid("Vault is not initialized").asException());
        if (!config.isShamir()) throw new Problem.Invalid("this server unseals itself; its recovery keys cannot unseal it").asException();
        var quorum = unsealing;
        if (quorum == null) quorum = unsealing = new Quorum(config.threshold(), newNonce());
        var root = quorum.add(Quorum.parse(share));
        if (root.isEmpty()) return Optional.empty();
        unsealing = null;
        if (root.get().size() != KEY_BYTES) throw new Problem.Invalid("Unseal failed, invalid key").asException();
        return Optional.of(Barrier.open(inner, root.get(), random).orElseThrow(() -> new Problem.Invalid("Unseal failed, invalid key").asException()));
    }

    public synchronized void resetUnseal() {
        if (unsealing != null) unsealing.clear();
        unsealing = null;
    }

    synchronized int unsealProgress() {
        return unsealing == null ? 0 : unsealing.progress();
    }

    synchronized String unsealNonce() {
        return unsealing == null ? "" : unsealing.nonce();
    }

    String newNonce() {
        var bytes = new byte[16];
        random.nextBytes(bytes);
        var both = java.nio.ByteBuffer.wrap(bytes);
        return new UUID(both.getLong() & 0xffffffffffff0fffL | 0x4000L, both.getLong() & 0x3fffffffffffffffL | 0x8000000000000000L).toString();
    }

    /** Whether {@code candidate} is what the quorum's shares make: the root key, or with auto-unseal the recovery key. */
    boolean isQuorumKey(Secret candidate, Barrier barrier) {
        var expected = staticKey.isPresent() ? unwrap(WRAPPED_RECOVERY, staticKey.get()).orElseThrow() : barrier.rootKey();
        return expected.use(e -> candidate.use(c -> MessageDigest.isEqual(e, c)));
    }

    /** New shares, of a new root key (or recovery key). @return the barrier to go on with */
    Barrier rekey(Barrier barrier, Secret newKey, Shares wanted) {
        var config = new SealConfig(isAuto() ? "static" : "shamir", wanted.shares(), wanted.threshold());
        if (staticKey.isPresent()) {
            inner.update(tx -> {
                configs.put(tx, "seal", config);
                wrap(tx, WRAPPED_RECOVERY, staticKey.get(), newKey);
            });
            return barrier;
        }
        return barrier.rekeyed(newKey, tx -> configs.put(tx, "seal", config));
    }

    Secret newKey() {
        return randomKey();
    }
}
