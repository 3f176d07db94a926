package watchword.engines.gcp.secrets;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import watchword.sdk.Doc;
import watchword.sdk.Problem;

/** A Credential Access Boundary: what a token may do at most, whatever its account may. Of buckets and of what is below prefixes of them. */
final class Boundary {
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]");
    private static final Pattern ROLE = Pattern.compile("(?:(?:projects|organizations)/[A-Za-z0-9.:_-]{1,64}/)?roles/[A-Za-z0-9_.]{1,64}");
    /** Google's bound. */
    private static final int MOST_RULES = 10;
    private static final int MOST_ROLES = 10;
    /** Two parts of a condition for each, of which Google takes twelve. */
    private static final int MOST_PREFIXES = 6;
    private static final int LONGEST_NAME = 1024;
    private static final int LONGEST_CONDITION = 2048;

    private Boundary() {}

    record Rule(
            @Doc("Name of the bucket.") String bucket,
            @Doc("What names of objects begin with, each with a slash at its end, so that what is meant for `jobs/1/` does not reach `jobs/10/`; the whole bucket when empty.") List<String> prefixes,
            @Doc("What may be done there at most, as in roles/storage.objectViewer.") List<String> roles) {
        void check() {
            if (!BUCKET.matcher(bucket).matches()) throw wrong("bucket must be the name of a bucket");
            if (roles.isEmpty() || roles.size() > MOST_ROLES) throw wrong("roles must be 1 to " + MOST_ROLES);
            for (var role : roles) {
                if (!ROLE.matcher(role).matches()) throw wrong("a role is as in roles/storage.objectViewer");
            }
            if (prefixes.size() > MOST_PREFIXES) throw wrong("at most " + MOST_PREFIXES + " prefixes of a bucket");
            for (var prefix : prefixes) requirePrefix(prefix);
            if (condition().length() > LONGEST_CONDITION) throw wrong("the prefixes of a bucket are too long together");
        }

        private static void requirePrefix(String prefix) {
            if (!prefix.endsWith("/") || prefix.startsWith("/")) throw wrong("a prefix ends in a slash, and begins with none");
            if (prefix.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME || prefix.chars().anyMatch(Character::isISOControl)) throw wrong("a prefix is part of the name of an object");
        }

        /** Of what is read or written by name, and of what is listed. */
        private String condition() {
            return prefixes.stream().map(prefix -> "resource.name.startsWith(" + quoted("projects/_/buckets/" + bucket + "/objects/" + prefix) + ") || api.getAttribute('storage.googleapis.com/objectListPrefix', '').startsWith("
                    + quoted(prefix) + ")").collect(Collectors.joining(" || "));
        }

        private static String quoted(String text) {
            return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
        }

        private Map<String, Object> written() {
            var rule = new LinkedHashMap<String, Object>();
            rule.put("availableResource", "//storage.googleapis.com/projects/_/buckets/" + bucket);
            rule.put("availablePermissions", roles.stream().map(role -> "inRole:" + role).toList());
            if (!prefixes.isEmpty()) rule.put("availabilityCondition", Map.of("expression", condition()));
            return rule;
        }
    }

    /** @throws Problem.ProblemException for what Google would not take, or would take for more than was meant */
    static void check(List<Rule> rules) {
        if (rules.size() > MOST_RULES) throw wrong("at most " + MOST_RULES + " rules");
        rules.forEach(Rule::check);
    }

    /** As the exchange of tokens has it. */
    static Map<String, Object> options(List<Rule> rules) {
        var written = new ArrayList<Object>();
        for (var rule : rules) written.add(rule.written());
        return Map.of("accessBoundary", Map.of("accessBoundaryRules", written));
    }

    private static RuntimeException wrong(String why) {
        return new Problem.Invalid("access_boundary", why).asException();
    }
}
