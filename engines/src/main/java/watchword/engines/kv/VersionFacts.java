package watchword.engines.kv;

import java.time.Instant;
import java.util.Map;
import watchword.sdk.Doc;
import watchword.sdk.OrNull;

/** A version as answers tell of it. */
record VersionFacts(
        @Doc("When the version was written.") Instant createdTime,
        @Doc("The client's own pairs beside the secret.") @OrNull Map<String, String> customMetadata,
        @Doc("When the version was deleted, or will be; empty when never.") String deletionTime,
        @Doc("Whether its data is gone for good.") boolean destroyed,
        @Doc("Number of the version, from 1.") long version) {

    static VersionFacts of(Metadata metadata, Version version) {
        return new VersionFacts(version.created(), metadata.custom(), version.deletionTime(), version.destroyed(), version.number());
    }
}
