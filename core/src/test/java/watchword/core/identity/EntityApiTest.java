package watchword.core.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import watchword.sdk.Route.Operation;

/** Entities, their aliases and look-ups, as clients see them. */
class EntityApiTest {
    private final Directory it = new Directory();

    @AfterEach
    void close() {
        it.close();
    }

    @Test
    void an_entity_is_made_read_by_id_and_name_changed_and_deleted() {
        var id = it.made("entity", "name", "Job", "policies", "b,a", "metadata", Map.of("team", "ml"));
        var shown = it.data("entity/id/" + id);
        assertThat(shown).containsEntry("name", "Job").containsEntry("policies", List.of("a", "b")).containsEntry("metadata", Map.of("team", "ml")).containsEntry("disabled", false)
                .containsEntry("aliases", List.of()).containsEntry("group_ids", List.of()).containsEntry("namespace_id", "root").containsEntry("merged_entity_ids", null);
        assertThat(it.data("entity/name/jOB")).isEqualTo(shown);

        assertThat(it.write("entity/id/" + id, "metadata", Map.of("team", "ops")).status()).isEqualTo(204);
        assertThat(it.data("entity/id/" + id)).containsEntry("metadata", Map.of("team", "ops")).containsEntry("policies", List.of("a", "b"));
        assertThat(it.write("entity/name/job", "policies", List.of()).status()).isEqualTo(204);
        assertThat(it.data("entity/id/" + id)).containsEntry("policies", List.of()).containsEntry("name", "job");
        assertThat(it.write("entity", "id", id, "name", "train").status()).isEqualTo(204);
        assertThat(it.read("entity/name/job").status()).isEqualTo(404);
        assertThat(it.data("entity/name/train")).containsEntry("id", id);

        assertThat(it.server.delete(it.root, "identity/entity/id/" + id).status()).isEqualTo(204);
        assertThat(it.read("entity/id/" + id).errors()).isEmpty();
        assertThat(it.read("entity/id/" + id).status()).isEqualTo(404);
        assertThat(it.read("entity/name/train").status()).isEqualTo(404);
        assertThat(it.server.delete(it.root, "identity/entity/name/train").status()).isEqualTo(204);
    }

    @Test
    void names_are_unique_in_any_case_and_made_when_not_given() {
        var first = it.entity("a/b");
        var second = it.made("entity");
        assertThat(String.valueOf(it.data("entity/id/" + second).get("name"))).matches("entity_[0-9a-f]{8}");
        assertThat(it.write("entity/id/" + second, "name", "A/B").errors()).isEqualTo(List.of("entity name is already in use"));
        assertThat(it.write("entity", "name", "Ａ/b").status()).as("the same name, so a change").isEqualTo(204);
        assertThat(it.data("entity/name/a/b")).containsEntry("id", first);
        assertThat(it.write("entity", "id", "nope").errors()).isEqualTo(List.of("entity not found from id"));
        assertThat(it.write("entity", "name", "a\u0000b").status()).isEqualTo(400);
        assertThat(it.write("entity", "name", "x".repeat(513)).status()).isEqualTo(400);
        assertThat(it.write("entity/name").status()).isEqualTo(405);
        assertThat(it.server.list(it.root, "identity/entity/name").part("data").get("keys")).isEqualTo(List.of("Ａ/b", it.data("entity/id/" + second).get("name")));
    }

