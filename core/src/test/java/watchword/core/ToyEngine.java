package watchword.core;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Engine;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Revocable;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** Hands out numbered keys with leases, and remembers which are alive upstream. */
public final class ToyEngine implements Engine, Revocable {
    /** What is alive upstream, of all toys: a test looks here. */
    public static final Set<String> ALIVE = new ConcurrentSkipListSet<>();
    public static final Set<String> STUCK = new ConcurrentSkipListSet<>();

    record Wanted(@Doc("Name of the role.") String role, @Doc("How long.") Duration ttl) {}

    record Key(String key) {}

    @Override
    public String type() {
        return "toy";
    }

    @Override
    public String help() {
        return "Hands out keys with leases.";
    }

    @Override
    public List<Route<?, ?>> routes() {
        return List.of(
                Route.issue("creds/{role}", Wanted.class, Key.class, this::issue, "Get a key."),
                Route.issue("once/{role}", Wanted.class, Key.class, this::issue, "Get a key of which there is one.").with(Route.Trait.SINGLE_USE),
                Route.issueOutside("made/{role}", Wanted.class, Key.class, this::make, "Get a key that is made outside."));
    }

    /** What happens once a key was made and before anybody knows of it: a fault. */
    public Runnable whenMade = () -> {};

    private final Map<String, Integer> made = new ConcurrentHashMap<>();

    /** How often a path was asked for and made something. */
    public int made(String path) {
        return made.getOrDefault(path, 0);
    }

    private Reply<Key> make(Call.Effect<Wanted> call) {
        var key = call.ask().mount().path() + call.input().role() + "-" + call.now();
        var revocation = new Reply.Revocation("key", Map.of("key", key));
        call.announce(revocation);
        ALIVE.add(key);
        made.merge(call.ask().mount().path() + call.ask().path(), 1, Integer::sum);
        whenMade.run();
        return Reply.of(new Key(key)).until(new Reply.Term.Leased(Duration.ofMinutes(10), Duration.ofHours(1), true, revocation));
    }

    private Reply<Key> issue(Call.Change<Wanted> call) {
        var key = call.ask().mount().path() + call.input().role() + "-" + call.now();
        ALIVE.add(key);
        made.merge(call.ask().mount().path() + call.ask().path(), 1, Integer::sum);
        var ttl = call.input().ttl().isZero() ? Duration.ofMinutes(10) : call.input().ttl();
        return Reply.of(new Key(key)).until(new Reply.Term.Leased(ttl, Duration.ofHours(1), true, new Reply.Revocation("key", Map.of("key", key))));
    }

    /** How long upstream gives each key after its last renewal. */
    public static final Map<String, Duration> PROLONGED = new ConcurrentHashMap<>();

    @Override
    public void renew(Reply.Revocation revocation, Duration newTtl, Storage mountStorage) {
        var key = revocation.handle().getOrDefault("key", "");
        if (STUCK.contains(key)) throw new Problem.Upstream("the toy is stuck").asException();
        PROLONGED.put(key, newTtl);
    }

    /** What happens before a key is revoked: a target that is slow, or a server that dies. */
    public Runnable whenRevoked = () -> {};

    @Override
    public void revoke(Reply.Revocation revocation, Storage mountStorage) {
        whenRevoked.run();
        var key = revocation.handle().getOrDefault("key", "");
        if (STUCK.contains(key)) throw new Problem.Upstream("the toy is stuck").asException();
        ALIVE.remove(key);
    }
}
