package watchword.client;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * Where a server listens.
 *
 * @param host a name or an IP address without brackets; for {@link Kind#UNIX} the socket's path
 * @param port 0 for {@link Kind#UNIX}
 * @param base a path before {@code /v1}, without a slash at its end; usually empty
 */
public record Address(Kind kind, String host, int port, String base) {

    /** How it is reached. */
    public enum Kind { HTTP, HTTPS, UNIX }

    /** @throws SettingsException naming what is wrong, with a form that would work */
    public static Address parse(String text) throws SettingsException {
        if (text.startsWith("unix://") && text.length() > "unix://".length()) {
            return new Address(Kind.UNIX, text.substring("unix://".length()), 0, "");
        }
        if (!text.contains("://")) {
            var form = text.contains("@") ? "http://HOST:PORT" : "http://" + text;
            throw new SettingsException(shown(text) + " is not an address: it must begin with http://, https:// or unix://, as in " + form);
        }
        try {
            return of(new URI(text), text);
        } catch (URISyntaxException malformed) {
            throw new SettingsException(shown(text) + " is not an address");
        }
    }

    private static Address of(URI uri, String text) throws SettingsException {
        boolean https = "https".equals(uri.getScheme());
        var host = uri.getHost();
        if ((!https && !"http".equals(uri.getScheme())) || host == null) {
            throw new SettingsException(shown(text) + " is not an address: expected http://HOST:PORT, https://HOST:PORT or unix:///PATH");
        }
        if (uri.getRawUserInfo() != null || uri.getRawQuery() != null) {
            throw new SettingsException("an address holds no user, password or query");
        }
        var plain = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        int port = uri.getPort() >= 0 ? uri.getPort() : https ? 443 : 80;
        return new Address(https ? Kind.HTTPS : Kind.HTTP, plain, port, base(uri.getRawPath()));
    }

    /** What stands before an at sign may be a name and a password, and is not repeated. */
    private static String shown(String text) {
        int at = text.lastIndexOf('@');
        return at < 0 ? "\"" + text + "\"" : "what stands before \"" + text.substring(at) + "\"";
    }

    private static String base(String path) {
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') end--;
        return path.substring(0, end);
    }

    /** Whether it is this machine, by a name or number that is nothing else. */
    boolean isLoopback() {
        boolean number = host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
        return host.equals("localhost") || host.equals("::1") || (number && host.startsWith("127."));
    }

    /** What goes into the {@code Host} header. */
    String authority() {
        if (kind == Kind.UNIX) return "localhost";
        var name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == (kind == Kind.HTTPS ? 443 : 80) ? name : name + ":" + port;
    }

    /** As it would be written in {@code VAULT_ADDR}. */
    @Override
    public String toString() {
        return switch (kind) {
            case HTTP -> "http://" + authority() + base;
            case HTTPS -> "https://" + authority() + base;
            case UNIX -> "unix://" + host;
        };
    }
}