    @Test
    void lists_page_and_tell_names_and_aliases() {
        assertThat(it.server.list(it.root, "identity/entity/id").status()).isEqualTo(404);
        assertThat(it.server.list(it.root, "identity/entity/name").status()).isEqualTo(404);
        assertThat(it.server.list(it.root, "identity/entity-alias/id").status()).isEqualTo(404);
        var id = it.entity("b");
        it.entity("a");
        it.entity("C");
        var alias = it.alias("al", it.one, id);
        var listed = it.server.list(it.root, "identity/entity/id").part("data");
        assertThat(listed.get("keys")).asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST).hasSize(3).contains(id);
        assertThat(listed.get("key_info")).asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP).containsEntry(id,
                Map.of("name", "b", "aliases", List.of(Map.of("id", alias, "name", "al", "mount_accessor", it.one, "mount_type", "userpass", "mount_path", "auth/one/"))));
        assertThat(it.server.ask(it.root, Operation.LIST, "identity/entity/name", Map.of("after", "A", "limit", "1"), "127.0.0.1", Optional.empty()).part("data"))
                .isEqualTo(Map.of("keys", List.of("b")));
        var aliases = it.server.list(it.root, "identity/entity-alias/id").part("data");
        assertThat(aliases.get("keys")).isEqualTo(List.of(alias));
        assertThat(aliases.get("key_info")).asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP).containsKey(alias);
    }

    @Test
    void several_are_deleted_at_once() {
        var a = it.entity("a");
        var b = it.entity("b");
        assertThat(it.write("entity/batch-delete").errors()).isEqualTo(List.of("missing entity ids to delete"));
        assertThat(it.write("entity/batch-delete", "entity_ids", List.of(a, "nope", b, a)).status()).isEqualTo(204);
        assertThat(it.read("entity/id/" + a).status()).isEqualTo(404);
        assertThat(it.read("entity/id/" + b).status()).isEqualTo(404);
    }

    @Test
    void metadata_is_bounded() {
        for (var bad : List.of(Map.of("vault-x", "1"), Map.of("a b", "1"), Map.of("k".repeat(129), "1"), Map.of("k", "v".repeat(513)))) {
            assertThat(it.write("entity", "name", "a", "metadata", bad).status()).isEqualTo(400);
            assertThat(it.write("group", "name", "a", "metadata", bad).status()).isEqualTo(400);
        }
        assertThat(it.write("entity-alias", "name", "a", "mount_accessor", it.one, "custom_metadata", Map.of("k", "")).status()).isEqualTo(400);
        assertThat(it.write("entity-alias", "name", "a", "mount_accessor", it.one, "custom_metadata", Map.of("k", "a\nb")).status()).isEqualTo(400);
        assertThat(it.server.list(it.root, "identity/entity/id").status()).as("nothing was made").isEqualTo(404);
    }

    // ---- aliases ----

    @Test
    void an_alias_is_made_for_an_entity_or_with_a_new_one() {
        var entity = it.entity("job");
        var alias = it.made("entity-alias", "name", "Al", "mount_accessor", it.one, "canonical_id", entity, "custom_metadata", Map.of("desk", "7"));
        assertThat(it.data("entity-alias/id/" + alias)).containsEntry("canonical_id", entity).containsEntry("name", "Al").containsEntry("mount_path", "auth/one/")
                .containsEntry("mount_type", "userpass").containsEntry("custom_metadata", Map.of("desk", "7")).containsEntry("metadata", null).containsEntry("local", false);
        var made = it.write("entity-alias", "name", "bo", "mount_accessor", it.one).part("data");
        assertThat(it.data("entity/id/" + made.get("canonical_id"))).extractingByKey("aliases").asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST).hasSize(1);

        assertThat(it.write("entity-alias", "name", "x").errors()).isEqualTo(List.of("'id' or 'mount_accessor' and 'name' must be provided"));
        assertThat(it.write("entity-alias", "name", "x", "mount_accessor", "nope").errors()).isEqualTo(List.of("invalid mount accessor \"nope\""));
        assertThat(it.write("entity-alias", "name", "x", "mount_accessor", it.two, "canonical_id", "nope").errors()).isEqualTo(List.of("invalid canonical ID"));
        assertThat(it.write("entity-alias", "name", "x", "mount_accessor", it.one, "canonical_id", entity).errors())
                .isEqualTo(List.of("Alias already exists for requested entity and mount accessor"));
    }

    @Test
    void an_alias_is_changed_moved_and_deleted() {
        var a = it.entity("a");
        var b = it.entity("b");
        var alias = it.alias("al", it.one, a);
        assertThat(it.write("entity-alias/id/" + alias).status()).as("nothing to do").isEqualTo(204);
        assertThat(it.write("entity-alias/id/" + alias, "custom_metadata", Map.of("k", "v")).status()).isEqualTo(200);
        assertThat(it.write("entity-alias", "id", alias, "name", "el").part("data")).isEqualTo(Map.of("id", alias, "canonical_id", a));
        assertThat(it.write("lookup/entity", "alias_name", "al", "alias_mount_accessor", it.one).status()).isEqualTo(204);
        assertThat(it.write("entity-alias", "name", "el", "mount_accessor", it.one, "canonical_id", b).part("data")).isEqualTo(Map.of("id", alias, "canonical_id", b));
        assertThat(it.data("entity/id/" + a).get("aliases")).isEqualTo(List.of());
        assertThat(it.data("entity-alias/id/" + alias)).containsEntry("canonical_id", b).containsEntry("custom_metadata", Map.of("k", "v"));

        it.alias("am", it.two, a);
        it.alias("an", it.one, a);
        assertThat(it.write("entity-alias/id/" + alias, "canonical_id", a).status()).as("it has one on that mount").isEqualTo(400);
        assertThat(it.write("entity-alias/id/" + alias, "name", "an").errors()).isEqualTo(List.of("alias with combination of mount accessor and name already exists"));
        assertThat(it.write("entity-alias/id/nope", "name", "an").errors()).isEqualTo(List.of("invalid alias ID provided"));

        assertThat(it.server.delete(it.root, "identity/entity-alias/id/" + alias).status()).isEqualTo(204);
        assertThat(it.read("entity-alias/id/" + alias).status()).isEqualTo(404);
        assertThat(it.write("lookup/entity", "alias_name", "el", "alias_mount_accessor", it.one).status()).isEqualTo(204);
        assertThat(it.server.delete(it.root, "identity/entity-alias/id/" + alias).status()).isEqualTo(204);
    }

    @Test
    void an_entity_is_looked_up_by_whatever_names_it_alone() {
        var id = it.entity("job");
        var alias = it.alias("al", it.one, id);
        for (var query : List.of(List.of("id", id), List.of("name", "JOB"), List.of("alias_id", alias), List.of("alias_name", "al", "alias_mount_accessor", it.one))) {
            assertThat(it.write("lookup/entity", query.toArray()).part("data")).containsEntry("id", id);
        }
        assertThat(it.write("lookup/entity").errors()).isEqualTo(List.of("query parameter not supplied"));
        assertThat(it.write("lookup/entity", "id", id, "name", "job").errors()).isEqualTo(List.of("query parameter conflict; please supply distinct set of query parameters"));
        assertThat(it.write("lookup/entity", "alias_name", "al").errors()).isEqualTo(List.of("both 'alias_name' and 'alias_mount_accessor' needs to be set"));
        assertThat(it.write("lookup/entity", "alias_name", "al", "alias_mount_accessor", it.two).status()).isEqualTo(204);
    }

    // ---- merging ----

    @Test
    void merged_entities_are_one_with_the_aliases_groups_and_tokens_of_all() {
        it.user("one", "ada");
        it.user("two", "lovelace");
        var ada = it.token("one", "ada");
        var lovelace = it.token("two", "lovelace");
        var to = it.entityOf(ada);
        var from = it.entityOf(lovelace);
        it.write("entity/id/" + to, "policies", "own");
        it.write("entity/id/" + from, "policies", "gone");
        var team = it.group("team", "policies", "team", "member_entity_ids", List.of(from));

        assertThat(it.write("entity/merge", "from_entity_ids", List.of(from), "to_entity_id", to).status()).isEqualTo(204);

        assertThat(it.read("entity/id/" + from).status()).isEqualTo(404);
        assertThat(it.data("entity/id/" + to)).containsEntry("merged_entity_ids", List.of(from)).containsEntry("policies", List.of("own")).containsEntry("direct_group_ids", List.of(team));
        assertThat(it.data("group/id/" + team)).containsEntry("member_entity_ids", List.of(to));
        for (var token : List.of(ada, lovelace, it.token("two", "lovelace"))) {
            assertThat(it.entityOf(token)).isEqualTo(to);
            assertThat(it.policiesOf(token)).isEqualTo(List.of("own", "team"));
        }

        // and on, when that one is merged in turn
        var last = it.entity("last", "last");
        assertThat(it.write("entity/merge", "from_entity_ids", to, "to_entity_id", last).status()).isEqualTo(204);
        assertThat(it.entityOf(lovelace)).isEqualTo(last);
        assertThat(it.policiesOf(ada)).isEqualTo(List.of("last", "team"));
        it.server.delete(it.root, "identity/entity/id/" + last);
        assertThat(it.status(ada)).isEqualTo(403);
        assertThat(it.status(lovelace)).isEqualTo(403);
    }

    @Test
    void aliases_that_conflict_are_told_and_one_is_kept_by_choice() {
        var to = it.entity("to");
        var from = it.entity("from");
        var kept = it.alias("kept", it.one, to);
        var lost = it.alias("lost", it.one, from);
        var moved = it.alias("moved", it.two, from);
        var refused = it.write("entity/merge", "from_entity_ids", List.of(from), "to_entity_id", to);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.errors().toString()).contains(kept, lost).doesNotContain(moved);
        assertThat(it.write("entity/merge", "from_entity_ids", List.of(from), "to_entity_id", to, "conflicting_alias_ids_to_keep", List.of(moved)).status()).isEqualTo(400);
        assertThat(it.write("entity/merge", "from_entity_ids", List.of(from), "to_entity_id", to, "conflicting_alias_ids_to_keep", List.of(kept)).status()).isEqualTo(204);
        assertThat(it.read("entity-alias/id/" + lost).status()).isEqualTo(404);
        assertThat(it.data("entity-alias/id/" + kept)).containsEntry("canonical_id", to);
        assertThat(it.data("entity-alias/id/" + moved)).containsEntry("canonical_id", to).containsEntry("merged_from_canonical_ids", List.of(from));
        assertThat(it.write("lookup/entity", "alias_name", "lost", "alias_mount_accessor", it.one).status()).isEqualTo(204);

        var other = it.entity("other");
        var taken = it.alias("taken", it.one, other);
        assertThat(it.write("entity/merge", "from_entity_ids", List.of(other), "to_entity_id", to, "conflicting_alias_ids_to_keep", List.of(taken)).status()).isEqualTo(204);
        assertThat(it.read("entity-alias/id/" + kept).status()).isEqualTo(404);
        assertThat(it.write("lookup/entity", "alias_name", "taken", "alias_mount_accessor", it.one).part("data")).containsEntry("id", to);
    }

    @Test
    void a_merge_that_makes_no_sense_is_refused() {
        var a = it.entity("a");
        assertThat(it.write("entity/merge", "from_entity_ids", a).errors()).isEqualTo(List.of("missing entity id to merge to"));
        assertThat(it.write("entity/merge", "to_entity_id", a).errors()).isEqualTo(List.of("missing entity ids to merge from"));
        assertThat(it.write("entity/merge", "to_entity_id", "nope", "from_entity_ids", a).errors()).isEqualTo(List.of("entity id to merge to is invalid"));
        assertThat(it.write("entity/merge", "to_entity_id", a, "from_entity_ids", "nope").errors()).isEqualTo(List.of("entity id to merge from is invalid"));
        assertThat(it.write("entity/merge", "to_entity_id", a, "from_entity_ids", a).errors()).isEqualTo(List.of("to_entity_id should not be present in from_entity_ids"));
        var off = it.entity("off");
        it.write("entity/id/" + off, "disabled", true);
        assertThat(it.write("entity/merge", "to_entity_id", a, "from_entity_ids", off).status()).as("it would be good again").isEqualTo(400);
    }

    @Test
    void the_entities_are_counted() {
        it.entity("a");
        it.entity("b");
        assertThat(it.server.read(it.root, "sys/internal/counters/entities").part("data")).isEqualTo(Map.of("counters", Map.of("entities", Map.of("total", 2L))));
    }
}
