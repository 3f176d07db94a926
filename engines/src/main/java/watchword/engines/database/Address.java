package watchword.engines.database;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/**
 * Where a database is, as its connection URL says. The URL is taken apart first, and user and password are put into its parts after, so
 * that neither can change where it leads. Of parameters there are those named here and no others: drivers have some that name classes to
 * load and files to read. The text that was parsed is in no message.
 *
 * @param hosts tried in this order
 * @param tls as the address asks for it, in libpq's words: {@code disable}, {@code prefer}, {@code require}, {@code verify-ca}, {@code verify-full}
 * @param primaryOnly whether a server that takes no writes is passed over
 */
record Address(List<Host> hosts, String database, String user, Secret password, String tls, boolean primaryOnly) {
    private static final int MAX_HOSTS = 16;
    private static final Pattern POSTGRESQL = Pattern.compile("(?:jdbc:)?postgres(?:ql)?://(?:(?<who>[^/?#]*)@)?(?<where>[^@/?#]*)(?:/(?<database>[^/?#]*))?(?:\\?(?<parameters>[^#]*))?");
    private static final Pattern MYSQL = Pattern.compile("(?:(?<who>.*)@)?(?:tcp\\((?<where>[^()@]*)\\))?/(?<database>[^/?]*)(?:\\?(?<parameters>.*))?", Pattern.DOTALL);
    private static final Pattern PLAIN_HOST = Pattern.compile("[A-Za-z0-9._:-]+");
    private static final Set<String> MODES = Set.of("disable", "prefer", "require", "verify-ca", "verify-full");
    /** What may be said and changes nothing here: times, names and encodings are the engine's own. */
    private static final Set<String> POSTGRESQL_PASSED_OVER = Set.of("application_name", "connect_timeout", "client_encoding", "timezone", "fallback_application_name", "target_session_attrs", "sslmode", "user",
            "password", "dbname", "host", "port");
    private static final Set<String> MYSQL_PASSED_OVER = Set.of("charset", "collation", "parseTime", "loc", "timeout", "readTimeout", "writeTimeout", "multiStatements", "maxAllowedPacket", "interpolateParams",
            "allowNativePasswords", "checkConnLiveness", "clientFoundRows", "columnsWithAlias", "rejectReadOnly", "time_zone", "tls");

    record Host(String name, int port) {
        @Override
        public String toString() {
            return (name.contains(":") ? "[" + name + "]" : name) + ":" + port;
        }
    }

    /**
     * Who logs in where the URL has the places for it.
     *
     * @param encoded whether they are written as a URL has them already
     */
    record Login(String username, Secret password, boolean encoded) {}

    static Address postgresql(String text, Login login) {
        return text.contains("://") ? postgresqlUrl(text, login) : postgresqlWords(text, login);
    }

    private static Address postgresqlUrl(String text, Login login) {
        var parts = POSTGRESQL.matcher(text);
        if (!parts.matches()) throw malformed("postgresql://{{username}}:{{password}}@host:port/database?sslmode=verify-full");
        var all = parameters(parts.group("parameters"), POSTGRESQL_PASSED_OVER);
        var who = Optional.ofNullable(parts.group("who")).orElse("");
        int colon = who.indexOf(':');
        if (!who.isEmpty()) all.putIfAbsent("user", decode(colon < 0 ? who : who.substring(0, colon)));
        if (colon >= 0) all.putIfAbsent("password", decode(who.substring(colon + 1)));
        all.putIfAbsent("dbname", decode(Optional.ofNullable(parts.group("database")).orElse("")));
        var where = Optional.ofNullable(parts.group("where")).filter(hosts -> !hosts.isEmpty());
        return postgresql(where.map(hosts -> hosts(hosts, 5432)), all, login);
    }

    /** {@code host=a port=1 user={{username}} password='{{password}}'}, as libpq has it too. */
    private static Address postgresqlWords(String text, Login login) {
        var all = new LinkedHashMap<String, String>();
        for (int at = 0; at < text.length(); ) {
            if (text.charAt(at) <= ' ') {
                at++;
                continue;
            }
            int equals = text.indexOf('=', at);
            if (equals < 0) throw malformed("host=... port=... user={{username}} password={{password}} dbname=...");
            var value = new StringBuilder();
            int next = word(text, equals + 1, value);
            all.put(known(text.substring(at, equals).strip(), POSTGRESQL_PASSED_OVER), value.toString());
            at = next;
        }
        return postgresql(Optional.empty(), all, login);
    }

