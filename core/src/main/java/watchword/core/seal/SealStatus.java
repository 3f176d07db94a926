package watchword.core.seal;

import java.util.Optional;
import watchword.core.sys.BootApi;
import watchword.core.sys.ServerInfo;

/**
 * {@code sys/seal-status}, as every client reads it first.
 *
 * @param type {@code shamir}, {@code static}
 * @param t threshold of the shares that a quorum gives; with an auto-seal those of the recovery key
 * @param n their number
 * @param progress shares given to the unseal under way
 * @param nonce of the unseal under way; empty if none is
 * @param migration whether the next unseal moves the root key to another seal
 * @param recoverySeal whether a quorum gives shares of a recovery key, which cannot unseal
 */
public record SealStatus(String type, boolean initialized, boolean sealed, int t, int n, int progress, String nonce, boolean migration, boolean recoverySeal) {

    /** The answer; what names the cluster is told by an unsealed server alone. */
    public BootApi.SealFacts answer(ServerInfo info) {
        Optional<String> name = sealed ? Optional.empty() : Optional.of(info.clusterName());
        Optional<String> id = sealed ? Optional.empty() : Optional.of(info.clusterId());
        Optional<String> recovery = recoverySeal ? Optional.of(SealRecord.SHAMIR) : Optional.empty();
        return new BootApi.SealFacts(type, initialized, sealed, t, n, progress, nonce, info.compatibleVersion(), "", migration, name, id, recoverySeal, recovery, info.storageType(), info.version());
    }
}
