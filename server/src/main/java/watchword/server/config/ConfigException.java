package watchword.server.config;

/** A configuration that cannot be used; the message tells where and what is allowed. */
public final class ConfigException extends Exception {
    ConfigException(String message) {
        super(message, null, false, false);
    }
}
