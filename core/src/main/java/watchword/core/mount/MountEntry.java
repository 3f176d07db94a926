package watchword.core.mount;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One row of the mount table.
 *
 * @param path with its trailing slash, and {@code auth/} before it for an auth method
 * @param accessor stable handle for policies and aliases; not secret
 * @param tainted being removed: answers nothing any more
 */
public record MountEntry(
        String path,
        String type,
        String accessor,
        String uuid,
        String description,
        Config config,
        Map<String, String> options,
        boolean local,
        boolean sealWrap,
        boolean externalEntropyAccess,
        String pluginVersion,
        boolean tainted) {

    public static final String AUTH = "auth/";
    /** Before the type of the server's own mounts in a namespace below the root. */
    static final String IN_NAMESPACE = "ns_";
    /** Rows of each token's own store, below the token's key. */
    public static final String CUBBYHOLES = "core/cubbyhole/";

    /**
     * Zero durations mean "the server's"; what is empty was never set and is not shown.
     *
     * @param tokenType of logins: default-service, default-batch, service, batch; auth methods only
     */
    public record Config(
            Duration defaultLeaseTtl,
            Duration maxLeaseTtl,
            boolean forceNoCache,
            Optional<String> listingVisibility,
            Optional<String> tokenType,
            Optional<List<String>> auditNonHmacRequestKeys,
            Optional<List<String>> auditNonHmacResponseKeys,
            Optional<List<String>> passthroughRequestHeaders,
            Optional<List<String>> allowedResponseHeaders,
            Optional<UserLockout> userLockout) {

        public static final Config EMPTY = new Config(Duration.ZERO, Duration.ZERO, false, Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    public boolean isAuth() {
        return path.startsWith(AUTH);
    }

    /** Part of the server itself: always there, cannot be moved or removed. */
    public boolean isSystem() {
        return isSystem(kind());
    }

    static boolean isSystem(String kind) {
        return switch (kind) {
            case "system", "cubbyhole", "token", "identity" -> true;
            default -> false;
        };
    }

    /** The type that its engine goes by. */
    String kind() {
        return type.startsWith(IN_NAMESPACE) ? type.substring(IN_NAMESPACE.length()) : type;
    }

    /** Where its rows are. The server's own engines see all that is of the namespace: what they keep belongs to it. */
    public String storagePrefix() {
        return switch (kind()) {
            case "system", "token", "identity" -> "";
            case "cubbyhole" -> CUBBYHOLES;
            default -> "logical/" + uuid + "/";
        };
    }

    MountEntry tainting(boolean taint) {
        return new MountEntry(path, type, accessor, uuid, description, config, options, local, sealWrap, externalEntropyAccess, pluginVersion, taint);
    }

    MountEntry moved(String newPath) {
        return new MountEntry(newPath, type, accessor, uuid, description, config, options, local, sealWrap, externalEntropyAccess, pluginVersion, tainted);
    }

    MountEntry tuned(String newDescription, Config newConfig, Map<String, String> newOptions) {
        return new MountEntry(path, type, accessor, uuid, newDescription, newConfig, newOptions, local, sealWrap, externalEntropyAccess, pluginVersion,
                tainted);
    }
}
