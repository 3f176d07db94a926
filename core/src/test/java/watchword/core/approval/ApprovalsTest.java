package watchword.core.approval;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer;
import watchword.core.TestServer.Answered;
import watchword.core.ToyEngine;
import watchword.core.mount.EngineCatalog;
import watchword.core.request.Request;
import watchword.core.request.RequestPath;
import watchword.core.token.PinMethod;
import watchword.sdk.Peer;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.testkit.Property;

/** Requests that wait for others to approve of them. Numbers 16, 18, 85, 86, 87. */
class ApprovalsTest {
    private static final String NOT_YET = "Request needs further approval";
    private static final String GONE = "wrapping token is not valid or does not exist";
    private static final String TWO_OF_OPS = "path \"toy/creds/*\" { capabilities = [\"read\"] control_group { ttl = \"4h\" factor \"ops\" { identity { group_names = [\"ops\"] approvals = 2 } } } }";

    private final TestServer it = TestServer.start(EngineCatalog.builder().engine("toy", (_, _) -> new ToyEngine()).auth("pin", (_, _) -> new PinMethod()).build());
    private final Map<String, String> tokens = new HashMap<>();
    private final Map<String, String> entities = new HashMap<>();

    @BeforeEach
    void people() {
        ToyEngine.ALIVE.clear();
        it.write(it.root, "sys/auth/pin", "type", "pin");
        it.write(it.root, "sys/mounts/toy", "type", "toy");
        it.policy("asks", TWO_OF_OPS);
        it.policy("approves", "path \"sys/control-group/*\" { capabilities = [\"update\", \"list\"] }");
        for (var name : List.of("ada", "bob", "cleo", "dan", "eve")) login(name);
        group("ops", "bob", "cleo", "dan", "ada");
        group("law", "eve");
    }

    @AfterEach
    void close() {
        it.close();
    }

    private void login(String name) {
        it.write(it.root, "auth/pin/user/" + name, "pin", "7", "token_policies", "asks,approves");
        var auth = it.write("", "auth/pin/login/" + name, "pin", "7").part("auth");
        tokens.put(name, String.valueOf(auth.get("client_token")));
        entities.put(name, String.valueOf(auth.get("entity_id")));
    }

    private void group(String name, String... members) {
        it.write(it.root, "identity/group", "name", name, "member_entity_ids", List.of(members).stream().map(this::entity).toList());
    }

    private String entity(String name) {
        return entities.getOrDefault(name, "");
    }

    private String of(String name) {
        return tokens.getOrDefault(name, "");
    }

    private Answered with(String token, Operation operation, String path, Map<String, Object> body, Map<String, List<String>> headers) {
        return it.answered(it.server.serve(new Request("id", operation, new RequestPath(path), body, false, Optional.of(Secret.copyOf(token)), Optional.empty(), headers, new Peer("10.1.2.3", 1, List.of()))));
    }

    /** What asks, and was told to wait. */
    private record Asked(String token, String accessor) {}

