package watchword.core.sys;

import java.nio.file.Path;
import java.util.Map;

/**
 * What only the process around the server knows and can do.
 *
 * @param configuration as {@code sys/config/state/sanitized} tells it: nothing in it is secret
 * @param reload reads again what of the configuration can be, as a signal would; returns when that is done
 * @param scratch a folder with room for a copy of the store, compressed
 * @param node the server's name among those that share the store
 */
public record HostProcess(Map<String, Object> configuration, Runnable reload, Path scratch, String node) {
    /** The name of a server that has its store for itself. */
    public static final String ALONE = "single";

    public static final HostProcess NONE = new HostProcess(Map.of(), () -> {}, Path.of(System.getProperty("java.io.tmpdir")), ALONE);
}
