package watchword.core.sys;

import java.time.Duration;
import java.time.Instant;

/**
 * What a server is and was told.
 *
 * @param compatibleVersion the version that clients of the field's API are told; some switch features on by it
 * @param storageType as {@code seal-status} tells it
 */
public record ServerInfo(
        String version,
        String compatibleVersion,
        String clusterName,
        String clusterId,
        String storageType,
        String apiAddress,
        Instant started,
        Duration defaultTtl,
        Duration maxTtl) {}
