package watchword.core.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import watchword.core.TestServer.Answered;
import watchword.testkit.Property;

/** Numbers 71 and 72 of the vulnerability list: who may write all of identity/, but not with sudo, gains nothing above its own policies. */
class StandingTest {
    private static final String EVERYTHING = "path \"identity/*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\", \"list\"] }";

    private final Directory it = new Directory();
    private String operator = "";
    private String self = "";
    private String victim = "";
    private String admins = "";

    @BeforeEach
    void an_operator_without_sudo_and_somebody_with_more() {
        it.server.policy("operator", EVERYTHING);
        it.server.policy("more", "path \"sys/mounts\" { capabilities = [\"read\"] }");
        it.user("one", "eve", "token_policies", "operator");
        it.user("two", "eve");
        it.user("one", "ada");
        operator = it.token("one", "eve");
        self = it.entityOf(operator);
        victim = it.entityOf(it.token("one", "ada"));
        admins = it.group("admins", "policies", "more", "member_entity_ids", List.of(victim));
    }

    @AfterEach
    void close() {
        it.close();
    }

    private Answered write(String path, Object... pairs) {
        return it.server.write(operator, "identity/" + path, pairs);
    }

    private int delete(String path) {
        return it.server.delete(operator, "identity/" + path).status();
    }

    private void refused(String path, Object... pairs) {
        var answer = write(path, pairs);
        assertThat(answer.status()).as("%s: %s", path, answer.body()).isEqualTo(403);
        assertThat(answer.errors().toString()).contains("sudo");
    }

    @Test
    void gives_nobody_what_it_does_not_have() {
        refused("entity", "name", "new", "policies", "more");
        refused("entity/id/" + it.entity("other"), "policies", "operator,more");
        refused("group", "name", "new", "policies", "more");
        refused("group/id/" + it.group("plain"), "policies", "more");
        assertThat(write("entity", "name", "new", "policies", "operator").status()).as("what it has it may give").isEqualTo(200);
        assertThat(write("entity/id/" + it.entity("has", "more"), "policies", "more,operator").status()).as("what was there is not given").isEqualTo(204);
        assertThat(write("entity/name/has", "policies", "").status()).as("nor what is taken").isEqualTo(204);
    }

    @Test
    void lets_nobody_into_a_group_that_gives_it() {
        var puppet = String.valueOf(write("entity", "name", "puppet").data("id"));
        refused("group/id/" + admins, "member_entity_ids", List.of(victim, puppet));
        refused("group/id/" + admins, "member_entity_ids", List.of(victim, self));
        var club = String.valueOf(write("group", "name", "club", "member_entity_ids", List.of(puppet)).data("id"));
        refused("group/id/" + admins, "member_group_ids", List.of(club));
        var below = it.group("below");
        it.write("group/id/" + admins, "member_group_ids", List.of(below));
        refused("group/id/" + below, "member_entity_ids", List.of(puppet));
        refused("group/id/" + below, "member_group_ids", List.of(club));
        assertThat(it.data("group/id/" + below)).containsEntry("member_entity_ids", null).containsEntry("member_group_ids", null);
    }

    @Test
    void makes_no_name_that_leads_into_such_a_group() {
        var outside = it.group("outside", "type", "external", "policies", "more");
        refused("group-alias", "name", "mine", "mount_accessor", it.two, "canonical_id", outside);
        var alias = it.made("group-alias", "name", "theirs", "mount_accessor", it.two, "canonical_id", outside);
        refused("group-alias/id/" + alias, "name", "mine", "mount_accessor", it.two);
        it.user("two", "eve", "groups", "mine");
        assertThat(it.policiesOf(it.token("two", "eve"))).isEmpty();
    }

    /** CVE-2021-41802: to write an alias was to merge entities. */
    @Test
    void takes_nobody_s_place() {
        refused("entity-alias", "name", "eve", "mount_accessor", it.two, "canonical_id", victim);
        it.token("two", "eve");
        refused("entity-alias", "name", "eve", "mount_accessor", it.two, "canonical_id", victim);
        var puppet = String.valueOf(write("entity-alias", "name", "puppet", "mount_accessor", it.two).data("id"));
        refused("entity-alias/id/" + puppet, "canonical_id", victim);
        var own = it.firstAlias(victim);
        refused("entity-alias/id/" + own, "name", "eve9");
        refused("entity-alias/id/" + own, "name", "eve9", "mount_accessor", it.two);
        assertThat(delete("entity-alias/id/" + own)).isEqualTo(204);
        refused("entity-alias", "name", "eve2", "mount_accessor", it.one, "canonical_id", victim);
        var promised = it.entity("promised", "more");
        refused("entity-alias", "name", "eve2", "mount_accessor", it.one, "canonical_id", promised);
        assertThat(write("entity/merge", "from_entity_ids", self, "to_entity_id", victim).status()).isEqualTo(403);
        assertThat(write("entity/merge", "from_entity_ids", victim, "to_entity_id", self).status()).isEqualTo(403);
        assertThat(write("entity-alias", "name", "bob", "mount_accessor", it.one, "canonical_id", it.entity("bob")).status()).as("a place that waits for its owner").isEqualTo(200);
        for (var mount : List.of("one", "two")) assertThat(it.policiesOf(it.token(mount, "eve"))).doesNotContain("more");
        assertThat(it.data("entity/id/" + victim)).containsEntry("merged_entity_ids", null);
    }

