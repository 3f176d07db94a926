package watchword.core.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What {@link Acl} decides, from the documented words alone: every statement is held against the path, those that match are sorted by the
 * documented order, and the first one's path decides with everything that was said of it.
 */
final class SlowAcl {
    private final List<Said> said;

    /** One statement. */
    record Said(String path, int bits, Pattern regex) {

        Said(String path, int bits) {
            this(path, bits, regex(path));
        }

        private static Pattern regex(String path) {
            boolean rest = path.endsWith("*");
            var body = rest ? path.substring(0, path.length() - 1) : path;
            var segments = new ArrayList<String>();
            for (var segment : body.split("/", -1)) segments.add(segment.equals("+") ? "[^/]*" : Pattern.quote(segment));
            return Pattern.compile(String.join("/", segments) + (rest ? ".*" : ""));
        }

        boolean isPattern() {
            return path.endsWith("*") || Arrays.asList(path.split("/", -1)).contains("+");
        }

        boolean matches(String asked) {
            return regex.matcher(asked).matches();
        }

        int firstWildcard() {
            int at = 0;
            for (var segment : path.split("/", -1)) {
                if (segment.equals("+")) return at;
                at += segment.length() + 1;
            }
            return path.length() - 1;
        }

        long pluses() {
            return Arrays.stream(path.replaceAll("\\*$", "").split("/", -1)).filter("+"::equals).count();
        }

        /** "If the first wildcard or glob occurs earlier in P1, P1 is lower priority. If P1 ends in * and P2 doesn't, ..." */
        boolean isLowerThan(Said other) {
            if (firstWildcard() != other.firstWildcard()) return firstWildcard() < other.firstWildcard();
            if (path.endsWith("*") != other.path.endsWith("*")) return path.endsWith("*");
            if (pluses() != other.pluses()) return pluses() > other.pluses();
            if (path.length() != other.path.length()) return path.length() < other.path.length();
            return path.compareTo(other.path) < 0;
        }
    }

    SlowAcl(List<Said> said) {
        this.said = said;
    }

    /** The path of the statement that decides; empty for none. */
    Optional<String> decider(String path, boolean folder) {
        var withoutSlash = folder && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        for (var exact : List.of(path, withoutSlash)) {
            if (said.stream().anyMatch(each -> !each.isPattern() && each.matches(exact))) return Optional.of(exact);
        }
        return said.stream().filter(each -> each.isPattern() && (each.matches(path) || each.matches(withoutSlash)))
                .reduce((a, b) -> a.isLowerThan(b) ? b : a).map(Said::path);
    }

    /** @param decider see {@link #decider} */
    boolean allows(Capability wanted, Optional<String> decider) {
        int bits = said.stream().filter(each -> decider.isPresent() && each.path().equals(decider.get())).mapToInt(Said::bits).reduce(0, (a, b) -> a | b);
        return (bits & Capability.DENY.bit()) == 0 && (bits & wanted.bit()) != 0;
    }
}
