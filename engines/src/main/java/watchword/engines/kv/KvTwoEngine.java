package watchword.engines.kv;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import watchword.sdk.Engine;
import watchword.sdk.EngineContext;
import watchword.sdk.Rotating;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** Version 2: each path holds versions of a secret, and metadata beside them. */
final class KvTwoEngine implements Engine, Rotating {
    private static final Set<String> OF_SECRETS = Set.of("data", "metadata", "subkeys", "delete", "undelete", "destroy", "rotation");

    private final Secrets secrets;
    private final MountOptions options;
    private final FieldRotation rotation;

    KvTwoEngine(EngineContext context, MountOptions options) {
        this.secrets = new Secrets(context);
        this.options = options;
        this.rotation = new FieldRotation(context, secrets, options);
    }

    @Override
    public String type() {
        return "kv";
    }

    @Override
    public String help() {
        return "Stores secrets that already exist, such as an API key; earlier versions of them stay and can be brought back.";
    }

    @Override
    public String fieldErrorPrefix() {
        return "";
    }

    @Override
    public List<Route<?, ?>> routes() {
        return Stream.of(
                        new DataRoutes(secrets, options).routes(),
                        new VersionRoutes(secrets).routes(),
                        new MetadataRoutes(secrets).routes(),
                        new FolderRoutes(secrets).routes(),
                        new ConfigRoutes(secrets).routes(),
                        rotation.routes(),
                        UnversionedPath.routes())
                .<Route<?, ?>>flatMap(List::stream)
                .toList();
    }

    /** The secret's custom metadata, wherever it is touched. */
    @Override
    public Map<String, String> about(Storage.Reader store, String path) {
        int slash = path.indexOf('/');
        if (slash < 0 || !OF_SECRETS.contains(path.substring(0, slash)) || path.endsWith("/")) return Map.of();
        return secrets.metadata(store, path.substring(slash + 1)).map(Metadata::custom).orElse(Map.of());
    }

    @Override
    public Rotated rotate(String what, Storage mountStorage) {
        return rotation.rotate(what, mountStorage);
    }

    @Override
    public void optionsChanged(Storage.Writer store, Map<String, String> before, Map<String, String> after) {
        MountOptions.changed(before, after);
    }
}
