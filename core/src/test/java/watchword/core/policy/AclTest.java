package watchword.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static watchword.core.policy.Acls.acl;
import static watchword.core.policy.Acls.allows;
import static watchword.core.policy.Acls.allowsWrapped;
import static watchword.core.policy.Acls.path;
import static watchword.core.policy.Acls.rule;
import static watchword.core.policy.Capability.CREATE;
import static watchword.core.policy.Capability.DELETE;
import static watchword.core.policy.Capability.LIST;
import static watchword.core.policy.Capability.PATCH;
import static watchword.core.policy.Capability.READ;
import static watchword.core.policy.Capability.SCAN;
import static watchword.core.policy.Capability.UPDATE;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AclTest {

    @ParameterizedTest
    @CsvSource({
        // lower priority, higher priority, a path that both match
        "a/*,          a/b,           a/b",       // an exact path comes before any pattern
        "a/*,          a/b*,          a/bc",      // the longest prefix
        "+/b/*,        a/+/c,         a/b/c",     // the later first wildcard
        "a/+/*,        a/b*,          a/b/c",
        "a/*,          a/+,           a/b",       // without * at the end
        "a/+/b*,       a/+/bc,        a/x/bc",
        "a/+/+/d,      a/+/c/d,       a/b/c/d",   // fewer +
        "a/+/+/d*,     a/+/c*,        a/b/c/d",
        "a/+/c/*,      a/+/c/d*,      a/b/c/de",  // the longer
        "a/+/+/d,      a/+/c/+,       a/b/c/d",   // the alphabetically greater, when nothing else tells them apart
        "a/+/+/foo/*,  a/*,           a/x/y/foo/z",
        "*,            +,             a"
    })
    void the_documented_order_decides(String lower, String higher, String path) {
        for (var acl : List.of(acl(path(lower, "deny") + path(higher, "read")), acl(path(higher, "read"), path(lower, "deny")))) {
            assertThat(rule(acl, READ, path)).isEqualTo(higher);
            assertThat(allows(acl, READ, path)).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "kv,                             false",
        "kv/metadata,                    true",
        "kv/metadata/team,               true",
        "kv/metadata/restricted,         false",
        "kv/metadata/restricted/in,      false",
        "kv/metadata/restricted/open,    true",
        "kv/metadata/restricted/open/in, true"
    })
    void a_list_goes_by_the_most_specific_rule_for_its_folder(String folder, boolean allowed) {
        var acl = acl(path("kv/metadata/*", "list", "scan") + path("kv/metadata/restricted/*", "deny") + path("kv/metadata/restricted/open/*", "list", "scan"));

        assertThat(allows(acl, LIST, folder + "/")).isEqualTo(allowed);
        assertThat(allows(acl, SCAN, folder + "/")).isEqualTo(allowed);
    }

    @Test
    void a_list_is_covered_by_rules_with_and_without_the_slash() {
        for (var rule : List.of("kv/team", "kv/team/", "kv/team/*", "kv/+", "kv/+/", "+/team", "kv/te*")) {
            assertThat(allows(acl(path(rule, "list")), LIST, "kv/team/")).as(rule).isTrue();
        }
        for (var rule : List.of("kv", "kv/", "kv/team/x", "+", "+/+/x", "kv/teams*")) assertThat(allows(acl(path(rule, "list")), LIST, "kv/team/")).as(rule).isFalse();
    }

    @Test
    void a_rule_on_the_folder_without_its_slash_denies_its_list() {
        var acl = acl(path("kv/*", "list", "read") + path("kv/+", "deny"));

        assertThat(allows(acl, LIST, "kv/team/")).isFalse();
        assertThat(allows(acl, READ, "kv/team/x")).isTrue();
    }

    @Test
    void a_path_with_a_slash_is_not_the_path_without_it_for_anything_but_a_list() {
        var acl = acl(path("kv/team", "read", "delete", "update"));

        assertThat(allows(acl, READ, "kv/team")).isTrue();
        for (var wanted : List.of(READ, DELETE, UPDATE)) assertThat(allows(acl, wanted, "kv/team/")).isFalse();
    }

    @Test
    void what_a_rule_on_a_path_refuses_is_not_had_by_a_slash_after_it() {
        var acl = acl(path("sys/mounts/*", "read", "delete", "list") + path("sys/mounts/prod", "deny") + path("sys/mounts/test", "read"));

        for (var wanted : List.of(READ, DELETE)) assertThat(allows(acl, wanted, "sys/mounts/prod/")).isFalse();
        assertThat(allows(acl, READ, "sys/mounts/test/")).isTrue();
        assertThat(allows(acl, DELETE, "sys/mounts/test/")).isFalse();
        assertThat(allows(acl, DELETE, "sys/mounts/other/")).isTrue();
        assertThat(allows(acl(path("sys/mounts/prod/", "read")), READ, "sys/mounts/prod/")).isTrue();
    }

    @Test
    void what_one_path_of_a_mount_allows_says_nothing_of_another() {
        var acl = acl(path("aws/roles/*", "read"));

        assertThat(allows(acl, READ, "aws/roles/deploy")).isTrue();
        for (var path : List.of("aws/creds/deploy", "aws/sts/deploy", "aws/roles", "aws/creds/roles/deploy", "aws/rolesx")) assertThat(allows(acl, READ, path)).isFalse();
    }

    @Test
    void a_plus_is_one_segment_and_no_more() {
        var acl = acl(path("kv/+/conf", "read"));

        assertThat(allows(acl, READ, "kv/a/conf")).isTrue();
        assertThat(allows(acl, READ, "kv/a/b/conf")).isFalse();
        assertThat(allows(acl, READ, "kv/conf")).isFalse();
        assertThat(allows(acl, READ, "kv/a/conf/x")).isFalse();
    }

    @Test
    void a_star_in_the_middle_and_a_plus_in_a_word_are_themselves() {
        var acl = acl(path("kv/a*b", "read") + path("kv/c+d", "read"));

        assertThat(allows(acl, READ, "kv/a*b")).isTrue();
        assertThat(allows(acl, READ, "kv/axb")).isFalse();
        assertThat(allows(acl, READ, "kv/c+d")).isTrue();
        assertThat(allows(acl, READ, "kv/cxd")).isFalse();
    }

    @Test
    void statements_on_one_path_add_up_and_deny_wins() {
        assertThat(acl(path("a", "read"), path("a", "update", "sudo")).capabilities("a")).containsExactly("read", "sudo", "update");
        assertThat(acl(path("a", "read"), path("a", "deny"), path("a", "update")).capabilities("a")).containsExactly("deny");
        assertThat(acl(path("a", "read") + path("/a", "list")).capabilities("a")).containsExactly("list", "read");
    }

    @Test
    void a_decision_names_its_rule_and_the_policies_that_give_it() {
        var acl = acl(path("kv/*", "read", "list"), path("kv/*", "read", "sudo"), path("kv/x", "deny"));

        assertThat(acl.decide(READ, "kv/a", Map.of(), Optional.empty()))
                .isEqualTo(new Decision.Allow(true, "kv/*", List.of("p1", "p2"), Duration.ZERO, Duration.ZERO, 0));
        assertThat(acl.decide(LIST, "kv/a/", Map.of(), Optional.empty()))
                .isEqualTo(new Decision.Allow(true, "kv/*", List.of("p1"), Duration.ZERO, Duration.ZERO, 0));
        assertThat(acl.decide(READ, "kv/x", Map.of(), Optional.empty())).isEqualTo(new Decision.Deny("kv/x"));
        assertThat(acl.decide(READ, "other", Map.of(), Optional.empty())).isEqualTo(new Decision.Deny(""));
    }

    @Test
    void the_root_policy_may_do_anything() {
        var acl = Acl.of(List.of(), true, IdentityView.NOBODY, Acls.NOW);

        assertThat(acl.decide(DELETE, "sys/raw/x", Map.of(), Optional.empty())).isEqualTo(Decision.Allow.ROOT);
        assertThat(acl.capabilities("x")).containsExactly("root");
        assertThat(acl.reaches("x/")).isTrue();
    }

    @Test
    void nothing_is_allowed_that_no_rule_covers() {
        assertThat(Acl.NOTHING.capabilities("a")).containsExactly("deny");
        assertThat(Acl.NOTHING.reaches("a/")).isFalse();
        for (var wanted : Capability.values()) assertThat(allows(Acl.NOTHING, wanted, "a")).isFalse();
        assertThat(acl(path("a")).capabilities("a")).containsExactly("deny");
    }

    @Test
    void a_mount_is_reached_by_whatever_is_allowed_at_or_below_it() {
        for (var rule : List.of("kv/*", "kv/a", "kv/+/x", "*", "k*", "+/a", "+/+", "kv", "+", "kv/data/a*", "+/*")) assertThat(acl(path(rule, "read")).reaches("kv/")).as(rule).isTrue();
        for (var rule : List.of("kv2/*", "k", "x/+", "kv2/a")) assertThat(acl(path(rule, "read")).reaches("kv/")).as(rule).isFalse();
        assertThat(acl(path("kv/*", "deny") + path("+/*", "read")).reaches("kv/")).isFalse();
        assertThat(acl(path("kv/*", "deny") + path("+/+/x", "read")).reaches("kv/")).isTrue();
        assertThat(acl(path("kv/*", "deny") + path("*", "read")).reaches("kv/")).isFalse();
        assertThat(acl(path("kv/a")).reaches("kv/")).isFalse();
    }

    @Test
    void an_answer_is_wrapped_for_as_long_as_the_policy_says_or_not_given() {
        var acl = acl("path \"a\" { capabilities = [\"read\"] min_wrapping_ttl = \"10s\" max_wrapping_ttl = 90 }");

        assertThat(allowsWrapped(acl, READ, "a", 10)).isTrue();
        assertThat(allowsWrapped(acl, READ, "a", 90)).isTrue();
        assertThat(allowsWrapped(acl, READ, "a", 9)).isFalse();
        assertThat(allowsWrapped(acl, READ, "a", 91)).isFalse();
        assertThat(allows(acl, READ, "a")).isFalse();
    }

    @Test
    void of_two_bounds_the_lower_holds_and_bounds_that_exclude_each_other_allow_nothing() {
        var text = "path \"a\" { capabilities = [\"read\"] %s }";
        var lower = acl(text.formatted("max_wrapping_ttl = \"60s\""), text.formatted("max_wrapping_ttl = \"30s\""));
        var excluding = acl(text.formatted("min_wrapping_ttl = \"60s\""), text.formatted("max_wrapping_ttl = \"30s\""));

        assertThat(allowsWrapped(lower, READ, "a", 30)).isTrue();
        assertThat(allowsWrapped(lower, READ, "a", 31)).isFalse();
        for (long ttl : new long[] {1, 30, 45, 60, 90}) assertThat(allowsWrapped(excluding, READ, "a", ttl)).isFalse();
    }

    @Test
    void a_page_is_no_larger_than_the_policy_says() {
        var acl = acl("path \"kv/*\" { capabilities = [\"list\"] pagination_limit = 10 }");

        for (var limit : new Object[] {1L, 10L, "10", "max"}) assertThat(allows(acl, LIST, "kv/", Map.of("limit", limit))).isTrue();
        for (var limit : new Object[] {11L, "11", 0L, -1L, "all", ""}) assertThat(allows(acl, LIST, "kv/", Map.of("limit", limit))).isFalse();
        assertThat(acl.decide(LIST, "kv/", Map.of(), Optional.empty())).isInstanceOfSatisfying(Decision.Allow.class, a -> assertThat(a.pageLimit()).isEqualTo(10));
    }

    @Test
    void a_caller_must_name_a_limit_where_the_policy_wants_it_to() {
        var acl = acl("path \"kv/*\" { capabilities = [\"list\"] pagination_limit = 10 required_parameters = [\"limit\"] }");

        assertThat(allows(acl, LIST, "kv/")).isFalse();
        assertThat(allows(acl, LIST, "kv/", Map.of("limit", "5"))).isTrue();
    }

    @Test
    void a_statement_that_has_ended_says_nothing_and_the_next_end_is_known() {
        var text = "path \"a\" { capabilities = [\"read\"] expiration = \"2029-12-31T23:59:59Z\" }\n"
                + "path \"b\" { capabilities = [\"read\"] expiration = \"2030-01-02T00:00:00+02:00\" }\npath \"c\" { capabilities = [\"deny\"] expiration = 1893456000 }";
        var acl = acl(text);

        assertThat(acl.capabilities("a")).containsExactly("deny");
        assertThat(rule(acl, READ, "a")).isEmpty();
        assertThat(acl.capabilities("b")).containsExactly("read");
        assertThat(rule(acl, READ, "c")).isEmpty();
        assertThat(acl.until()).isEqualTo(Instant.parse("2030-01-01T22:00:00Z"));
    }

    @Test
    void parameters_are_looked_at_for_everything_that_has_some() {
        var acl = acl("path \"kv/*\" { capabilities = [\"create\", \"read\", \"update\", \"patch\", \"delete\", \"list\", \"scan\"] denied_parameters = { \"x\" = [] } }");
        var body = Map.<String, Object>of("x", "1");

        for (var wanted : List.of(CREATE, READ, UPDATE, PATCH)) {
            assertThat(allows(acl, wanted, "kv/a", body)).isFalse();
            assertThat(allows(acl, wanted, "kv/a")).isTrue();
        }
        for (var wanted : List.of(DELETE, LIST, SCAN)) assertThat(allows(acl, wanted, "kv/a", body)).isTrue();
    }

    @Test
    void the_whole_of_it_can_be_told() {
        var told = acl(path("a", "read") + path("b/*", "list", "read") + path("c/+", "deny")).resultant();

        assertThat(told.root()).isFalse();
        assertThat(told.exactPaths()).isEqualTo(Map.of("a", Map.of("capabilities", List.of("read"))));
        assertThat(told.globPaths()).isEqualTo(Map.of("b/", Map.of("capabilities", List.of("list", "read")), "c/+", Map.of("capabilities", List.of("deny"))));
    }

    @Test
    void events_are_heard_by_path_and_type_and_a_deny_hides_them() {
        var acl = acl("path \"kv/data/*\" { capabilities = [\"subscribe\"] subscribe_event_types = [\"kv-v2/data-*\", \"kv-v1/*\"] }"
                + path("kv/data/hidden", "deny") + path("kv/data/read/*", "read") + "path \"kv/data/none\" { capabilities = [\"subscribe\"] }");

        assertThat(acl.hears("kv/data/x", "kv-v2/data-write")).isTrue();
        assertThat(acl.hears("kv/data/x", "kv-v2/destroy")).isFalse();
        assertThat(acl.hears("kv/data/hidden", "kv-v2/data-write")).isFalse();
        assertThat(acl.hears("kv/data/read/x", "kv-v2/data-write")).isFalse();
        assertThat(acl.hears("kv/data/none", "kv-v2/data-write")).isFalse();
        assertThat(acl.hears("other", "kv-v2/data-write")).isFalse();
        assertThat(acl.capabilities("kv/data/x")).containsExactly("subscribe");
    }

    @Test
    void types_of_events_add_up_over_policies_and_sudo_does_not_give_them() {
        var one = "path \"kv/*\" { capabilities = [\"subscribe\"] subscribe_event_types = [\"a/*\"] }";
        var two = "path \"kv/*\" { capabilities = [\"subscribe\", \"sudo\"] subscribe_event_types = [\"b/*\"] }";
        var acl = acl(one, two);

        assertThat(List.of(acl.hears("kv/x", "a/1"), acl.hears("kv/x", "b/1"), acl.hears("kv/x", "c/1"))).containsExactly(true, true, false);
    }
}
