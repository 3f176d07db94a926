package watchword.engines.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import watchword.sdk.JsonCodec;
import watchword.sdk.Tree;

/** Labels that a namespace must have: a Kubernetes selector, in JSON or YAML. */
public record LabelSelector(Map<String, String> labels, List<Expression> expressions) {
    private static final String LABELS = "matchLabels";
    private static final String EXPRESSIONS = "matchExpressions";

    /** What one label must be. */
    public record Expression(String key, String operator, List<String> values) {
        private static Optional<Expression> read(@Nullable Object written) {
            var tree = Tree.of(written);
            var values = tree.get("values").orElse(List.of()) instanceof List<?> list ? list : List.of("");
            var expression = new Expression(tree.text("key"), tree.text("operator"), tree.texts("values"));
            boolean ofValues = switch (expression.operator) {
                case "In", "NotIn" -> !values.isEmpty();
                case "Exists", "DoesNotExist" -> values.isEmpty();
                default -> false;
            };
            boolean known = Set.of("key", "operator", "values").containsAll(tree.members().keySet());
            return ofValues && known && !expression.key.isEmpty() && expression.values.size() == values.size() ? Optional.of(expression) : Optional.empty();
        }

        private boolean matches(Map<String, String> has) {
            var value = has.get(key);
            return switch (operator) {
                case "In" -> value != null && values.contains(value);
                case "NotIn" -> value == null || !values.contains(value);
                case "Exists" -> value != null;
                default -> value == null;
            };
        }
    }

    /** Empty for what is no selector, or would select everything. */
    public static Optional<LabelSelector> read(String text, JsonCodec json) {
        return Manifest.read(text, json).flatMap(LabelSelector::of);
    }

    private static Optional<LabelSelector> of(Tree tree) {
        var labels = tree.at(LABELS);
        var written = tree.get(EXPRESSIONS).orElse(List.of()) instanceof List<?> list ? list : List.of("");
        var expressions = new ArrayList<Expression>();
        written.forEach(each -> Expression.read(each).ifPresent(expressions::add));
        boolean whole = Set.of(LABELS, EXPRESSIONS).containsAll(tree.members().keySet()) && expressions.size() == written.size()
                && labels.texts().size() == labels.members().size() && (labels.members().isEmpty() == tree.get(LABELS).isEmpty());
        return whole && !(labels.members().isEmpty() && expressions.isEmpty()) ? Optional.of(new LabelSelector(labels.texts(), List.copyOf(expressions))) : Optional.empty();
    }

    public boolean matches(Map<String, String> has) {
        return labels.entrySet().stream().allMatch(label -> label.getValue().equals(has.get(label.getKey()))) && expressions.stream().allMatch(expression -> expression.matches(has));
    }
}
