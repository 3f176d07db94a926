package watchword.engines.database;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import watchword.sdk.ChangingSecret;
import watchword.sdk.Doc;
import watchword.sdk.Glob;
import watchword.sdk.Inline;
import watchword.sdk.Outbound.Trust;
import watchword.sdk.Problem;
import watchword.sdk.RotationFields;
import watchword.sdk.RotationTerms;
import watchword.sdk.Secret;
import watchword.sdk.Unsplit;

/**
 * A connection as it is stored: where a database is, who logs in there, and which roles may use it.
 *
 * @param told what is read back of the connection's details, in the form in which it was sent
 * @param password in force since the epoch when it was never changed from here
 */
record Config(
        String pluginName, String pluginVersion, List<String> allowedRoles, List<String> rootRotationStatements, String passwordPolicy, boolean skipStaticRoleImportRotation,
        Map<String, Object> told, Secret connectionUrl, String username, ChangingSecret password, String usernameTemplate, int maxOpen, int maxIdle, Duration lifetime,
        boolean disableEscaping, String passwordAuthentication, String tlsCa, String tlsCertificate, Secret tlsKey, String tlsServerName, String host, int port, boolean tls,
        String persistenceMode, RotationTerms terms) {

    private static final Pattern CERTIFICATE = Pattern.compile("-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\\s]*-----END CERTIFICATE-----");
    private static final int MAX_TEXT = 16 << 10;
    private static final int MAX_ROLES = 1000;
    private static final int MOST_CONNECTIONS = 256;
    // As Address takes them apart: user and password of a URL end at the last @ before its path, and so do those before tcp(...).
    private static final Pattern IN_URL = Pattern.compile("(?<before>://[^:/]*:)(?<password>[^/]*)(?=@)", Pattern.DOTALL);
    private static final Pattern BEFORE_HOST = Pattern.compile("^(?<before>(?![a-z:]+://)[^:]*:)(?<password>.*)(?=@(?:tcp\\([^()@]*\\))?/[^/?]*(?:\\?.*)?$)", Pattern.DOTALL);
    private static final Pattern PARAMETER = Pattern.compile("(?<before>\\bpassword=)(?<password>[^&]*)", Pattern.DOTALL);
    private static final Pattern WORD = Pattern.compile("(?<before>\\bpassword\\s*=\\s*)(?<password>'(?:[^'\\\\]|\\\\.)*'|(?:[^\\s\\\\]|\\\\.)+)", Pattern.DOTALL);
    private static final Set<String> TEMPLATES = Set.of("", "{{password}}", "'{{password}}'");

    /** A request that sets it; what was not sent stays. */
    record Write(
            @Doc("Name of the connection.") String name,
            @Doc("Kind of the database: `postgresql-database-plugin`, `mysql-database-plugin`, `redis-database-plugin` or another that there is.") Optional<String> pluginName,
            @Doc("Kept for clients; what there is is built in.") Optional<String> pluginVersion,
            @Doc("Whether the database is asked before this is kept; it is unless this says no.") Optional<Boolean> verifyConnection,
            @Doc("Roles that may use it, with * for any run of characters; none when empty.") Optional<List<String>> allowedRoles,
            @Doc("Statements that change the password of the user it logs in as; the database's usual one when empty.") @Unsplit Optional<List<String>> rootRotationStatements,
            @Doc("Password policy by which passwords are made; 20 characters when empty.") Optional<String> passwordPolicy,
            @Doc("Whether new static roles keep the password they have until their first rotation is due.") Optional<Boolean> skipStaticRoleImportRotation,
            @Doc("Where the database is, with {{username}} and {{password}} for who logs in.") Optional<Secret> connectionUrl,
            @Doc("Who logs in.") Optional<String> username,
            @Doc("Its password; never told again.") Optional<Secret> password,
            @Doc("How names of new accounts are made.") Optional<String> usernameTemplate,
            @Doc("Connections at once; 4 when not given, at most 256.") Optional<Integer> maxOpenConnections,
            @Doc("Connections kept when they are not used; as many as there may be when 0, none when negative.") Optional<Integer> maxIdleConnections,
            @Doc("How long a connection is used; for ever when 0.") Optional<Duration> maxConnectionLifetime,
            @Doc("Whether username and password are written as a URL has them already.") Optional<Boolean> disableEscaping,
            @Doc("`scram-sha-256` to tell PostgreSQL a hash instead of the password; `password` when not given.") Optional<String> passwordAuthentication,
            @Doc("Authorities that the database's certificate is checked by, as PEM.") Optional<String> tlsCa,
            @Doc("The same, for Redis.") Optional<String> caCert,
            @Doc("Certificate to show to the database, as PEM; with private_key.") Optional<String> tlsCertificate,
            @Doc("Key of tls_certificate, as PEM; never told again.") Optional<Secret> privateKey,
            @Doc("Certificate to show to the database and its key in one, as PEM; never told again.") Optional<Secret> tlsCertificateKey,
            @Doc("Name that the database's certificate must have, if that is not the host's.") Optional<String> tlsServerName,
            @Doc("Only false: certificates are always checked.") Optional<Boolean> tlsSkipVerify,
            @Doc("Only false: certificates are always checked.") Optional<Boolean> insecureTls,
            @Doc("Host of a Redis.") Optional<String> host,
            @Doc("Port of a Redis.") Optional<Integer> port,
            @Doc("Whether a Redis is reached by TLS.") Optional<Boolean> tls,
            @Doc("How a Redis keeps its users: `ACLFILE`, `REWRITE` of its configuration, or not.") Optional<String> persistenceMode,
            @Inline RotationFields rotation) {}

    /** What a read tells: all but the secrets. */
    record Shown(
            @Doc("Roles that may use it.") List<String> allowedRoles,
            @Doc("Where the database is and how it is reached, as it was set, without passwords and keys.") Map<String, Object> connectionDetails,
            @Doc("Password policy by which passwords are made.") String passwordPolicy,
            @Doc("Kind of the database.") String pluginName,
            @Doc("Kept for clients; what there is is built in.") String pluginVersion,
            @Doc("Statements that change the password of the user it logs in as.") List<String> rootCredentialsRotateStatements,
            @Inline RotationTerms terms,
            @Doc("Whether new static roles keep the password they have.") boolean skipStaticRoleImportRotation) {}

    /** Who logs in to a Redis, and where. */
    record RedisServer(Address.Host host, boolean tls, String username, Secret password) {}

    static final Config NEW = new Config("", "", List.of(), List.of(), "", false, Map.of(), Secret.copyOf(""), "", ChangingSecret.of(Secret.copyOf(""), Instant.EPOCH), "", 0, 0, Duration.ZERO, false, "password", "", "",
            Secret.copyOf(""), "", "", 0, false, "", RotationTerms.NONE);

    /** Details that are told again as they were sent. */
    private static final Set<String> TOLD = Set.of("username", "username_template", "max_open_connections", "max_idle_connections", "max_connection_lifetime", "disable_escaping", "password_authentication",
            "tls_ca", "ca_cert", "tls_certificate", "tls_server_name", "tls_skip_verify", "insecure_tls", "host", "port", "tls", "persistence_mode");

    /** @param sent the request's fields as they came */
    Config with(Write set, Map<String, Object> sent) {
        if (set.tlsSkipVerify().orElse(false) || set.insecureTls().orElse(false)) throw new Problem.Invalid("certificates are always checked; give the database's authority in tls_ca or ca_cert").asException();
        var details = new LinkedHashMap<>(told);
        sent.forEach((name, value) -> {
            if (TOLD.contains(name) && value != null) details.put(name, value);
        });
        var combined = set.tlsCertificateKey();
        var changed = new Config(
                text("plugin_name", set.pluginName(), pluginName), text("plugin_version", set.pluginVersion(), pluginVersion), names(set.allowedRoles().orElse(allowedRoles)),
                set.rootRotationStatements().map(Roles::few).orElse(rootRotationStatements), text("password_policy", set.passwordPolicy(), passwordPolicy),
                set.skipStaticRoleImportRotation().orElse(skipStaticRoleImportRotation), details, set.connectionUrl().map(given -> secret("connection_url", given)).orElse(connectionUrl),
                text("username", set.username(), username), set.password().map(given -> ChangingSecret.of(secret("password", given), Instant.EPOCH)).orElse(password),
                text("username_template", set.usernameTemplate(), usernameTemplate), set.maxOpenConnections().orElse(maxOpen), set.maxIdleConnections().orElse(maxIdle),
                set.maxConnectionLifetime().orElse(lifetime), set.disableEscaping().orElse(disableEscaping), text("password_authentication", set.passwordAuthentication(), passwordAuthentication),
                text("tls_ca", set.tlsCa().or(set::caCert), tlsCa), combined.map(Config::certificates).or(set::tlsCertificate).orElse(tlsCertificate),
                combined.or(set::privateKey).map(given -> secret("private_key", given)).orElse(tlsKey), text("tls_server_name", set.tlsServerName(), tlsServerName), text("host", set.host(), host),
                set.port().orElse(port), set.tls().orElse(tls), text("persistence_mode", set.persistenceMode(), persistenceMode).toLowerCase(Locale.ROOT), set.rotation().overConfig(terms));
        changed.check();
        return changed;
    }

    /** Of a text that has a key as well: without it. */
    private static String certificates(Secret combined) {
        return CERTIFICATE.matcher(combined.reveal()).results().map(MatchResult::group).collect(Collectors.joining("\n"));
    }

    private void check() {
        if (pluginName.isEmpty()) throw new Problem.Invalid("empty plugin name").asException();
        var kind = Kind.of(pluginName);
        if (username.contains("{{username}}") || username.contains("{{password}}") || holdsTemplate(password.current())) {
            throw new Problem.Invalid("error creating database object: username and/or password cannot contain the template variables").asException();
        }
        if (!List.of("password", "scram-sha-256").contains(passwordAuthentication)) throw new Problem.Invalid("error creating database object: password_authentication is password or scram-sha-256").asException();
        if (!List.of("", "aclfile", "rewrite").contains(persistenceMode)) throw new Problem.Invalid("error creating database object: persistence_mode is ACLFILE or REWRITE").asException();
        if (tlsCertificate.isBlank() != (tlsKey.size() == 0)) throw new Problem.Invalid("both tls_certificate and private_key must be set").asException();
        if (kind == Kind.REDIS) redisServer();
        else if (connectionUrl.size() == 0) throw new Problem.Invalid("error creating database object: connection_url cannot be empty").asException();
        if (tlsCertificate.length() > MAX_TEXT) throw new Problem.Invalid("tls_certificate is longer than " + MAX_TEXT + " characters").asException();
    }

    private static boolean holdsTemplate(Secret password) {
        var text = password.reveal();
        return text.contains("{{username}}") || text.contains("{{password}}");
    }

    private static List<String> names(List<String> given) {
        if (given.size() > MAX_ROLES) throw new Problem.Invalid("allowed_roles: more than " + MAX_ROLES).asException();
        return given;
    }

    private static String text(String field, Optional<String> given, String before) {
        var text = given.orElse(before);
        if (text.length() > MAX_TEXT) throw new Problem.Invalid(field + " is longer than " + MAX_TEXT + " characters").asException();
        return text;
    }

    private static Secret secret(String field, Secret secret) {
        if (secret.size() > MAX_TEXT) throw new Problem.Invalid(field + " is longer than " + MAX_TEXT + " bytes").asException();
        return secret;
    }

    // ---- what follows from it ----

    Shown shown() {
        var details = new LinkedHashMap<>(told);
        if (connectionUrl.size() > 0) details.put("connection_url", redacted(connectionUrl.reveal()));
        return new Shown(allowedRoles, details, passwordPolicy, pluginName, pluginVersion, rootRotationStatements, terms, skipStaticRoleImportRotation);
    }

    static String redacted(String url) {
        if (url.contains("://")) return without(PARAMETER, without(BEFORE_HOST, without(IN_URL, url)));
        return without(WORD, without(BEFORE_HOST, url));
    }

    private static String without(Pattern place, String url) {
        return place.matcher(url).replaceAll(found -> Matcher.quoteReplacement(TEMPLATES.contains(found.group("password")) ? found.group() : found.group("before") + "xxxxx"));
    }

    boolean hasPasswordInUrl() {
        var url = connectionUrl.reveal();
        return !redacted(url).equals(url);
    }

    boolean allows(String role) {
        return allowedRoles.stream().anyMatch(pattern -> Glob.matches(pattern, role));
    }

    Address.Login login() {
        return new Address.Login(username, password.current(), disableEscaping);
    }

    /** With another one to log in as. */
    Config as(String user, ChangingSecret secret) {
        return new Config(pluginName, pluginVersion, allowedRoles, rootRotationStatements, passwordPolicy, skipStaticRoleImportRotation, told, connectionUrl, user, secret, usernameTemplate, maxOpen, maxIdle, lifetime,
                disableEscaping, passwordAuthentication, tlsCa, tlsCertificate, tlsKey, tlsServerName, host, port, tls, persistenceMode, terms);
    }

    Config as(String user, Secret secret) {
        return as(user, ChangingSecret.of(secret, Instant.EPOCH));
    }

    Config with(ChangingSecret secret) {
        return as(username, secret);
    }

    Pool.Size poolSize() {
        int most = Math.clamp(maxOpen <= 0 ? 4 : maxOpen, 1, MOST_CONNECTIONS);
        int kept = maxIdle < 0 ? 0 : maxIdle == 0 ? most : Math.min(maxIdle, most);
        return new Pool.Size(most, kept, lifetime.isPositive() ? lifetime : Duration.ZERO);
    }

    Trust trust() {
        var client = tlsCertificate.isBlank() ? Optional.<Trust.Client>empty() : Optional.of(new Trust.Client(tlsCertificate, tlsKey));
        return new Trust(tlsCa.isBlank() ? List.of() : List.of(tlsCa), client);
    }

    String template() {
        return usernameTemplate.isEmpty() ? Kind.of(pluginName).usernameTemplate() : usernameTemplate;
    }

    RedisServer redisServer() {
        if (connectionUrl.size() == 0) {
            if (host.isEmpty()) throw new Problem.Invalid("error creating database object: host cannot be empty").asException();
            if (port == 0) throw new Problem.Invalid("error creating database object: port cannot be empty").asException();
            if (username.isEmpty()) throw new Problem.Invalid("error creating database object: username cannot be empty").asException();
            if (password.current().size() == 0) throw new Problem.Invalid("error creating database object: password cannot be empty").asException();
            return new RedisServer(Address.host(host, String.valueOf(port), port), tls, username, password.current());
        }
        if (!host.isEmpty()) throw new Problem.Invalid("error creating database object: cannot specify both connection_url and individual connection parameters").asException();
        var parts = REDIS_URL.matcher(connectionUrl.reveal());
        if (!parts.matches()) throw Address.malformed("redis://{{username}}:{{password}}@host:port");
        var who = new ArrayList<String>();
        for (var part : List.of("user", "password")) {
            var text = Address.decode(parts.group(part));
            who.add(switch (text) {
                case "{{username}}", "{{name}}" -> username;
                case "{{password}}" -> password.current().reveal();
                default -> text;
            });
        }
        return new RedisServer(Address.host(parts.group("host"), Optional.ofNullable(parts.group("port")).orElse(""), 6379), parts.group("tls") != null, who.getFirst(), Secret.copyOf(who.getLast()));
    }

    private static final Pattern REDIS_URL = Pattern.compile("(?:redis|valkey)(?<tls>s)?://(?<user>[^:@/]*):(?<password>[^@/]*)@(?<host>\\[[^\\]]*\\]|[^:@/]*)(?::(?<port>[0-9]{1,5}))?/?");
}
