package watchword.engines.kubernetes;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.JsonCodec;
import watchword.sdk.Tree;

/** Labels that a namespace must have, each with its value: a Kubernetes selector's {@code matchLabels}, in JSON or in plain YAML. */
record LabelSelector(Map<String, String> labels) {
    private static final String LABELS = "matchLabels";

    /** Empty for what is no selector, or asks for more than labels. */
    static Optional<LabelSelector> read(String text, JsonCodec json) {
        if (!text.stripLeading().startsWith("{")) return yaml(text);
        return json.read(text.getBytes(StandardCharsets.UTF_8)).map(Tree::of)
                .filter(tree -> tree.members().keySet().stream().allMatch(LABELS::equals) && tree.at(LABELS).texts().size() == tree.at(LABELS).members().size())
                .map(tree -> new LabelSelector(tree.at(LABELS).texts())).filter(LabelSelector::saysSomething);
    }

    private boolean saysSomething() {
        return !labels.isEmpty();
    }

    /** One {@code matchLabels:} with a line {@code name: value} for each label below it. */
    private static Optional<LabelSelector> yaml(String text) {
        var labels = new LinkedHashMap<String, String>();
        boolean inside = false;
        for (var line : text.lines().toList()) {
            var words = line.strip();
            if (words.isEmpty() || words.startsWith("#") || words.equals("---")) continue;
            boolean indented = line.startsWith(" ");
            if (!indented && words.equals(LABELS + ":") && !inside) inside = true;
            else if (!indented || !inside || !label(words, labels)) return Optional.empty();
        }
        return Optional.of(new LabelSelector(labels)).filter(LabelSelector::saysSomething);
    }

    private static boolean label(String words, Map<String, String> labels) {
        int colon = words.indexOf(": ");
        if (colon < 1) return false;
        var value = unquoted(words.substring(colon + 2).strip());
        return !value.isEmpty() && labels.put(unquoted(words.substring(0, colon).strip()), value) == null;
    }

    private static String unquoted(String word) {
        boolean quoted = word.length() > 1 && (word.charAt(0) == '"' || word.charAt(0) == '\'') && word.charAt(word.length() - 1) == word.charAt(0);
        return quoted ? word.substring(1, word.length() - 1) : word;
    }

    boolean matches(Map<String, String> has) {
        return labels.entrySet().stream().allMatch(label -> label.getValue().equals(has.get(label.getKey())));
    }
}
