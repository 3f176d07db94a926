package watchword.storage;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import watchword.sdk.Secret;
import watchword.sdk.Storage.StorageException;

/**
 * Where the database is, taken apart: the driver puts addresses into its messages, so what is secret, and all else but host and
 * database, goes to it as properties. The text that was parsed is in no exception.
 */
final class PostgresAddress {
    private static final Pattern FORM = Pattern.compile("(?:jdbc:)?postgres(?:ql)?://(?:(?<who>[^/?#]*)@)?(?<where>[^@/?#]+)/(?<database>[^/?#]*)(?:\\?(?<parameters>[^#]*))?");
    /** What libpq, and so most people, call some of the driver's parameters. */
    private static final Map<String, String> LIBPQ_NAMES = Map.of("connect_timeout", "connectTimeout", "application_name", "ApplicationName", "dbname", "PGDBNAME");

    /** Parameters that name a class to load, a program's module or a file to write: whoever may only choose an address shall not choose code. */
    private static final Set<String> REFUSED = Set.of("authenticationpluginclassname", "classloaderstrategy", "jaasapplicationname", "loggerfile", "loggerlevel", "socketfactory", "socketfactoryarg", "sslfactory",
            "sslfactoryarg", "sslhostnameverifier", "sslpasswordcallback", "sspiserviceclass", "xmlfactoryfactory");

    private final String url;
    private final Map<String, String> plain;
    private final Secret password;

    private PostgresAddress(String url, Map<String, String> plain, Secret password) {
        this.url = url;
        this.plain = plain;
        this.password = password;
    }

    static PostgresAddress parse(Secret text) {
        var parts = FORM.matcher(text.reveal());
        if (!parts.matches()) throw malformed();
        var all = new java.util.HashMap<String, String>();
        var parameters = parts.group("parameters");
        if (parameters != null) {
            for (var each : parameters.split("&")) {
                int equals = each.indexOf('=');
                if (equals <= 0) throw malformed();
                var name = decode(each.substring(0, equals));
                if (REFUSED.contains(name.toLowerCase(Locale.ROOT))) {
                    throw new StorageException("the address of the database must not name classes or files for the driver to load or write", false, null);
                }
                all.put(LIBPQ_NAMES.getOrDefault(name, name), decode(each.substring(equals + 1)));
            }
        }
        var who = parts.group("who");
        if (who != null) {
            int colon = who.indexOf(':');
            all.put("user", decode(colon < 0 ? who : who.substring(0, colon)));
            if (colon >= 0) all.put("password", decode(who.substring(colon + 1)));
        }
        var password = all.remove("password");
        return new PostgresAddress("jdbc:postgresql://" + parts.group("where") + "/" + parts.group("database"), Map.copyOf(all), Secret.copyOf(password == null ? "" : password));
    }

    private static StorageException malformed() {
        return new StorageException("the address of the database must look like postgres://user:password@host:port/database?sslmode=verify-full", false, null);
    }

    /** As in a URI, where a plus is a plus. */
    private static String decode(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException quotesTheText) {
            throw malformed();
        }
    }

    /** Without user, password and parameters. */
    String url() {
        return url;
    }

    Properties properties() {
        var properties = new Properties();
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "60");
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("prepareThreshold", "3");
        properties.setProperty("ApplicationName", "watchword");
        plain.forEach(properties::setProperty);
        properties.setProperty("targetServerType", "primary");
        properties.setProperty("logServerErrorDetail", "false"); // it would hold keys
        if (password.size() > 0) properties.setProperty("password", password.reveal());
        return properties;
    }
}
