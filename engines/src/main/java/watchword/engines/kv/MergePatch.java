package watchword.engines.kv;

import java.util.LinkedHashMap;
import java.util.Map;

/** JSON Merge Patch, RFC 7396: null removes, objects merge, anything else replaces. */
final class MergePatch {
    private MergePatch() {}

    @SuppressWarnings("unchecked") // objects' keys are strings
    static Map<String, Object> apply(Map<String, Object> target, Map<String, Object> patch) {
        var merged = new LinkedHashMap<>(target);
        patch.forEach((name, value) -> {
            if (value == null) merged.remove(name);
            else if (value instanceof Map<?, ?> inner) merged.put(name, apply(merged.get(name) instanceof Map<?, ?> old ? (Map<String, Object>) old : Map.of(), (Map<String, Object>) inner));
            else merged.put(name, value);
        });
        return merged;
    }
}
