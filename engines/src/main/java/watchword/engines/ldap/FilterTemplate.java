package watchword.engines.ldap;

import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import watchword.sdk.Problem;

/** A search filter in which {@code {{.Name}}} stands for a value. A value is data wherever it stands: it cannot change what the filter asks. */
final class FilterTemplate {
    private static final Pattern PLACE = Pattern.compile("\\{\\{\\s*\\.(\\w+)\\s*}}");

    private FilterTemplate() {}

    /** @throws Problem.ProblemException when it is no filter, whatever the values */
    static String require(String field, String template) {
        if (template.isEmpty()) return template;
        try {
            var plain = PLACE.matcher(template).replaceAll("x");
            if (plain.contains("{{")) throw new Problem.Invalid("invalid " + field + ": between {{ and }} stands one of .UserAttr, .Username and .UserDN").asException();
            Filter.create(plain);
            return template;
        } catch (LDAPException wrong) {
            throw new Problem.Invalid("invalid " + field + ": not a search filter").asException();
        }
    }

    /** @param values by the names in the template; those not among them are empty */
    static Filter fill(String template, Map<String, String> values) throws LDAPException {
        return Filter.create(PLACE.matcher(template).replaceAll(place -> Matcher.quoteReplacement(encoded(place.group(1), values.getOrDefault(place.group(1), "")))));
    }

    /** An attribute's name comes from the configuration, so it is no value to encode; it was checked as a part of the filter. */
    private static String encoded(String name, String value) {
        return name.equals("UserAttr") ? value : Filter.encodeValue(value);
    }
}
