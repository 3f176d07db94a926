package watchword.sdk;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Names of policies in their one form: NFKC, lower case, no space around, each once, sorted. The only place that decides who may be given
 * {@code root}: every field that takes policies goes through here when it is written, and what an identity adds does when it is read.
 */
public final class Policies {
    public static final String ROOT = "root";
    public static final String DEFAULT = "default";
    /** Of wrapping tokens alone. */
    public static final String WRAPPING = "response-wrapping";
    /** Of the tokens of requests that wait for approval alone. */
    public static final String CONTROL_GROUP = "control-group";

    /** Characters of a name. */
    private static final int MAX_NAME = 512;

    private Policies() {}

    /** @throws Problem.ProblemException when {@code root} is among them, in any spelling, or one is no name */
    public static List<String> canonical(Collection<String> names) {
        var canonical = canonicalWithRoot(names);
        if (canonical.contains(ROOT)) throw new Problem.Invalid("the root policy cannot be assigned").asException();
        return canonical;
    }

    /** For the two callers that check for {@code root} themselves: making a child of a root token, and the rules of a token role. */
    public static List<String> canonicalWithRoot(Collection<String> names) {
        var canonical = canonicalOfAny(names);
        // Whoever has one looks like a token that the server made, and could show what is in its cubbyhole as wrapped, or as approved.
        canonical.stream().filter(Policies::isOfServer).findFirst().ifPresent(name -> {
            throw new Problem.Invalid("cannot assign policy \"" + name + "\"").asException();
        });
        return canonical;
    }

    /** Whether it is of tokens that the server makes for itself, and so is nobody's to have or to write. */
    public static boolean isOfServer(String canonical) {
        return canonical.equals(WRAPPING) || canonical.equals(CONTROL_GROUP);
    }

    /** Names that are not given to anybody. */
    public static List<String> canonicalOfAny(Collection<String> names) {
        var sorted = new TreeSet<String>();
        for (var name : names) {
            var canonical = name(name);
            if (canonical.length() > MAX_NAME) throw new Problem.Invalid("a policy name is longer than " + MAX_NAME + " characters").asException();
            if (!canonical.isEmpty()) sorted.add(canonical);
        }
        return List.copyOf(sorted);
    }

    /** What is left without those that nobody can be given, in any spelling: for names that were stored by someone who may not give them. */
    public static List<String> withoutRoot(Collection<String> names) {
        return canonicalOfAny(names).stream().filter(name -> !name.equals(ROOT) && !isOfServer(name)).toList();
    }

    /** Of the names that a child shall have, those that its parent lacks. Both in canonical form. */
    public static List<String> exceeding(Collection<String> child, Collection<String> parent) {
        Set<String> has = new HashSet<>(parent);
        return has.contains(ROOT) ? List.of() : child.stream().filter(name -> !has.contains(name)).toList();
    }

    /** One name in its form, see {@link Names#canonical}. */
    public static String name(String name) {
        return Names.canonical(name);
    }

    /** As the field prints a list. */
    public static String shown(List<String> names) {
        return "[" + String.join(" ", names.stream().map(name -> '"' + name + '"').toList()) + "]";
    }
}