    private static int word(String text, int start, StringBuilder value) {
        int at = start;
        while (at < text.length() && text.charAt(at) == ' ') at++;
        boolean quoted = at < text.length() && text.charAt(at) == '\'';
        if (quoted) at++;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (quoted ? c == '\'' : c <= ' ') return at + 1;
            if (c == '\\' && at + 1 < text.length()) c = text.charAt(++at);
            value.append(c);
        }
        if (quoted) throw malformed("host=... port=... user={{username}} password={{password}} dbname=...");
        return at;
    }

    private static Address postgresql(Optional<List<Host>> where, Map<String, String> all, Login login) {
        var hosts = where.orElseGet(() -> pairs(all.getOrDefault("host", "localhost"), all.getOrDefault("port", "5432")));
        var mode = all.getOrDefault("sslmode", "prefer");
        if (mode.equals("allow")) mode = "prefer";
        if (!MODES.contains(mode)) throw new Problem.Invalid("connection_url: sslmode is one of disable, prefer, require, verify-ca, verify-full").asException();
        var attributes = all.getOrDefault("target_session_attrs", "any");
        boolean primary = attributes.equals("read-write") || attributes.equals("primary");
        if (!primary && !attributes.equals("any")) throw new Problem.Invalid("connection_url: target_session_attrs is one of any, read-write, primary").asException();
        var user = filled(all.getOrDefault("user", ""), login);
        return new Address(hosts, all.getOrDefault("dbname", "").isEmpty() ? user : all.getOrDefault("dbname", ""), user, Secret.copyOf(filled(all.getOrDefault("password", ""), login)), mode, primary);
    }

    private static List<Host> pairs(String names, String ports) {
        var each = names.split(",", -1);
        var eachPort = ports.split(",", -1);
        if (eachPort.length != 1 && eachPort.length != each.length) throw malformed("as many ports as hosts, or one");
        var hosts = new ArrayList<Host>();
        for (int i = 0; i < each.length; i++) hosts.add(host(each[i].strip(), eachPort.length == 1 ? eachPort[0] : eachPort[i], 5432));
        return requireFew(hosts);
    }

    /** As Go's driver has it: {@code {{username}}:{{password}}@tcp(host:port)/database?tls=true}. Here nothing is encoded. */
    static Address mysql(String text, Login login) {
        var parts = MYSQL.matcher(text);
        if (!parts.matches()) throw malformed("{{username}}:{{password}}@tcp(host:port)/database");
        var all = parameters(parts.group("parameters"), MYSQL_PASSED_OVER);
        var mode = switch (all.getOrDefault("tls", "")) {
            case "", "false" -> "disable";
            case "true", "custom" -> "verify-full";
            case "preferred" -> "prefer";
            default -> throw new Problem.Invalid("connection_url: tls is one of true, false, preferred; certificates are checked by tls_ca").asException();
        };
        var who = Optional.ofNullable(parts.group("who")).orElse("");
        int colon = who.indexOf(':');
        var plain = new Login(login.username(), login.password(), false);
        return new Address(hosts(Optional.ofNullable(parts.group("where")).filter(where -> !where.isEmpty()).orElse("127.0.0.1"), 3306), decode(parts.group("database")),
                filled(colon < 0 ? who : who.substring(0, colon), plain), Secret.copyOf(filled(colon < 0 ? "" : who.substring(colon + 1), plain)), mode, false);
    }

    private static String filled(String template, Login login) {
        // One pass, so that a password with {{username}} in it stays what it is.
        int password = template.indexOf("{{password}}");
        if (password >= 0) return withUser(template.substring(0, password), login) + value(login.password().reveal(), login) + filled(template.substring(password + 12), login);
        return withUser(template, login);
    }

    private static String withUser(String template, Login login) {
        return template.replace("{{username}}", value(login.username(), login)).replace("{{name}}", value(login.username(), login));
    }

    private static String value(String value, Login login) {
        return login.encoded() ? decode(value) : value;
    }

    private static List<Host> hosts(String text, int port) {
        var hosts = new ArrayList<Host>();
        for (var each : text.split(",", -1)) {
            var one = each.strip();
            int colon = one.lastIndexOf(':');
            boolean hasPort = colon >= 0 && one.indexOf(']', colon) < 0 && (one.startsWith("[") || one.indexOf(':') == colon);
            hosts.add(host(hasPort ? one.substring(0, colon) : one, hasPort ? one.substring(colon + 1) : "", port));
        }
        return requireFew(hosts);
    }

    private static List<Host> requireFew(List<Host> hosts) {
        if (hosts.size() > MAX_HOSTS) throw new Problem.Invalid("connection_url: more than " + MAX_HOSTS + " hosts").asException();
        return List.copyOf(hosts);
    }

    static Host host(String name, String port, int otherwise) {
        var bare = name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
        boolean plain = bare.length() <= 255 && PLAIN_HOST.matcher(bare).matches();
        if (!plain) throw new Problem.Invalid("connection_url: a host is a name or an address; sockets in the file system are not reached").asException();
        try {
            int number = port.isBlank() ? otherwise : Integer.parseInt(port.strip());
            if (number > 0 && number < 1 << 16) return new Host(bare, number);
        } catch (NumberFormatException noNumber) {
            // said below
        }
        throw new Problem.Invalid("connection_url: a port is a number from 1 to 65535").asException();
    }

    private static Map<String, String> parameters(@Nullable String text, Set<String> known) {
        var all = new LinkedHashMap<String, String>();
        if (text == null || text.isEmpty()) return all;
        for (var each : text.split("&", -1)) {
            int equals = each.indexOf('=');
            if (equals <= 0) throw malformed("parameters are name=value");
            all.put(known(each.substring(0, equals), known), decode(each.substring(equals + 1)));
        }
        return all;
    }

    private static String known(String name, Set<String> known) {
        if (known.contains(name)) return name;
        throw new Problem.Invalid("connection_url: there is a parameter that is not taken: " + (name.matches("[A-Za-z_]{1,40}") ? name : "its name is odd")
                + "; certificates and keys are given in tls_ca, tls_certificate and private_key").asException();
    }

    static Problem.ProblemException malformed(String form) {
        return new Problem.Invalid("connection_url: it must look like " + form).asException();
    }

    /** As in a URI, where a plus is a plus. */
    static String decode(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException quotesTheText) {
            throw new Problem.Invalid("connection_url: a % is not followed by two hexadecimal digits").asException();
        }
    }
}
