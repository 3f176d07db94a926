package watchword.core.sys;

import java.util.Map;

/**
 * What only the process around the server knows and can do.
 *
 * @param configuration as {@code sys/config/state/sanitized} tells it: nothing in it is secret
 * @param reload reads again what of the configuration can be, as a signal would; returns when that is done
 */
public record HostProcess(Map<String, Object> configuration, Runnable reload) {
    public static final HostProcess NONE = new HostProcess(Map.of(), () -> {});
}
