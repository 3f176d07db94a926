package watchword.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What policies ask for besides capabilities. */
class ControlGroupTest {
    private static final String FACTOR = "factor \"ops\" { identity { group_names = [\"ops\"] approvals = 2 } }";

    private static String path(String settings) {
        return "path \"x\" { capabilities = [\"read\", \"update\"] " + settings + " }";
    }

    private static AclPolicy parse(String text) {
        return PolicyParser.parse(text, TemplatedPath.Allowances.NONE);
    }

    private static Consent asked(Capability wanted, String... texts) {
        var policies = java.util.stream.IntStream.range(0, texts.length).mapToObj(i -> new Acl.Named("p" + i, parse(texts[i]))).toList();
        var decision = Acl.of(policies, false, IdentityView.NOBODY, Instant.EPOCH).decide(wanted, "x", Map.of(), Optional.empty());
        return decision instanceof Decision.Allow allow ? allow.consent() : new Consent.Withheld(new watchword.sdk.Problem.Denied());
    }

    private static ControlGroup control(Consent consent) {
        return consent instanceof Consent.Asked asked ? asked.control() : ControlGroup.NONE;
    }

    @Test
    void it_is_read_as_a_block_as_a_value_and_as_json() {
        var block = control(asked(Capability.READ, path("control_group { ttl = \"4h\" " + FACTOR + " }")));
        assertThat(block).isEqualTo(new ControlGroup(Duration.ofHours(4), List.of(new ControlGroup.Factor("ops", 0, List.of("ops"), List.of(), 2)), Optional.empty()));
        assertThat(control(asked(Capability.READ, path("control_group = { ttl = \"4h\" " + FACTOR + " }")))).isEqualTo(block);
        assertThat(control(asked(Capability.READ, "{\"path\":{\"x\":{\"capabilities\":[\"read\"],\"control_group\":{\"ttl\":\"4h\",\"factor\":{\"ops\":{\"identity\":{\"group_names\":[\"ops\"],\"approvals\":2}}}}}}}"))).isEqualTo(block);
    }

    @Test
    void a_factor_is_asked_for_what_it_controls() {
        var text = path("control_group { factor \"ops\" { controlled_capabilities = [\"update\"] identity { group_ids = [\"1\"] } } }");
        assertThat(asked(Capability.READ, text)).isEqualTo(Consent.FREE);
        assertThat(control(asked(Capability.UPDATE, text)).factors()).extracting(ControlGroup.Factor::approvals).containsExactly(1);
    }

    @Test
    void what_any_policy_asks_for_is_asked() {
        var plain = path("");
        var ops = path("control_group { ttl = \"4h\" " + FACTOR + " }");
        var law = path("control_group { ttl = \"1h\" factor \"law\" { identity { group_names = [\"law\"] } } }");
        assertThat(control(asked(Capability.READ, plain, ops)).factors()).hasSize(1);
        assertThat(control(asked(Capability.READ, ops, plain)).factors()).hasSize(1);
        assertThat(control(asked(Capability.READ, ops, law, ops)).factors()).extracting(ControlGroup.Factor::name).containsExactly("ops", "law");
        assertThat(control(asked(Capability.READ, ops, law)).ttl()).isEqualTo(Duration.ofHours(1));
        assertThat(asked(Capability.READ, ops, "path \"x\" { capabilities = [\"deny\"] }")).as("a deny still denies").isInstanceOf(Consent.Withheld.class);
    }

    @Test
    void a_reason_is_enough_only_where_it_is_for_each_that_asks() {
        var ops = path("control_group { " + FACTOR + " }");
        var glass = path("break_glass { max_ttl = \"1h\" }");
        var either = path("control_group { " + FACTOR + " } break_glass { max_ttl = \"30m\" }");
        assertThat(control(asked(Capability.READ, glass)).breakGlass()).contains(Duration.ofHours(1));
        assertThat(control(asked(Capability.READ, either)).breakGlass()).contains(Duration.ofMinutes(30));
        assertThat(control(asked(Capability.READ, either, glass)).breakGlass()).contains(Duration.ofMinutes(30));
        assertThat(control(asked(Capability.READ, ops, glass)).breakGlass()).isEmpty();
        assertThat(control(asked(Capability.READ, ops, either)).breakGlass()).isEmpty();
        assertThat(control(asked(Capability.READ, glass, path(""))).breakGlass()).isPresent();
    }

