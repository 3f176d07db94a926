package watchword.core.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Groups and their aliases, as clients see them. */
class GroupApiTest {
    private final Directory it = new Directory();

    @AfterEach
    void close() {
        it.close();
    }

    @Test
    void a_group_is_made_read_by_id_and_name_changed_and_deleted() {
        var ada = it.entity("ada");
        var id = it.made("group", "name", "Team", "policies", "p", "metadata", Map.of("k", "v"), "member_entity_ids", List.of(ada));
        var shown = it.data("group/id/" + id);
        assertThat(shown).containsEntry("name", "Team").containsEntry("policies", List.of("p")).containsEntry("type", "internal").containsEntry("member_entity_ids", List.of(ada))
                .containsEntry("member_group_ids", null).containsEntry("parent_group_ids", null).containsEntry("alias", Map.of()).containsEntry("modify_index", 1L);
        assertThat(it.data("group/name/TEAM")).isEqualTo(shown);

        assertThat(it.write("group/id/" + id, "name", "crew").status()).isEqualTo(204);
        assertThat(it.data("group/name/crew")).containsEntry("member_entity_ids", List.of(ada)).containsEntry("modify_index", 2L).containsEntry("metadata", Map.of("k", "v"));
        assertThat(it.read("group/name/team").status()).isEqualTo(404);
        assertThat(it.write("group/name/crew", "member_entity_ids", List.of()).status()).isEqualTo(204);
        assertThat(it.data("group/id/" + id)).containsEntry("member_entity_ids", null);
        assertThat(it.data("entity/id/" + ada)).containsEntry("group_ids", List.of());

        assertThat(it.server.delete(it.root, "identity/group/name/crew").status()).isEqualTo(204);
        assertThat(it.read("group/id/" + id).status()).isEqualTo(404);
        assertThat(it.server.list(it.root, "identity/group/name").status()).isEqualTo(404);
    }

    @Test
    void what_makes_no_sense_is_refused_and_changes_nothing() {
        var id = it.group("a");
        it.group("b");
        assertThat(it.write("group/id/nope").errors()).isEqualTo(List.of("invalid group ID"));
        assertThat(it.write("group/id/" + id, "name", "B").errors()).isEqualTo(List.of("group name is already in use"));
        assertThat(it.write("group/id/" + id, "type", "external").errors()).isEqualTo(List.of("group type cannot be changed"));
        assertThat(it.write("group", "type", "odd").errors()).isEqualTo(List.of("invalid group type \"odd\""));
        assertThat(it.write("group/id/" + id, "member_entity_ids", List.of("nope")).errors()).isEqualTo(List.of("invalid entity ID \"nope\""));
        assertThat(it.write("group/id/" + id, "member_group_ids", List.of("nope")).errors()).isEqualTo(List.of("invalid member group ID \"nope\""));
        assertThat(it.write("group/id/" + id, "member_group_ids", List.of(id)).errors()).isEqualTo(List.of("member group ID \"" + id + "\" is same as the ID of the group"));
        assertThat(it.write("group", "type", "external", "member_entity_ids", List.of()).errors()).isEqualTo(List.of("member entities can't be set manually for external groups"));
        assertThat(it.write("group", "type", "external", "member_group_ids", List.of()).errors()).isEqualTo(List.of("member groups can't be set for external groups"));
        assertThat(it.data("group/id/" + id)).containsEntry("modify_index", 1L);
        assertThat(it.server.list(it.root, "identity/group/name").part("data")).isEqualTo(Map.of("keys", List.of("a", "b")));
    }

    @Test
    void a_group_in_its_own_group_is_refused_however_long_the_way() {
        var c = it.group("c");
        var b = it.group("b", "member_group_ids", List.of(c));
        var a = it.group("a", "member_group_ids", List.of(b));
        for (var member : List.of(a, b)) {
            assertThat(it.write("group/id/" + c, "member_group_ids", List.of(member)).errors()).isEqualTo(List.of("cyclic relationship detected for member group ID \"" + member + "\""));
        }
        assertThat(it.data("group/id/" + c)).containsEntry("parent_group_ids", List.of(b)).containsEntry("member_group_ids", null);
        assertThat(it.write("group/id/" + a, "member_group_ids", List.of(b, c)).status()).as("two ways up are no circle").isEqualTo(204);
    }

