package watchword.core.seal;

import java.util.LinkedHashMap;
import java.util.Map;
import watchword.core.sys.ServerInfo;

/** {@code sys/seal-status}, as every client reads it first. */
public final class SealStatus {
    private SealStatus() {}

    public static Map<String, Object> of(Seal seal, boolean sealed, ServerInfo info) {
        var config = seal.config();
        var status = new LinkedHashMap<String, Object>();
        status.put("type", config.map(SealConfig::type).orElse(seal.isAuto() ? "static" : "shamir"));
        status.put("initialized", config.isPresent());
        status.put("sealed", sealed);
        status.put("t", config.map(c -> (long) c.threshold()).orElse(0L));
        status.put("n", config.map(c -> (long) c.shares()).orElse(0L));
        status.put("progress", (long) seal.unsealProgress());
        status.put("nonce", seal.unsealNonce());
        status.put("version", info.compatibleVersion());
        status.put("commit_date", "");
        status.put("migration", false);
        if (!sealed) {
            status.put("cluster_name", info.clusterName());
            status.put("cluster_id", info.clusterId());
        }
        status.put("recovery_seal", seal.isAuto());
        status.put("storage_type", info.storageType());
        return status;
    }
}
