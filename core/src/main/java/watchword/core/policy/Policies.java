package watchword.core.policy;

import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import watchword.sdk.Problem;

/**
 * Names of policies in their one form: NFKC, lower case, no space around, each once, sorted. The only place that decides who may be given
 * {@code root}.
 */
public final class Policies {
    public static final String ROOT = "root";
    public static final String DEFAULT = "default";

    private Policies() {}

    /** @throws Problem.ProblemException when {@code root} is among them, in any spelling */
    public static List<String> canonical(List<String> names) {
        var canonical = canonicalWithRoot(names);
        if (canonical.contains(ROOT)) throw new Problem.Invalid("the root policy cannot be assigned").asException();
        return canonical;
    }

    /** For the two callers that check for {@code root} themselves: making a child of a root token, and the rules of a token role. */
    public static List<String> canonicalWithRoot(List<String> names) {
        var sorted = new TreeSet<String>();
        for (var name : names) {
            var canonical = name(name);
            if (!canonical.isEmpty()) sorted.add(canonical);
        }
        return List.copyOf(sorted);
    }

    /** One name in its form; what cannot be seen is removed, so that no other spelling of a name looks like it. */
    public static String name(String name) {
        var visible = new StringBuilder();
        Normalizer.normalize(name, Normalizer.Form.NFKC).codePoints()
                .filter(c -> !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT)
                .forEach(visible::appendCodePoint);
        return visible.toString().strip().toLowerCase(Locale.ROOT);
    }

    /** As the field prints a list. */
    public static String shown(List<String> names) {
        return "[" + String.join(" ", names.stream().map(name -> '"' + name + '"').toList()) + "]";
    }
}
