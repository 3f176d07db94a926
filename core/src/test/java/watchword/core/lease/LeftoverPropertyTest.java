package watchword.core.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.ToyEngine;
import watchword.core.mount.EngineCatalog;
import watchword.core.token.PinMethod;
import watchword.sdk.Problem;
import watchword.sdk.Storage;
import watchword.testkit.Property;

/** Whatever happens, in whatever order: when all has ended, nothing is alive and the store holds no row of it. */
class LeftoverPropertyTest {
    /** The server dies. */
    private static final class Died extends Error {}

    private final ToyEngine toy = new ToyEngine();

    @Test
    void after_any_sequence_nothing_is_left_when_all_has_ended() {
        Property.holds(25, this::anything);
    }

    private void anything(RandomGenerator random) {
        ToyEngine.ALIVE.clear();
        ToyEngine.STUCK.clear();
        toy.whenMade = () -> {};
        var it = TestServer.start(EngineCatalog.builder().engine("toy", (_, _) -> toy).auth("pin", (_, _) -> new PinMethod()).build());
        it.write(it.root, "sys/mounts/toy", "type", "toy");
        it.write(it.root, "sys/auth/pin", "type", "pin");
        it.policy("toys", "path \"toy/*\" { capabilities = [\"read\"] }\npath \"auth/token/create\" { capabilities = [\"update\"] }");
        for (var user : List.of("ada", "bob")) it.write(it.root, "auth/pin/user/" + user, "pin", "7", "token_policies", "toys", "token_ttl", "30m", "token_type", user.equals("ada") ? "service" : "batch");
        it.write(it.root, "sys/quotas/lease-count/all", "max_leases", 1_000_000);
        var tokens = new ArrayList<String>();
        var leases = new ArrayList<String>();
        for (int step = 0; step < 40; step++) {
            it.clock.advance(Duration.ofMillis(15 + random.nextInt(200_000)));
            var token = tokens.isEmpty() ? "" : tokens.get(random.nextInt(tokens.size()));
            switch (random.nextInt(11)) {
                case 0, 1 -> add(tokens, it.write("", "auth/pin/login/" + (random.nextBoolean() ? "ada" : "bob"), "pin", "7", "run", List.of("", "a/b", "a", "c").get(random.nextInt(4))));
                case 2 -> add(tokens, it.write(token, "auth/token/create", "ttl", "20m"));
                case 3, 4, 5 -> {
                    int fate = random.nextInt(8);
                    toy.whenMade = () -> {
                        if (fate == 0) throw new Problem.Upstream("no answer").asException();
                        if (fate == 1) throw new Died();
                    };
                    try {
                        leases.add(it.read(token, (random.nextBoolean() ? "toy/made/r" : "toy/creds/r") + random.nextInt(3)).leaseId());
                    } catch (Died died) {
                        it = it.restarted();
                    }
                    toy.whenMade = () -> {};
                }
                case 6 -> {
                    if (!leases.isEmpty()) it.write(it.root, random.nextBoolean() ? "sys/leases/renew" : "sys/leases/revoke", "lease_id", leases.get(random.nextInt(leases.size())));
                }
                case 7 -> it.write(random.nextBoolean() ? token : it.root, random.nextBoolean() ? "auth/token/revoke-orphan" : "auth/token/revoke", "token", token);
                case 8 -> {
                    if (!token.isEmpty()) it.write(token, "auth/token/revoke-self");
                }
                case 9 -> it.server.runDue();
                default -> {
                    if (random.nextInt(3) == 0) it.write(it.root, "sys/runs/a/revoke", "sync", random.nextBoolean());
                    else if (!ToyEngine.ALIVE.isEmpty() && random.nextInt(3) == 0) ToyEngine.STUCK.add(ToyEngine.ALIVE.iterator().next());
                    else ToyEngine.STUCK.clear();
                }
            }
        }
        ToyEngine.STUCK.clear();
        for (int day = 0; day < 70; day++) {
            it.clock.advance(Duration.ofHours(12));
            it.server.runDue();
        }
        it.write(it.root, "sys/leases/revoke-force/toy"); // what was given up while the toy was stuck
        it.server.runDue();
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(leftovers(it)).isEmpty();
        // The root's own token and lease are there; the quota counts one of all that there were.
        assertThat(it.read(it.root, "sys/quotas/lease-count/all").part("data")).containsEntry("counter", 1L);
        it.close();
    }

    private static void add(List<String> tokens, TestServer.Answered made) {
        if (made.status() == 200) tokens.add(made.token());
    }

    private static List<String> leftovers(TestServer it) {
        return it.storage.<List<Storage.Entry>>read(store -> store.scan("core/", "", 100_000)).stream().map(Storage.Entry::key)
                .filter(key -> List.of("core/run/", "core/lease-of/", "core/lease-stuck/", "core/expiry/", "core/lease/toy", "core/lease/auth/pin", "core/entity-use/", "core/token/entity/", "core/token/parent/")
                        .stream().anyMatch(key::startsWith)).toList();
    }
}
