package watchword.core.seal;

import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import watchword.crypto.KeyWrap;
import watchword.crypto.LockedKey;
import watchword.crypto.Shamir;
import watchword.sdk.Secret;

/** Makes root and unseal keys, and wraps the root key so that it may lie in the store: by shares, or by the configured auto-seal. */
final class RootKeys {
    private final Seal.Options options;
    private final SecureRandom random;

    RootKeys(Seal.Options options, SecureRandom random) {
        this.options = options;
        this.random = random;
    }

    Secret newKey() {
        var key = new byte[Share.KEY_BYTES];
        random.nextBytes(key);
        return Secret.owning(key);
    }

    List<Secret> split(Secret key, Shares into) {
        return Shamir.split(key, into.shares(), into.threshold(), random);
    }

    /** The root key wrapped by an unseal key. */
    SealRecord byShares(Secret root, Secret unsealKey, Shares shares) {
        try (var wrap = new KeyWrap(LockedKey.copyOf(unsealKey))) {
            return SealRecord.of(SealRecord.SHAMIR, "", shares, Shares.NONE, name -> wrap.wrap(name, root, random));
        }
    }

    SealRecord byAuto(AutoSeal auto, Secret root, Shares recovery) {
        return SealRecord.of(auto.type(), auto.keyId(), Shares.NONE, recovery, name -> auto.wrap(name, root));
    }

    Optional<Secret> unwrapByKey(SealRecord record, Secret unsealKey) {
        try (var wrap = new KeyWrap(LockedKey.copyOf(unsealKey))) {
            return wrap.unwrap(record.name(), record.wrapped());
        }
    }

    private static Optional<Secret> unwrapBy(AutoSeal auto, SealRecord record) {
        if (!auto.type().equals(record.type())) return Optional.empty();
        return auto.unwrap(record.keyId(), record.name(), record.wrapped()).filter(root -> root.size() == Share.KEY_BYTES);
    }

    /** By the auto-seal that keeps it, or the one that kept it before. */
    Optional<Secret> unwrapByConfigured(SealRecord record) {
        return options.auto().flatMap(auto -> unwrapBy(auto, record)).or(() -> options.retired().flatMap(auto -> unwrapBy(auto, record)));
    }
}
