package watchword.core.identity;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import watchword.core.mount.MountEntry;
import watchword.sdk.Problem;
import watchword.sdk.Storage;

/** What lists tell of aliases, and how one may be asked for. */
final class AliasInfo {
    private AliasInfo() {}

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

    /** @throws Problem.ProblemException unless it is one of: an id, a name, an alias's id, an alias's name with its mount */
    static void requireOneQuery(Optional<String> id, Optional<String> name, Optional<String> aliasId, Optional<String> aliasName, Optional<String> accessor) {
        long asked = Stream.of(id, name, aliasId, aliasName, accessor).filter(Optional::isPresent).count();
        if (asked == 0) throw new Problem.Invalid("query parameter not supplied").asException();
        boolean both = aliasName.isPresent() && accessor.isPresent();
        if (asked > 2 || (asked == 2 && !both)) throw new Problem.Invalid("query parameter conflict; please supply distinct set of query parameters").asException();
        if (asked == 1 && (aliasName.isPresent() || accessor.isPresent())) throw new Problem.Invalid("both 'alias_name' and 'alias_mount_accessor' needs to be set").asException();
    }
}
