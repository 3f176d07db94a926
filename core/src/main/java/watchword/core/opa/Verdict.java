package watchword.core.opa;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an OPA policy answers of one request. */
sealed interface Verdict {

    /** @param id under which an OPA server has the decision in its log; empty for none */
    record Decided(boolean allow, List<String> reasons, String id) implements Verdict {}

    /** It was not reached, took too long or failed. @param why in words that hold nothing of the request */
    record NoAnswer(String why) implements Verdict {}

    /** Reasons kept of one decision, and characters of one: they go into every audit line. */
    int MOST_REASONS = 16;

    int LONGEST_REASON = 512;

    /** Of what the decision's rule is: a boolean, or an object with {@code allow} and perhaps {@code reasons}. Whatever else it is refuses. */
    static Decided of(@Nullable Object result, String id) {
        return switch (result) {
            case Boolean allow -> new Decided(allow, List.of(), id);
            case Map<?, ?> map when map.get("allow") instanceof Boolean allow -> new Decided(allow, reasons(map.get("reasons")), id);
            case null, default -> new Decided(false, List.of("the policy's answer is no decision: neither a boolean nor an object with allow"), id);
        };
    }

    /** Of a rule that has no value for this input. */
    static Decided undefined(String id) {
        return new Decided(false, List.of("the policy has no decision for this request"), id);
    }

    private static List<String> reasons(@Nullable Object told) {
        var reasons = new ArrayList<String>();
        for (var each : told instanceof List<?> list ? list : told == null ? List.of() : List.of(told)) {
            if (reasons.size() == MOST_REASONS) break;
            if (each instanceof String text) reasons.add(text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) : text);
        }
        return List.copyOf(reasons);
    }
}
