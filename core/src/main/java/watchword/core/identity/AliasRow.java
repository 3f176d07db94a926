package watchword.core.identity;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A name that an auth mount has for an entity, or for a group; part of the row of whom it names.
 *
 * @param name exactly as the mount tells it: which of its names are the same is for the auth method to say
 * @param metadata what the last login told of them
 * @param customMetadata what an operator says of them
 * @param mergedFrom ids of entities that were merged away and had it
 */
record AliasRow(String id, String name, String mountAccessor, Map<String, String> metadata, Map<String, String> customMetadata, List<String> mergedFrom, boolean local, Instant created,
        Instant updated) {

    boolean isOf(String accessor) {
        return mountAccessor.equals(accessor);
    }

    AliasRow toldOf(Map<String, String> known, Instant now) {
        return new AliasRow(id, name, mountAccessor, known, customMetadata, mergedFrom, local, created, now);
    }

    AliasRow changed(String newName, String newAccessor, Map<String, String> newCustomMetadata, boolean nowLocal, Instant now) {
        return new AliasRow(id, newName, newAccessor, metadata, newCustomMetadata, mergedFrom, nowLocal, created, now);
    }

    AliasRow mergedFrom(String entityId) {
        var all = new ArrayList<>(mergedFrom);
        all.add(entityId);
        return new AliasRow(id, name, mountAccessor, metadata, customMetadata, List.copyOf(all), local, created, updated);
    }
}