    @Test
    void leaves_alone_what_its_own_policies_come_from() {
        it.write("entity/id/" + self, "policies", "operator,limits");
        var low = it.group("low", "policies", "limits", "member_entity_ids", List.of(self));
        var top = it.group("top", "policies", "limits", "member_group_ids", List.of(low));
        refused("entity", "id", self, "policies", "operator");
        refused("entity", "id", self, "metadata", Map.of("team", "other"));
        refused("entity", "id", self, "name", "other");
        for (var group : List.of(low, top)) {
            refused("group/id/" + group, "policies", "");
            refused("group/id/" + group, "metadata", Map.of("team", "other"));
            refused("group/id/" + group, "name", "other");
            assertThat(delete("group/id/" + group)).isEqualTo(403);
        }
        refused("group/id/" + low, "member_entity_ids", List.of());
        refused("group/id/" + top, "member_group_ids", List.of());
        assertThat(write("group/id/" + low, "member_entity_ids", List.of(self, it.entity("friend"))).status()).as("others may join it").isEqualTo(204);
        var alias = it.firstAlias(self);
        refused("entity-alias/id/" + alias, "custom_metadata", Map.of("a", "b"));
        refused("entity-alias/id/" + alias, "canonical_id", it.entity("fresh"));
        assertThat(delete("entity-alias/id/" + alias)).isEqualTo(403);
        assertThat(delete("entity/id/" + self)).isEqualTo(403);
        assertThat(write("entity/batch-delete", "entity_ids", List.of(it.entity("x"), self)).status()).isEqualTo(403);
        assertThat(it.data("entity/name/x")).as("nothing of a refused request is done").containsEntry("disabled", false);
        assertThat(it.policiesOf(operator)).isEqualTo(List.of("limits", "operator"));
    }

    @Test
    void with_sudo_it_may_do_all_of_it() {
        it.server.policy("sudo", EVERYTHING.replace("\"list\"", "\"list\", \"sudo\""));
        operator = it.server.token("sudo");
        assertThat(write("entity", "name", "new", "policies", "more").status()).isEqualTo(200);
        assertThat(write("group/id/" + admins, "member_entity_ids", List.of(victim, self)).status()).isEqualTo(204);
        assertThat(write("entity-alias", "name", "eve", "mount_accessor", it.two, "canonical_id", victim).status()).isEqualTo(200);
        assertThat(write("entity/merge", "from_entity_ids", it.entity("dup"), "to_entity_id", victim).status()).isEqualTo(204);
    }

    /** Every way that there is, tried by chance: none makes one of the operator's logins more than it was. */
    @Test
    void however_it_goes_about_it_no_login_of_its_own_gains_a_policy() {
        Property.holds(10, random -> {
            var ids = new ArrayList<>(List.of(self, victim));
            var groups = new ArrayList<>(List.of(admins));
            for (int i = 0; i < 25; i++) {
                var id = ids.get(random.nextInt(ids.size()));
                var group = groups.get(random.nextInt(groups.size()));
                var policies = List.of("more", "operator", "").get(random.nextInt(3));
                switch (random.nextInt(7)) {
                    case 0 -> write("entity/id/" + id, "policies", policies);
                    case 1 -> {
                        var made = write("entity", "policies", policies);
                        if (made.status() == 200) ids.add(String.valueOf(made.data("id")));
                    }
                    case 2 -> {
                        var made = write("group", "policies", policies, "member_entity_ids", List.of(id));
                        if (made.status() == 200) groups.add(String.valueOf(made.data("id")));
                    }
                    case 3 -> write("group/id/" + group, "member_entity_ids", List.of(id, self));
                    case 4 -> write("group/id/" + group, "member_group_ids", List.of(groups.get(random.nextInt(groups.size()))));
                    case 5 -> write("entity-alias", "name", List.of("eve", "ada").get(random.nextInt(2)), "mount_accessor", random.nextBoolean() ? it.one : it.two, "canonical_id", id);
                    default -> write("entity/merge", "from_entity_ids", id, "to_entity_id", ids.get(random.nextInt(ids.size())));
                }
            }
            for (var mount : List.of("one", "two")) assertThat(it.policiesOf(it.token(mount, "eve"))).doesNotContain("more");
            assertThat(it.server.read(operator, "sys/mounts").status()).isEqualTo(403);
        });
    }
}
