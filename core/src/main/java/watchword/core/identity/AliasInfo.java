package watchword.core.identity;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import watchword.core.mount.MountEntry;
import watchword.sdk.Storage;

/** What lists tell of aliases, and how one may be asked for. */
final class AliasInfo {
    private AliasInfo() {}

    /** What to tell of an alias of an identity. */
    interface Telling {
        Map<String, Object> of(Storage.Reader store, AliasRow alias, String owner);
    }

    static Map<String, Object> named(IdentityStore identities, Storage.Reader store, AliasRow alias) {
        var info = new LinkedHashMap<String, Object>();
        info.put("id", alias.id());
        info.put("name", alias.name());
        info.put("mount_accessor", alias.mountAccessor());
        addMount(info, identities.mounts.byAccessor(store, alias.mountAccessor()));
        return info;
    }

    static Map<String, Object> whole(IdentityStore identities, Storage.Reader store, AliasRow alias, String owner) {
        var info = new LinkedHashMap<String, Object>();
        info.put("name", alias.name());
        info.put("canonical_id", owner);
        info.put("mount_accessor", alias.mountAccessor());
        info.put("custom_metadata", alias.customMetadata());
        info.put("metadata", alias.metadata());
        info.put("local", alias.local());
        addMount(info, identities.mounts.byAccessor(store, alias.mountAccessor()));
        return info;
    }

    private static void addMount(Map<String, Object> info, Optional<MountEntry> mount) {
        mount.ifPresent(entry -> {
            info.put("mount_type", entry.type());
            info.put("mount_path", entry.path());
        });
    }
}