    private static Asked waiting(Answered answer) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().get("data")).isNull();
        return new Asked(String.valueOf(answer.part("wrap_info").get("token")), String.valueOf(answer.part("wrap_info").get("accessor")));
    }

    private Asked ask() {
        return waiting(it.read(of("ada"), "toy/creds/x"));
    }

    private Answered authorize(String name, Asked asked) {
        return it.write(of(name), "sys/control-group/authorize", "accessor", asked.accessor());
    }

    private void approved(Asked asked) {
        authorize("bob", asked);
        assertThat(authorize("cleo", asked).part("data")).containsEntry("approved", true);
    }

    private Answered unwrap(String name, Asked asked) {
        return it.write(of(name), "sys/wrapping/unwrap", "token", asked.token());
    }

    private static void assertRefused(Answered answer, int status, String error) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.errors().toString()).contains(error);
    }

    /** Whoever had the policy of waiting requests could put one into the cubbyhole, with the approvals of others in it. */
    @Test
    void nobody_is_given_or_writes_the_policy_by_which_a_waiting_request_is_known() {
        for (var name : List.of("control-group", " Control-Group", "CONTROL-GROUP")) {
            for (var field : List.of("auth/token/create", "auth/pin/user/mallory")) {
                var policies = field.startsWith("auth/token") ? "policies" : "token_policies";
                assertThat(it.write(it.root, field, "pin", "7", policies, List.of(name, "default")).status()).as(field + name).isEqualTo(400);
            }
            it.write(it.root, "auth/token/roles/any", "allowed_policies", List.of(name));
            assertThat(it.write(it.root, "auth/token/create/any", "policies", List.of(name)).status()).as(name).isEqualTo(400);
        }
        assertThat(it.write(it.root, "sys/policies/acl/control-group", "policy", "path \"*\" { capabilities = [\"read\"] }").errors().toString()).contains("cannot update");
    }

    @Test
    void a_request_waits_until_enough_others_approve_and_is_then_carried_out_once() {
        var asked = ask();
        assertThat(ToyEngine.ALIVE).as("nothing is made before").isEmpty();
        assertRefused(unwrap("ada", asked), 400, NOT_YET);
        assertThat(authorize("bob", asked).part("data")).containsEntry("approved", false);
        assertRefused(unwrap("ada", asked), 400, NOT_YET);
        assertThat(authorize("cleo", asked).part("data")).containsEntry("approved", true);
        assertThat(ToyEngine.ALIVE).isEmpty();

        var answer = unwrap("ada", asked);
        assertThat(answer.part("data")).containsKey("key");
        assertThat(answer.leaseId()).startsWith("toy/creds/x/");
        assertThat(ToyEngine.ALIVE).hasSize(1);
        assertRefused(unwrap("ada", asked), 400, GONE);
        assertRefused(authorize("dan", asked), 400, "invalid accessor");
        assertThat(it.list(it.root, "sys/control-group/requests").status()).isEqualTo(404);
    }

    @Test
    void who_approves_sees_what_is_asked_and_by_whom() {
        var asked = waiting(with(of("ada"), Operation.READ, "toy/creds/x", Map.of("ttl", "5m"), Map.of("x-watchword-reason", List.of("the pipeline\nis stuck"))));
        authorize("bob", asked);
        var told = it.write(of("cleo"), "sys/control-group/request", "accessor", asked.accessor()).part("data");
        assertThat(told).containsEntry("approved", false).containsEntry("request_path", "toy/creds/x").containsEntry("request_operation", "read").containsEntry("request_reason", "the pipeline is stuck")
                .containsEntry("request_remote_address", "10.1.2.3").containsEntry("request_display_name", "pin-ada");
        assertThat(String.valueOf(told.get("request_entity"))).contains(entity("ada"));
        assertThat(String.valueOf(told.get("request_data"))).contains("ttl");
        assertThat(String.valueOf(told.get("authorizations"))).contains(entity("bob")).doesNotContain(entity("cleo"));
        assertThat(it.list(of("cleo"), "sys/control-group/requests").part("data").get("keys")).isEqualTo(List.of(asked.accessor()));
    }

    @Test
    void secrets_in_what_is_asked_are_masked() {
        it.policy("asks", "path \"auth/token/lookup\" { capabilities = [\"update\"] control_group { factor \"ops\" { identity { group_names = [\"ops\"] } } } }");
        var asked = waiting(it.write(of("ada"), "auth/token/lookup", "token", of("dan")));
        assertThat(it.write(of("bob"), "sys/control-group/request", "accessor", asked.accessor()).body().toString()).contains("***").doesNotContain(of("dan"));
        authorize("bob", asked);
        assertThat(unwrap("ada", asked).part("data")).containsEntry("display_name", "pin-dan");
    }

    @Test
    void nothing_that_the_requester_does_approves_and_each_other_counts_once() {
        var again = it.write("", "auth/pin/login/ada", "pin", "7").token();
        var people = List.of("ada", "bob", "cleo", "dan", "eve");
        Property.holds(40, random -> {
            var asked = ask();
            var approving = new HashSet<String>();
            for (int step = 0; step < 8; step++) {
                var who = people.get(random.nextInt(random.nextBoolean() ? 2 : people.size()));
                var answer = who.equals("ada") && random.nextBoolean() ? it.write(again, "sys/control-group/authorize", "accessor", asked.accessor()) : authorize(who, asked);
                switch (who) {
                    case "ada" -> assertRefused(answer, 403, "token owner cannot be approver");
                    case "eve" -> assertRefused(answer, 403, "not for your groups");
                    default -> {
                        approving.add(who);
                        assertThat(answer.part("data")).containsEntry("approved", approving.size() >= 2);
                    }
                }
            }
            assertThat(unwrap("ada", asked).status()).isEqualTo(approving.size() >= 2 ? 200 : 400);
        });
    }

    @Test
    void each_factor_needs_its_own() {
        it.policy("asks", "path \"toy/creds/*\" { capabilities = [\"read\"] control_group { factor \"ops\" { identity { group_names = [\"OPS\"] } } factor \"law\" { identity { group_names = [\"law\"] } } } }");
        var asked = ask();
        authorize("bob", asked);
        authorize("cleo", asked);
        assertRefused(unwrap("ada", asked), 400, NOT_YET);
        assertThat(authorize("eve", asked).part("data")).containsEntry("approved", true);
        assertThat(unwrap("ada", asked).status()).isEqualTo(200);
    }

    @Test
    void two_who_turn_out_to_be_one_count_once_and_who_turns_out_to_be_the_requester_not_at_all() {
        var asked = ask();
        approved(asked);
        merge("bob", "cleo");
        assertRefused(unwrap("ada", asked), 400, NOT_YET);
        assertThat(authorize("dan", asked).part("data")).containsEntry("approved", true);
        merge("dan", "ada");
        assertRefused(unwrap("ada", asked), 400, NOT_YET);
        assertRefused(authorize("dan", asked), 403, "token owner cannot be approver");
    }

    private void merge(String from, String to) {
        var alias = it.read(it.root, "identity/entity/id/" + entity(from)).part("data").get("aliases");
        if (alias instanceof List<?> all && !all.isEmpty() && all.getFirst() instanceof Map<?, ?> one) it.delete(it.root, "identity/entity-alias/id/" + one.get("id"));
        assertThat(it.write(it.root, "identity/entity/merge", "from_entity_ids", List.of(entity(from)), "to_entity_id", entity(to)).status()).isEqualTo(204);
    }

    @Test
    void who_left_the_group_or_is_disabled_does_not_count_any_more() {
        var asked = ask();
        approved(asked);
        group("ops", "cleo", "dan");
        assertRefused(unwrap("ada", asked), 400, NOT_YET);
        group("ops", "bob", "cleo", "dan");
        it.write(it.root, "identity/entity/id/" + entity("cleo"), "disabled", true);
        assertRefused(unwrap("ada", asked), 400, NOT_YET);
        it.write(it.root, "identity/entity/id/" + entity("cleo"), "disabled", false);
        assertThat(unwrap("ada", asked).status()).isEqualTo(200);
    }

    @Test
    void it_is_judged_anew_by_what_the_policies_say_in_the_end() {
        var asked = ask();
        approved(asked);
        it.policy("asks", "path \"toy/creds/*\" { capabilities = [\"deny\"] }");
        assertRefused(unwrap("ada", asked), 403, "permission denied");
        it.policy("asks", TWO_OF_OPS.replace("approvals = 2", "approvals = 3"));
        assertRefused(unwrap("ada", asked), 400, NOT_YET);
        assertThat(ToyEngine.ALIVE).isEmpty();
        it.policy("asks", "path \"toy/creds/*\" { capabilities = [\"read\"] }");
        assertThat(unwrap("ada", asked).status()).isEqualTo(200);
        assertRefused(unwrap("ada", asked), 400, GONE);
    }

    @Test
    void a_requester_who_is_disabled_or_whose_token_is_gone_gets_nothing() {
        var asked = ask();
        approved(asked);
        it.write(it.root, "identity/entity/id/" + entity("ada"), "disabled", true);
        assertRefused(unwrap("ada", asked), 403, "");
        it.write(it.root, "identity/entity/id/" + entity("ada"), "disabled", false);
        it.write(it.root, "auth/token/revoke", "token", of("ada"));
        assertRefused(unwrap("ada", asked), 403, "");
        login("ada");
        assertThat(unwrap("ada", asked).status()).as("by another token of the same entity").isEqualTo(200);
    }

    @Test
    void nobody_else_unwraps_it_whatever_they_hold() {
        var asked = ask();
        approved(asked);
        for (var token : List.of(of("bob"), of("eve"), it.root, asked.token())) assertRefused(it.write(token, "sys/wrapping/unwrap", "token", asked.token()), 403, "is carried out for who made it");
        assertThat(it.write("", "sys/wrapping/unwrap", "token", asked.token()).status()).isEqualTo(403);
        assertThat(it.write(asked.token(), "sys/wrapping/unwrap").status()).isEqualTo(403);
        assertThat(it.read(asked.token(), "cubbyhole/request").status()).isEqualTo(403);
        assertThat(it.write(of("ada"), "sys/wrapping/rewrap", "token", asked.token()).status()).isEqualTo(400);
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(unwrap("ada", asked).status()).isEqualTo(200);
    }

    @Test
    void who_asks_in_a_loop_fills_nothing_and_keeps_nobody_else_from_asking() {
        var first = ask();
        for (int i = 1; i < 100; i++) ask();
        assertRefused(it.read(of("ada"), "toy/creds/x"), 429, "100 requests of this entity wait for approval already");
        waiting(it.read(of("eve"), "toy/creds/x"));
        approved(first);
        assertThat(unwrap("ada", first).status()).isEqualTo(200);
        ask();
        assertThat(it.read(of("ada"), "toy/creds/x").status()).isEqualTo(429);
        it.clock.advance(Duration.ofHours(5));
        login("ada");
        ask();
    }

    @Test
    void it_ends() {
        var asked = ask();
        approved(asked);
        it.clock.advance(Duration.ofHours(4));
        assertRefused(unwrap("ada", asked), 400, GONE);
        it.write(it.root, "sys/config/control-group", "max_ttl", "30m");
        assertThat(it.read(it.root, "sys/config/control-group").part("data")).containsEntry("max_ttl", 1800L);
        asked = ask();
        it.clock.advance(Duration.ofMinutes(31));
        assertRefused(authorize("bob", asked), 400, "invalid accessor");
        it.write(it.root, "sys/config/control-group", "max_ttl", "0");
        var other = ask();
        it.write(it.root, "auth/token/revoke-accessor", "accessor", other.accessor());
        assertRefused(unwrap("ada", other), 400, GONE);
    }

    @Test
    void of_sixty_four_that_unwrap_at_once_one_wins() throws Exception {
        var asked = ask();
        approved(asked);
        try (var many = Executors.newVirtualThreadPerTaskExecutor()) {
            var tries = IntStream.range(0, 64).<Future<Answered>>mapToObj(_ -> many.submit(() -> unwrap("ada", asked))).toList();
            int won = 0;
            for (var each : tries) {
                if (each.get().status() == 200) won++;
                else assertRefused(each.get(), 400, GONE);
            }
            assertThat(won).isEqualTo(1);
        }
        assertThat(it.list(it.root, "sys/leases/lookup/toy/creds/x").part("data").get("keys")).asString().doesNotContain(",");
    }

    @Test
    void a_read_is_spent_as_well() {
        it.policy("asks", "path \"sys/policies/acl/asks\" { capabilities = [\"read\"] control_group { factor \"ops\" { identity { group_names = [\"ops\"] } } } }");
        var asked = waiting(it.read(of("ada"), "sys/policies/acl/asks"));
        authorize("bob", asked);
        assertThat(unwrap("ada", asked).part("data")).containsEntry("name", "asks");
        assertRefused(unwrap("ada", asked), 400, GONE);
    }

    @Test
    void who_is_nobody_neither_asks_nor_approves() {
        var nobody = it.token("asks", "approves");
        assertRefused(it.read(nobody, "toy/creds/x"), 403, "a token without an entity");
        var asked = ask();
        assertRefused(it.write(nobody, "sys/control-group/authorize", "accessor", asked.accessor()), 403, "a token without an entity");
        assertRefused(it.write(it.root, "sys/control-group/authorize", "accessor", asked.accessor()), 403, "a token without an entity");
    }

    @Test
    void what_cannot_be_read_does_not_wait() {
        assertRefused(with(of("ada"), Operation.READ, "toy/creds/x", Map.of("ttl", "soon"), Map.of()), 400, "ttl");
        assertThat(it.list(it.root, "sys/control-group/requests").status()).isEqualTo(404);
    }

    @Test
    void groups_are_of_the_namespace_whose_policy_names_them() {
        it.write(it.root, "sys/namespaces/team");
        var team = it.in("team/");
        team.write(it.root, "sys/auth/pin", "type", "pin");
        team.write(it.root, "sys/mounts/toy", "type", "toy");
        team.policy("asks", TWO_OF_OPS.replace("approvals = 2", "approvals = 1"));
        team.policy("approves", "path \"sys/control-group/*\" { capabilities = [\"update\"] }");
        var there = new HashMap<String, Map<String, Object>>();
        for (var name : List.of("ada", "bob")) {
            team.write(it.root, "auth/pin/user/" + name, "pin", "7", "token_policies", "asks,approves");
            there.put(name, team.write("", "auth/pin/login/" + name, "pin", "7").part("auth"));
        }
        var ada = String.valueOf(there.getOrDefault("ada", Map.of()).get("client_token"));
        var bob = String.valueOf(there.getOrDefault("bob", Map.of()).get("client_token"));
        team.write(it.root, "identity/group", "name", "ops", "member_entity_ids", List.of(String.valueOf(there.getOrDefault("bob", Map.of()).get("entity_id"))));
        it.policy("approves", "path \"+/sys/control-group/*\" { capabilities = [\"update\"] } path \"team/sys/control-group/*\" { capabilities = [\"update\"] }");
        var asked = waiting(team.read(ada, "toy/creds/x"));
        assertRefused(team.write(of("bob"), "sys/control-group/authorize", "accessor", asked.accessor()), 403, "");
        assertRefused(it.write(it.root, "sys/control-group/request", "accessor", asked.accessor()), 400, "invalid accessor");
        assertThat(team.write(bob, "sys/control-group/authorize", "accessor", asked.accessor()).part("data")).containsEntry("approved", true);
        assertThat(it.write(ada, "sys/wrapping/unwrap", "token", asked.token()).leaseId()).as("found by its token, wherever it is asked").startsWith("toy/creds/x/");
    }

    // ---- breaking the glass ----

    private Answered breakGlass(String reason) {
        return with(of("ada"), Operation.READ, "toy/creds/x", Map.of(), Map.of("x-watchword-break-glass", List.of(reason)));
    }

    @Test
    void where_the_policy_says_so_a_reason_does_in_place_of_approvals() {
        it.policy("asks", TWO_OF_OPS.replace("} } } }", "} } } break_glass { max_ttl = \"3m\" } }"));
        ask();
        assertThat(ToyEngine.ALIVE).isEmpty();
        var answer = breakGlass("the database is down");
        assertThat(answer.body()).containsEntry("lease_duration", 180L);
        assertThat(it.write(it.root, "sys/leases/renew", "lease_id", answer.leaseId(), "increment", "1h").body()).containsEntry("lease_duration", 180L);
        it.clock.advance(Duration.ofMinutes(4));
        while (it.server.runDue() > 0) assertThat(ToyEngine.ALIVE).hasSizeLessThan(2);
        assertThat(ToyEngine.ALIVE).isEmpty();
        it.policy("asks", TWO_OF_OPS);
        waiting(breakGlass("where no policy says so, a reason is none"));
    }

    @Test
    void a_reason_does_not_give_a_run_again_what_it_was_approved_for_longer() {
        it.policy("asks", TWO_OF_OPS.replace("} } } }", "} } } break_glass { max_ttl = \"3m\" } }"));
        tokens.put("ada", it.write("", "auth/pin/login/ada", "pin", "7", "run", "nightly/7").token());
        var asked = ask();
        approved(asked);
        var approved = unwrap("ada", asked);
        assertThat(approved.body()).containsEntry("lease_duration", 600L);
        var broken = breakGlass("the database is down");
        assertThat(broken.body()).containsEntry("lease_duration", 180L);
        assertThat(broken.leaseId()).isNotEqualTo(approved.leaseId());
        assertThat(breakGlass("it is still down").leaseId()).as("the same again").isEqualTo(broken.leaseId());
    }

    @Test
    void where_a_reason_alone_is_asked_for_there_is_nothing_without_one() {
        it.policy("asks", "path \"toy/creds/*\" { capabilities = [\"read\"] break_glass { max_ttl = \"3m\" } } path \"auth/token/create\" { capabilities = [\"update\"] break_glass { max_ttl = \"3m\" } }");
        assertRefused(it.read(of("ada"), "toy/creds/x"), 403, "X-Watchword-Break-Glass");
        assertRefused(breakGlass(" \t"), 403, "X-Watchword-Break-Glass");
        assertThat(ToyEngine.ALIVE).isEmpty();
        assertThat(breakGlass("the database is down").status()).isEqualTo(200);
        assertRefused(with(of("ada"), Operation.WRITE, "auth/token/create", Map.of(), Map.of("x-watchword-break-glass", List.of("more"))), 403, "token");
        assertRefused(with(it.token("asks"), Operation.READ, "toy/creds/x", Map.of(), Map.of("x-watchword-break-glass", List.of("nobody's"))), 403, "a token without an entity");
    }
}
