package watchword.engines.ldap.secrets;

import com.unboundid.ldap.sdk.AddRequest;
import com.unboundid.ldap.sdk.Attribute;
import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.DeleteRequest;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.Modification;
import com.unboundid.ldap.sdk.ModificationType;
import com.unboundid.ldap.sdk.ModifyRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import watchword.sdk.Problem;

/**
 * Changes to a directory, as LDIF with places for values. The text is read first and the values are put in after, each where it belongs: in
 * the name of an entry as a name, in an attribute as its bytes. So no value can add a line, a part of a name or another entry.
 */
record Ldif(List<Entry> entries) {
    private static final int MOST_CHARACTERS = 64 << 10;
    private static final int MOST_ENTRIES = 50;
    private static final Pattern ATTRIBUTE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.-]*(?:;[A-Za-z0-9-]+)*");

    /** @param base64 the filled text stands for bytes */
    record Value(String attribute, Place text, boolean base64) {}

    record Step(ModificationType type, String attribute, List<Value> values) {}

    /** One entry of the text. */
    sealed interface Entry {
        Place dn();

        record Add(Place dn, List<Value> values) implements Entry {}

        record Modify(Place dn, List<Step> steps) implements Entry {}

        record Delete(Place dn) implements Entry {}
    }

    /** One change, ready to be made. */
    sealed interface Change {
        String dn();

        String word();

        void apply(LDAPConnection connection) throws LDAPException;

        record Add(String dn, List<Attribute> attributes) implements Change {
            @Override
            public String word() {
                return "failed to run AddRequest";
            }

            @Override
            public void apply(LDAPConnection connection) throws LDAPException {
                connection.add(new AddRequest(dn, attributes));
            }
        }

        record Modify(String dn, List<Modification> modifications) implements Change {
            @Override
            public String word() {
                return "failed to run ModifyRequest";
            }

            @Override
            public void apply(LDAPConnection connection) throws LDAPException {
                connection.modify(new ModifyRequest(dn, modifications));
            }
        }

        record Delete(String dn) implements Change {
            @Override
            public String word() {
                return "failed to run DelRequest";
            }

            @Override
            public void apply(LDAPConnection connection) throws LDAPException {
                connection.delete(new DeleteRequest(dn));
            }
        }
    }

    /**
     * @param field that it is from, for the message
     * @param names of values that it may use
     * @throws Problem.ProblemException when it cannot be read, or would not make sense whatever the values
     */
    static Ldif read(String field, String text, List<String> names) {
        if (text.length() > MOST_CHARACTERS) throw new Problem.Invalid("invalid " + field + ": it is longer than " + MOST_CHARACTERS + " characters").asException();
        try {
            var ldif = new Ldif(entries(text));
            if (ldif.entries.isEmpty()) throw new WrongException("must specify at least one LDIF entry");
            if (ldif.entries.size() > MOST_ENTRIES) throw new WrongException("it has more than " + MOST_ENTRIES + " entries");
            ldif.fill(Map.copyOf(sample(names)));
            return ldif;
        } catch (WrongException | Place.WrongException wrong) {
            throw new Problem.Invalid("invalid " + field + ": LDIF is invalid: " + wrong.getMessage()).asException();
        }
    }

    private static Map<String, String> sample(List<String> names) {
        var values = new HashMap<String, String>();
        names.forEach(name -> values.put(name, "1"));
        return values;
    }

    static final class WrongException extends Exception {
        WrongException(String why) {
            super(why, null, false, false);
        }
    }

    // ---- reading ----

    private static List<Entry> entries(String text) throws WrongException, Place.WrongException {
        var all = new ArrayList<Entry>();
        var lines = new ArrayList<String>();
        for (var line : (text + "\n\n").split("\r?\n", -1)) {
            if (line.startsWith("#")) continue;
            if (line.startsWith(" ") && !lines.isEmpty() && !line.isBlank()) lines.set(lines.size() - 1, lines.getLast() + line.substring(1));
            else if (!line.isBlank()) lines.add(line.strip());
            else if (!lines.isEmpty()) {
                if (lines.getFirst().startsWith("version:")) lines.removeFirst();
                if (!lines.isEmpty()) all.add(entry(List.copyOf(lines)));
                lines.clear();
            }
        }
        return all;
    }

    private static Entry entry(List<String> lines) throws WrongException, Place.WrongException {
        var first = value(lines.getFirst());
        if (!first.attribute().equalsIgnoreCase("dn") || first.base64()) throw new WrongException("an entry must begin with dn:");
        var rest = lines.subList(1, lines.size());
        var type = rest.isEmpty() || !rest.getFirst().toLowerCase(Locale.ROOT).startsWith("changetype:") ? "" : rest.getFirst().substring("changetype:".length()).strip();
        if (!type.isEmpty()) rest = rest.subList(1, rest.size());
        return switch (type) {
            case "", "add" -> new Entry.Add(first.text(), values(rest));
            case "modify" -> new Entry.Modify(first.text(), steps(rest));
            case "delete" -> {
                if (!rest.isEmpty()) throw new WrongException("nothing may follow changetype: delete");
                yield new Entry.Delete(first.text());
            }
            default -> throw new WrongException("a changetype must be add, modify or delete");
        };
    }

    private static List<Value> values(List<String> lines) throws WrongException, Place.WrongException {
        var values = new ArrayList<Value>();
        for (var line : lines) values.add(value(line));
        if (values.isEmpty()) throw new WrongException("an entry without attributes");
        return List.copyOf(values);
    }

    private static List<Step> steps(List<String> lines) throws WrongException, Place.WrongException {
        var steps = new ArrayList<Step>();
        for (int i = 0; i < lines.size(); ) {
            var head = value(lines.get(i++));
            var type = switch (head.attribute()) {
                case "add" -> ModificationType.ADD;
                case "replace" -> ModificationType.REPLACE;
                case "delete" -> ModificationType.DELETE;
                default -> throw new WrongException("a modification must begin with add:, replace: or delete:");
            };
            var attribute = head.text().literal().orElseThrow(() -> new WrongException("the name of an attribute must be told, not made"));
            requireAttribute(attribute);
            var values = new ArrayList<Value>();
            for (; i < lines.size() && !lines.get(i).equals("-"); i++) {
                var value = value(lines.get(i));
                if (!value.attribute().equalsIgnoreCase(attribute)) throw new WrongException("a modification is of one attribute");
                values.add(value);
            }
            i++;
            if (type.equals(ModificationType.ADD) && values.isEmpty()) throw new WrongException("nothing to add");
            steps.add(new Step(type, attribute, List.copyOf(values)));
        }
        if (steps.isEmpty()) throw new WrongException("nothing to modify");
        return List.copyOf(steps);
    }

    private static Value value(String line) throws WrongException, Place.WrongException {
        int colon = line.indexOf(':');
        if (colon < 1) throw new WrongException("a line must be a name, a colon and a value");
        boolean base64 = line.startsWith("::", colon);
        if (line.startsWith(":<", colon)) throw new WrongException("values are not read from elsewhere");
        requireAttribute(line.substring(0, colon));
        return new Value(line.substring(0, colon), Place.read(line.substring(colon + (base64 ? 2 : 1)).strip()), base64);
    }

    private static void requireAttribute(String name) throws WrongException {
        if (!ATTRIBUTE.matcher(name).matches()) throw new WrongException("a line must begin with the name of an attribute");
    }

    // ---- filling ----

    /** @throws WrongException when a value makes what is no name of an entry, or no base64 */
    List<Change> fill(Map<String, String> values) throws WrongException, Place.WrongException {
        var changes = new ArrayList<Change>();
        for (var entry : entries) {
            var dn = name(entry.dn(), values);
            changes.add(switch (entry) {
                case Entry.Add add -> new Change.Add(dn, attributes(add.values(), values));
                case Entry.Modify modify -> new Change.Modify(dn, modifications(modify.steps(), values));
                case Entry.Delete _ -> new Change.Delete(dn);
            });
        }
        return changes;
    }

    private static String name(Place place, Map<String, String> values) throws WrongException, Place.WrongException {
        var name = new String(place.fillAsName(values), StandardCharsets.UTF_8);
        if (name.isEmpty() || !DN.isValidDN(name)) throw new WrongException("dn: is no name of an entry");
        return name;
    }

    private static List<Attribute> attributes(List<Value> written, Map<String, String> values) throws WrongException, Place.WrongException {
        var attributes = new ArrayList<Attribute>();
        for (var name : written.stream().map(Value::attribute).distinct().toList()) {
            var of = written.stream().filter(value -> value.attribute().equals(name)).toList();
            attributes.add(new Attribute(name, bytes(of, values)));
        }
        return attributes;
    }

    private static List<Modification> modifications(List<Step> steps, Map<String, String> values) throws WrongException, Place.WrongException {
        var modifications = new ArrayList<Modification>();
        for (var step : steps) modifications.add(new Modification(step.type(), step.attribute(), bytes(step.values(), values)));
        return modifications;
    }

    private static byte[][] bytes(List<Value> written, Map<String, String> values) throws WrongException, Place.WrongException {
        var all = new ArrayList<byte[]>();
        for (var value : written) all.add(value.base64() ? decoded(value.text().fill(values)) : value.text().isName() ? value.text().fillAsName(values) : value.text().fill(values));
        return all.toArray(byte[][]::new);
    }

    private static byte[] decoded(byte[] text) throws WrongException {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException not) {
            throw new WrongException("what follows :: must be base64");
        }
    }

    /** Base64 of a whole text is taken for that text, as the field's clients send it. */
    static String plain(String sent) {
        try {
            return sent.isEmpty() ? sent : new String(Base64.getDecoder().decode(sent), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException plain) {
            return sent;
        }
    }
}
