package watchword.engines.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import watchword.core.json.Json;

/** Selectors of namespaces, in JSON and in YAML. */
class LabelSelectorTest {
    private static final List<Map<String, String>> LABELS = List.of(Map.of(), Map.of("team", "ml"), Map.of("team", "ml", "tier", "prod"), Map.of("team", "ops", "tier", "test"));

    private static List<Integer> matched(String text) {
        var selector = LabelSelector.read(text, Json.CODEC).orElseThrow();
        return LABELS.stream().filter(selector::matches).map(LABELS::indexOf).toList();
    }

    @Test
    void each_operator_says_what_it_says() {
        assertThat(matched("matchLabels:\n  team: ml")).containsExactly(1, 2);
        assertThat(matched("{\"matchLabels\":{\"team\":\"ml\",\"tier\":\"prod\"}}")).containsExactly(2);
        assertThat(matched("matchExpressions: [{key: tier, operator: In, values: [prod, test]}]")).containsExactly(2, 3);
        assertThat(matched("matchExpressions: [{key: tier, operator: NotIn, values: [prod]}]")).containsExactly(0, 1, 3);
        assertThat(matched("matchExpressions: [{key: tier, operator: Exists}]")).containsExactly(2, 3);
        assertThat(matched("matchExpressions: [{key: tier, operator: DoesNotExist}]")).containsExactly(0, 1);
        assertThat(matched("matchLabels: {team: ml}\nmatchExpressions:\n- key: tier\n  operator: DoesNotExist\n")).containsExactly(1);
    }

    @Test
    void what_is_not_understood_selects_nothing() {
        for (var text : List.of("", "{}", "team: ml", "matchLabels: {team: [ml]}", "matchExpressions: [{key: tier}]", "matchExpressions: [{key: tier, operator: In}]",
                "matchExpressions: [{key: tier, operator: Exists, values: [x]}]", "matchExpressions: [{operator: Exists}]", "matchExpressions: {key: a}", "matchLabels: {a: 1}", "matchLabels: &a {b: c}\nmore: *a",
                "a: " + "[".repeat(100) + "]".repeat(100), "matchLabels: {team: ml, team: ops}", "!!java.net.URL [x]")) {
            assertThat(LabelSelector.read(text, Json.CODEC)).as(text).isEmpty();
        }
    }
}
