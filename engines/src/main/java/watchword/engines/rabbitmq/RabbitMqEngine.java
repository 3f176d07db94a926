package watchword.engines.rabbitmq;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Engine;
import watchword.sdk.EngineContext;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.Revocation;
import watchword.sdk.Revocable;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.UsernameTemplate;

/** Makes users of a broker that go with their lease. */
public final class RabbitMqEngine implements Engine, Revocable {
    private static final String KIND = "creds";
    private static final String USER = "username";
    private static final int PASSWORD_LENGTH = 36;

    private final EngineContext context;
    private final SecureRandom random;
    private final ConfigRoutes configs;
    private final RoleRoutes roles;

    public RabbitMqEngine(EngineContext context, Outbound outbound) {
        this.context = context;
        this.random = context.random();
        this.configs = new ConfigRoutes(context, outbound);
        this.roles = new RoleRoutes(context.table("role", Role.class), context.json());
    }

    record Wanted(@Doc("Name of the role.") String name) {}

    record Issued(
            @Doc("Password of the user.") Secret password,
            @Doc("Name of the user.") String username) {}

    @Override
    public String type() {
        return "rabbitmq";
    }

    @Override
    public String help() {
        return "Makes users of a RabbitMQ broker, with permissions in its virtual hosts, that go with their lease.";
    }

    @Override
    public List<Route<?, ?>> routes() {
        var all = new ArrayList<Route<?, ?>>();
        all.addAll(configs.routes());
        all.addAll(roles.routes());
        all.add(Route.issueOutside("creds/{name}", Wanted.class, Issued.class, this::issue, "Get a user of the broker."));
        return List.copyOf(all);
    }

    private record Rules(Role role, Connection connection, ConfigRoutes.Terms terms) {}

    private Reply<Issued> issue(Call.Effect<Wanted> call) {
        var rules = call.storage().<Rules>read(store -> new Rules(roles.require(store, call.input().name()), configs.connection(store), configs.terms(store)));
        var broker = configs.broker(rules.connection());
        var name = UsernameTemplate.parse(rules.connection().template()).make(call.caller().displayName(), call.input().name(), call.now(), random);
        var password = rules.connection().passwordPolicy().isEmpty() ? Secret.letters(random, PASSWORD_LENGTH) : context.password(rules.connection().passwordPolicy());
        // Who is there already is not ours: it must not be announced, since what is announced is removed.
        if (broker.hasUser(name)) throw new Problem.Conflict("the username template made the name of a user who is there already: ask again").asException();
        var revocation = new Revocation(KIND, Map.of(USER, name));
        call.announce(revocation);
        broker.putUser(name, password, rules.role().tags());
        rules.role().vhosts().forEach((vhost, permission) -> broker.permit(vhost, name, permission));
        rules.role().vhostTopics().forEach((vhost, exchanges) -> exchanges.forEach((exchange, permission) -> broker.permitTopic(vhost, name, exchange, permission)));
        return Reply.of(new Issued(password, name)).until(new Reply.Term.Leased(rules.terms().ttl(), rules.terms().maxTtl(), true, revocation));
    }

    @Override
    public void revoke(Revocation revocation, Storage mountStorage) {
        var connection = mountStorage.<Connection>read(configs::connection);
        configs.broker(connection).deleteUser(revocation.handle().getOrDefault(USER, ""));
    }
}
