package watchword.core.seal;

import java.util.LinkedHashMap;
import java.util.Map;
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
    public Map<String, Object> answer(ServerInfo info) {
        var answer = new LinkedHashMap<String, Object>();
        answer.put("type", type);
        answer.put("initialized", initialized);
        answer.put("sealed", sealed);
        answer.put("t", (long) t);
        answer.put("n", (long) n);
        answer.put("progress", (long) progress);
        answer.put("nonce", nonce);
        answer.put("version", info.compatibleVersion());
        answer.put("commit_date", "");
        answer.put("migration", migration);
        if (!sealed) {
            answer.put("cluster_name", info.clusterName());
            answer.put("cluster_id", info.clusterId());
        }
        answer.put("recovery_seal", recoverySeal);
        if (recoverySeal) answer.put("recovery_seal_type", SealRecord.SHAMIR);
        answer.put("storage_type", info.storageType());
        return answer;
    }
}