    @Test
    void a_group_that_is_deleted_leaves_nothing_behind() {
        var ada = it.entity("ada");
        var low = it.group("low", "member_entity_ids", List.of(ada));
        var mid = it.group("mid", "member_group_ids", List.of(low));
        var top = it.group("top", "member_group_ids", List.of(mid));
        assertThat(it.data("entity/id/" + ada)).containsEntry("direct_group_ids", List.of(low)).containsEntry("inherited_group_ids", List.of(mid, top))
                .containsEntry("group_ids", List.of(low, mid, top));
        it.server.delete(it.root, "identity/group/id/" + mid);
        assertThat(it.data("entity/id/" + ada)).containsEntry("group_ids", List.of(low));
        assertThat(it.data("group/id/" + low)).containsEntry("parent_group_ids", null);
        assertThat(it.data("group/id/" + top)).containsEntry("member_group_ids", null);
        it.server.delete(it.root, "identity/entity/id/" + ada);
        assertThat(it.data("group/id/" + low)).containsEntry("member_entity_ids", null);
    }

    @Test
    void a_group_is_looked_up_by_whatever_names_it_alone() {
        var id = it.group("crew", "type", "external");
        var alias = it.made("group-alias", "name", "dev", "mount_accessor", it.one, "canonical_id", id);
        for (var query : List.of(List.of("id", id), List.of("name", "CREW"), List.of("alias_id", alias), List.of("alias_name", "dev", "alias_mount_accessor", it.one))) {
            assertThat(it.write("lookup/group", query.toArray()).part("data")).containsEntry("id", id);
        }
        assertThat(it.write("lookup/group", "name", "nope").status()).isEqualTo(204);
        assertThat(it.write("lookup/group").errors()).isEqualTo(List.of("query parameter not supplied"));
    }

    @Test
    void an_alias_of_a_group_is_made_moved_and_deleted() {
        var crew = it.group("crew", "type", "external");
        var alias = it.made("group-alias", "name", "dev", "mount_accessor", it.one, "canonical_id", crew);
        assertThat(it.data("group-alias/id/" + alias)).containsEntry("canonical_id", crew).containsEntry("name", "dev").containsEntry("mount_path", "auth/one/");
        assertThat(it.data("group/id/" + crew).get("alias")).asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP).containsEntry("id", alias).containsEntry("canonical_id", crew);
        var listed = it.server.list(it.root, "identity/group/id").part("data").get("key_info");
        assertThat(listed).isEqualTo(Map.of(crew, Map.of("name", "crew", "num_member_entities", 0L, "num_parent_groups", 0L, "alias",
                Map.of("id", alias, "name", "dev", "mount_accessor", it.one, "mount_type", "userpass", "mount_path", "auth/one/"))));
        var made = it.write("group-alias", "name", "ops", "mount_accessor", it.one).part("data");
        assertThat(it.data("group/id/" + made.get("canonical_id"))).containsEntry("type", "external");

        assertThat(it.write("group-alias", "mount_accessor", it.one).errors()).isEqualTo(List.of("missing alias name"));
        assertThat(it.write("group-alias", "name", "x").errors()).isEqualTo(List.of("missing mount_accessor"));
        assertThat(it.write("group-alias", "name", "x", "mount_accessor", "nope").errors()).isEqualTo(List.of("invalid mount accessor \"nope\""));
        assertThat(it.write("group-alias", "name", "dev", "mount_accessor", it.one).errors()).isEqualTo(List.of("combination of mount and group alias name is already in use"));
        assertThat(it.write("group-alias", "name", "x", "mount_accessor", it.one, "canonical_id", it.group("inner")).errors()).isEqualTo(List.of("alias can't be set on an internal group"));
        assertThat(it.write("group-alias", "name", "x", "mount_accessor", it.one, "canonical_id", "nope").errors()).isEqualTo(List.of("invalid group ID given in 'canonical_id'"));
        assertThat(it.write("group-alias/id/nope", "name", "x", "mount_accessor", it.one).errors()).isEqualTo(List.of("invalid group alias ID"));

        var other = it.group("other", "type", "external");
        assertThat(it.write("group-alias/id/" + alias, "name", "dev", "mount_accessor", it.one).status()).as("nothing to do").isEqualTo(204);
        assertThat(it.write("group-alias/id/" + alias, "name", "dev", "mount_accessor", it.one, "canonical_id", other).part("data")).isEqualTo(Map.of("id", alias, "canonical_id", other));
        assertThat(it.data("group/id/" + crew)).containsEntry("alias", Map.of());
        assertThat(it.server.delete(it.root, "identity/group-alias/id/" + alias).status()).isEqualTo(204);
        assertThat(it.data("group/id/" + other)).containsEntry("alias", Map.of());
        assertThat(it.read("group-alias/id/" + alias).status()).isEqualTo(404);
        assertThat(it.server.list(it.root, "identity/group-alias/id").part("data").get("keys")).isEqualTo(List.of(made.get("id")));
    }
}
