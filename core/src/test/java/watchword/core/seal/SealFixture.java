package watchword.core.seal;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import watchword.core.barrier.Barrier;
import watchword.core.barrier.RollbackGuard;
import watchword.crypto.LockedKey;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.storage.MemoryStorage;
import watchword.testkit.TestClock;

/** A store and the seals that are tried on it. */
final class SealFixture {
    static final byte[] VALUE = "canary-value".getBytes(StandardCharsets.UTF_8);

    final TestClock clock = new TestClock();
    final SecureRandom random = new SecureRandom();
    Storage store = new MemoryStorage();
    RollbackGuard guard = RollbackGuard.none();

    Seal shamir() {
        return seal(Optional.empty(), Optional.empty());
    }

    Seal auto(AutoSeal auto) {
        return seal(Optional.of(auto), Optional.empty());
    }

    Seal seal(Optional<AutoSeal> auto, Optional<AutoSeal> retired) {
        return new Seal(store, new Seal.Options(auto, retired, guard), random, clock);
    }

    StaticSeal.Key key(String id) {
        return new StaticSeal.Key(id, LockedKey.generate(random, 32).use(bytes -> Secret.owning(bytes.clone())));
    }

    StaticSeal staticSeal(StaticSeal.Key current) {
        return new StaticSeal(current, Optional.empty(), random);
    }

    static Seal.InitRequest shares(int shares, int threshold) {
        return new Seal.InitRequest(new Shares(shares, threshold), new Shares(0, 0), 0);
    }

    static Seal.InitRequest recovery(int shares, int threshold) {
        return new Seal.InitRequest(new Shares(0, 0), new Shares(shares, threshold), 0);
    }

    Seal.Initialized<String> init(Seal seal, Seal.InitRequest request) {
        return seal.initialize(request, barrier -> {
            barrier.update(tx -> tx.put("logical/first", VALUE));
            return "root token";
        });
    }

    static Secret hex(Secret share) {
        return share.use(bytes -> Secret.copyOf(HexFormat.of().formatHex(bytes)));
    }

    static Secret base64(Secret share) {
        return share.use(bytes -> Secret.copyOf(Base64.getEncoder().encodeToString(bytes)));
    }

    /** Gives shares until the seal opens. */
    static Optional<Barrier> unseal(Seal seal, List<Secret> shares) {
        Optional<Barrier> opened = Optional.empty();
        for (var share : shares) opened = seal.unseal(hex(share), false);
        return opened;
    }

    static byte[] first(Barrier barrier) {
        return barrier.<byte[]>read(tx -> tx.get("logical/first").orElseThrow());
    }
}
