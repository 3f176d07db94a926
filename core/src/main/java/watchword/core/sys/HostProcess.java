package watchword.core.sys;

import java.nio.file.Path;
import java.util.Map;

/**
 * What only the process around the server knows and can do.
 *
 * @param configuration as {@code sys/config/state/sanitized} tells it: nothing in it is secret
 * @param reload reads again what of the configuration can be, as a signal would; returns when that is done
 * @param scratch a folder with room for a copy of the store, compressed
 */
public record HostProcess(Map<String, Object> configuration, Runnable reload, Path scratch) {
    public static final HostProcess NONE = new HostProcess(Map.of(), () -> {}, Path.of(System.getProperty("java.io.tmpdir")));
}