    @Test
    void where_no_approval_is_asked_for_no_reason_is_either() {
        var text = path("control_group { factor \"ops\" { controlled_capabilities = [\"update\"] identity { group_names = [\"ops\"] } } } break_glass { max_ttl = \"1h\" }");
        assertThat(asked(Capability.READ, text)).isEqualTo(Consent.FREE);
    }

    /** Numbers 1 and 156. */
    @Test
    void what_is_asked_for_on_a_name_is_not_gone_round_by_another_spelling_or_a_slash() {
        var text = "path \"x/*\" { capabilities = [\"read\"] } path \"x/admin\" { capabilities = [\"read\"] control_group { " + FACTOR + " } } path \"x/ADMIN\" { capabilities = [\"read\"] break_glass { max_ttl = \"1h\" } }";
        var acl = Acl.of(List.of(new Acl.Named("p", parse(text))), false, IdentityView.NOBODY, Instant.EPOCH);
        for (var sent : List.of("x/admin", "x/Admin", "x/admin/", "x/Admin/")) {
            var meant = sent.toLowerCase(java.util.Locale.ROOT);
            assertThat(control(consent(acl.decide(Capability.READ, sent, meant, Map.of(), Optional.empty()))).factors()).as(sent).hasSize(1);
        }
        var both = control(consent(acl.decide(Capability.READ, "x/ADMIN", "x/admin", Map.of(), Optional.empty())));
        assertThat(both.factors()).hasSize(1);
        assertThat(both.breakGlass()).as("a reason is enough for one of the two alone").isEmpty();
        assertThat(consent(acl.decide(Capability.READ, "x/Other/", "x/other/", Map.of(), Optional.empty()))).isEqualTo(Consent.FREE);
    }

    private static Consent consent(Decision decision) {
        return decision instanceof Decision.Allow allow ? allow.consent() : new Consent.Withheld(new watchword.sdk.Problem.Denied());
    }

    @Test
    void written_out_it_says_the_same() {
        var text = path("control_group { ttl = \"4h\" factor \"o\\\"ps\" { controlled_capabilities = [\"update\"] identity { group_names = [\"a\"] group_ids = [\"b\"] approvals = 3 } } } break_glass { max_ttl = \"30m\" }");
        var permissions = parse(text).statements().getFirst().permissions();
        assertThat(parse(PolicyText.block("x", permissions, Optional.empty())).statements().getFirst().permissions()).isEqualTo(permissions);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "control_group = 1 | must be a block", "control_group { } | no factor", "control_group { ttl = \"4h\" } | no factor", "control_group { factor { } } | factor",
        "control_group { factor \"a\" { } } | has no identity", "control_group { factor \"a\" { identity { } } } | names no group", "control_group { factor \"a\" \"b\" { } } | one label",
        "control_group { self_auth_allowed = true factor \"a\" { identity { group_names = [\"a\"] } } } | invalid key \"self_auth_allowed\"",
        "control_group { factor \"a\" { identity { group_names = [\"a\"] approvals = 0 } } } | must be 1 to 50", "control_group { factor \"a\" { identity { group_names = [\"a\"] approvals = -1 } } } | must be 1 to 50",
        "control_group { factor \"a\" { controlled_capabilities = [\"delete\"] identity { group_names = [\"a\"] } } } | none of the path's capabilities",
        "control_group { factor \"a\" { controlled_capabilities = [\"deny\"] identity { group_names = [\"a\"] } } } | invalid capability",
        "control_group { factor \"a\" { identity { group_names = [\"a\"] } } factor \"a\" { identity { group_names = [\"b\"] } } } | two factors have one name",
        "control_group { ttl = \"x\" factor \"a\" { identity { group_names = [\"a\"] } } } | error parsing ttl", "break_glass { } | must say how long", "break_glass { max_ttl = \"1h\" reason = \"x\" } | invalid key"})
    void what_says_nothing_or_cannot_be_enforced_is_refused(String setting, String why) {
        assertThatThrownBy(() -> parse(path(setting))).hasMessageContaining("failed to parse policy").hasMessageContaining(why);
    }
}
