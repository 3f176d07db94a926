package watchword.engines.database;

import java.io.IOException;
import java.net.Socket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import watchword.sdk.JsonCodec;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Secret;

/** Redis and Valkey: accounts are users of their access lists. Each change is one command, which is done as a whole or not at all. */
final class Redis implements Database {
    private static final List<String> READ_ONLY = List.of("~*", "+@read");
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final int MAX_RULES = 256;

    private final Config config;
    private final Outbound outbound;
    private final JsonCodec json;
    private final Config.RedisServer server;
    private final Pool<Connection> pool;

    Redis(Config config, Outbound outbound, JsonCodec json) {
        this.config = config;
        this.outbound = outbound;
        this.json = json;
        this.server = config.redisServer();
        this.pool = new Pool<>(() -> connect(server.username(), server.password()), Redis::isAlive, config.poolSize());
    }

    private Connection connect(String username, Secret password) {
        try {
            var login = DefaultJedisClientConfig.builder().user(username).password(password.reveal()).socketTimeoutMillis(TIMEOUT_MILLIS).build();
            return new Connection(this::socket, login);
        } catch (JedisException failed) {
            throw problem("failed to connect", failed);
        }
    }

    private Socket socket() {
        try {
            var reach = new Reach(outbound, server.host().name(), server.host().port(), config.trust(), config.tlsServerName().isEmpty() ? server.host().name() : config.tlsServerName());
            var plain = reach.connect();
            if (!server.tls()) return plain;
            return ScopedValue.where(Reach.BOUND, reach).call(() -> secured(plain));
        } catch (IOException failed) {
            throw new JedisConnectionException("not reached", failed);
        }
    }

    private static Socket secured(Socket plain) throws IOException {
        var secured = new BoundTls().over(plain);
        secured.startHandshake();
        return secured;
    }

    private static boolean isAlive(Connection connection) {
        try {
            return connection.ping();
        } catch (JedisException dead) {
            return false;
        }
    }

    private <T> T ask(String doing, Function<Connection, T> work) {
        return pool.use(connection -> {
            try {
                return work.apply(connection);
            } catch (JedisException failed) {
                throw problem(doing, failed);
            }
        });
    }

    /** Redis repeats arguments in some errors, so that only the kind is told. */
    private static Problem.ProblemException problem(String doing, JedisException failed) {
        for (Throwable at = failed; at != null; at = at.getCause()) {
            if (at instanceof Problem.ProblemException ours) return ours;
            if (at instanceof SSLException) return new Problem.Upstream(doing + ": the server's certificate is not trusted, or it does not speak TLS").asException();
        }
        return new Problem.Upstream(doing + ": " + switch (failed) {
            case JedisConnectionException _ -> "the database cannot be reached";
            case JedisAccessControlException _ -> "the database does not take the user and password, or does not let the user do this";
            default -> "the database refused";
        }).asException();
    }

    @Override
    public void verify() {
        ask("failed to connect", Connection::ping);
    }

    @Override
    public boolean has(String username) {
        return this.<Boolean>ask("failed to look for the account", connection -> has(connection, username));
    }

    private static boolean has(Connection connection, String username) {
        connection.sendCommand(Command.ACL, "GETUSER", username);
        return connection.getOne() != null;
    }

    @Override
    public void create(Account account, List<String> creation, List<String> rollback) {
        var words = new ArrayList<>(List.of("SETUSER", account.username(), "ON", ">" + account.password().reveal()));
        words.addAll(rules(creation));
        ask("failed to make the account", connection -> change(connection, words));
    }

    /** A JSON array as the first text, or the rules one by one: a rule such as {@code +get} may look like base64, and is none. */
    private List<String> rules(List<String> creation) {
        var given = creation.stream().map(String::strip).filter(text -> !text.isEmpty()).toList();
        if (given.isEmpty()) return READ_ONLY;
        var rules = given.size() == 1 ? Statements.list(given.getFirst(), json).orElse(given) : given;
        if (rules.size() > MAX_RULES) throw new Problem.Invalid("more than " + MAX_RULES + " rules").asException();
        return rules;
    }

    private boolean change(Connection connection, List<String> words) {
        connection.sendCommand(Command.ACL, words.toArray(String[]::new));
        connection.getOne();
        switch (config.persistenceMode()) {
            case "aclfile" -> connection.sendCommand(Command.ACL, "SAVE");
            case "rewrite" -> connection.sendCommand(Command.CONFIG, "REWRITE");
            default -> {
                return true;
            }
        }
        connection.getStatusCodeReply();
        return true;
    }

    @Override
    public void remove(String username, List<String> revocation) {
        ask("failed to revoke", connection -> change(connection, List.of("DELUSER", username)));
    }

    /** Accounts there have no end of their own. */
    @Override
    public void prolong(String username, Instant end, List<String> renewal) {}

    @Override
    public Optional<Problem> setPassword(String username, Secret password, List<String> rotation) {
        return pool.use(connection -> {
            try {
                if (!has(connection, username)) return Optional.of(new Problem.Upstream("failed to change the password: there is no such account"));
                var _ = change(connection, List.of("SETUSER", username, "RESETPASS", ">" + password.reveal()));
                return Optional.empty();
            } catch (JedisException failed) {
                throw problem("failed to change the password", failed);
            }
        });
    }

    @Override
    public boolean logsIn(String username, Secret password) {
        try (var connection = new Connection(this::socket, DefaultJedisClientConfig.builder().socketTimeoutMillis(TIMEOUT_MILLIS).build())) {
            connection.connect();
            connection.sendCommand(Command.AUTH, username, password.reveal());
            return connection.getStatusCodeReply().equals("OK");
        } catch (JedisAccessControlException refused) {
            return false;
        } catch (JedisDataException refused) {
            if (String.valueOf(refused.getMessage()).startsWith("WRONGPASS")) return false;
            throw problem("failed to try a password", refused);
        } catch (JedisException failed) {
            throw problem("failed to try a password", failed);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
