package watchword.engines.rabbitmq;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import watchword.sdk.Call;
import watchword.sdk.Default;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.JsonCodec;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.Table;
import watchword.sdk.UsernameTemplate;

/** Which broker a mount is for, and how long its users live. */
final class ConfigRoutes {
    private final Table<Connection> connections;
    private final Table<Terms> terms;
    private final Outbound outbound;
    private final JsonCodec json;
    private final SecureRandom random;

    ConfigRoutes(EngineContext context, Outbound outbound) {
        this.connections = context.table("connection", Connection.class);
        this.terms = context.table("lease", Terms.class);
        this.outbound = outbound;
        this.json = context.json();
        this.random = context.random();
    }

    record Nothing() {}

    record Set(
            @Doc("Address of the broker's management plugin, such as http://localhost:15672.") String connectionUri,
            @Doc("User of the broker that is tagged as administrator.") String username,
            @Doc("Its password. Never shown.") Secret password,
            @Doc("Whether to ask the broker now whether this user may make others.") @Default("true") boolean verifyConnection,
            @Doc("Password policy that new passwords follow; 36 letters and digits without one.") String passwordPolicy,
            @Doc("How users are named; in the usual way when empty.") String usernameTemplate) {}

    /** How long users live. */
    record Terms(
            @Doc("Longest lifetime; the mount's when 0.") Duration maxTtl,
            @Doc("Lifetime until renewed; the mount's when 0.") Duration ttl) {
        private static final String ROW = "lease";
        static final Terms OF_THE_MOUNT = new Terms(Duration.ZERO, Duration.ZERO);
    }

    List<Route<?, ?>> routes() {
        return List.of(
                Route.effect(Operation.WRITE, "config/connection", Set.class, None.class, this::connect, "Set which broker this is for."),
                Route.read("config/lease", Nothing.class, Terms.class, this::readTerms, "Read how long users live."),
                Route.write("config/lease", Terms.class, None.class, this::writeTerms, "Set how long users live."));
    }

    private Reply<None> connect(Call.Effect<Set> call) {
        var in = call.input();
        if (in.connectionUri().isEmpty()) throw new Problem.Invalid("missing connection_uri").asException();
        if (in.username().isEmpty()) throw new Problem.Invalid("missing username").asException();
        if (in.password().size() == 0) throw new Problem.Invalid("missing password").asException();
        if (in.username().indexOf(':') >= 0) throw new Problem.Invalid("username", "must not have a colon in it").asException();
        if (!Outbound.isAddress(in.connectionUri())) throw new Problem.Invalid("connection_uri", "must be a URL that begins with https:// or http://, without a name, query or fragment").asException();
        var connection = new Connection(in.connectionUri(), in.username(), in.password(), in.passwordPolicy(), in.usernameTemplate());
        UsernameTemplate.parse(connection.template()).requireFresh(call.now(), random);
        if (in.verifyConnection()) broker(connection).verify();
        call.storage().update(store -> connections.put(store, Connection.ROW, connection));
        return Reply.nothing();
    }

    private Reply<Terms> readTerms(Call.Read<Nothing> call) {
        return Reply.of(terms.get(call.store(), Terms.ROW).orElseThrow(() -> new Problem.NotFound().asException()));
    }

    private Reply<None> writeTerms(Call.Change<Terms> call) {
        if (call.input().ttl().isNegative() || call.input().maxTtl().isNegative()) throw new Problem.Invalid("ttl and max_ttl cannot be negative").asException();
        terms.put(call.store(), Terms.ROW, call.input());
        return Reply.nothing();
    }

    Connection connection(Storage.Reader store) {
        return connections.get(store, Connection.ROW).orElseThrow(() -> new Problem.Invalid("failed to get the client: config/connection is not set").asException());
    }

    Terms terms(Storage.Reader store) {
        return terms.get(store, Terms.ROW).orElse(Terms.OF_THE_MOUNT);
    }

    Broker broker(Connection connection) {
        return new Broker(outbound, json, connection);
    }
}
