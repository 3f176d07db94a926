package watchword.engines.kv;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import watchword.sdk.Doc;
import watchword.sdk.GoDuration;
import watchword.sdk.OrNull;

/** A secret's metadata as answers tell it; every field is there, since clients count on each. */
record MetadataFacts(
        @Doc("Whether every write of the secret must say which version it replaces.") boolean casRequired,
        @Doc("When the secret or its metadata was first written.") Instant createdTime,
        @Doc("How often the metadata was written.") long currentMetadataVersion,
        @Doc("Number of the newest version; 0 when there is none.") long currentVersion,
        @Doc("The client's own pairs beside the secret.") @OrNull Map<String, String> customMetadata,
        @Doc("How long a new version lives, as in 3h12m10s; 0s for as long as the mount says.") String deleteVersionAfter,
        @Doc("How many versions are kept; as the mount says when 0.") long maxVersions,
        @Doc("Whether every write of the metadata must say which version of it it replaces.") boolean metadataCasRequired,
        @Doc("Number of the oldest version kept; 0 while none had to go.") long oldestVersion,
        @Doc("When the secret or its metadata was last written.") Instant updatedTime,
        @Doc("Each version by its number.") Map<String, Each> versions) {

    record Each(
            @Doc("When the version was written.") Instant createdTime,
            @Doc("When the version was deleted, or will be; empty when never.") String deletionTime,
            @Doc("Whether its data is gone for good.") boolean destroyed) {}

    static MetadataFacts of(Metadata metadata) {
        var versions = new LinkedHashMap<String, Each>();
        for (var version : metadata.versions()) {
            versions.put(Long.toString(version.number()), new Each(version.created(), version.deletionTime(), version.destroyed()));
        }
        var settings = metadata.settings();
        return new MetadataFacts(settings.casRequired(), metadata.created(), metadata.metadataVersion(), metadata.currentVersion(),
                metadata.custom(), GoDuration.format(settings.deleteVersionAfter()), settings.maxVersions(), settings.metadataCasRequired(),
                metadata.oldestVersion(), metadata.updated(), versions);
    }
}
