package watchword.engines.provider;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import watchword.sdk.Problem;

/** Something in a text of YAML or JSON that knows where it stands, so that whoever wrote it is told the line and the field. */
record Written(Node node, String field) {
    private static final int MOST_CHARACTERS = 64 << 10;
    private static final int MOST_DEPTH = 16;
    private static final int MOST_MEMBERS = 64;

    static Written read(String text) {
        if (text.length() > MOST_CHARACTERS) throw new Problem.Invalid("definition", "has at most " + MOST_CHARACTERS + " characters").asException();
        try {
            var settings = LoadSettings.builder().setAllowDuplicateKeys(false).setCodePointLimit(MOST_CHARACTERS).build();
            requireShallow(settings, text);
            var root = new Compose(settings).composeString(text).orElseThrow(() -> new Problem.Invalid("definition", "is empty").asException());
            return new Written(root, "");
        } catch (MarkedYamlEngineException unreadable) {
            var line = unreadable.getProblemMark().map(mark -> "line " + (mark.getLine() + 1) + ": ").orElse("");
            throw new Problem.Invalid("definition", line + "is no YAML: " + unreadable.getProblem()).asException();
        } catch (YamlEngineException unreadable) {
            throw new Problem.Invalid("definition", "is no YAML").asException();
        }
    }

    /** Before it is composed, which goes as deep as the text does. */
    private static void requireShallow(LoadSettings settings, String text) {
        int depth = 0;
        for (var event : new Parse(settings).parseString(text)) {
            if (event instanceof CollectionStartEvent && ++depth > MOST_DEPTH) throw new Problem.Invalid("definition", "is too deep").asException();
            if (event instanceof CollectionEndEvent) depth--;
        }
    }

    Problem.ProblemException wrong(String what) {
        var line = node.getStartMark().map(mark -> "line " + (mark.getLine() + 1) + ": ").orElse("");
        return new Problem.Invalid("definition", line + (field.isEmpty() ? "" : field + " ") + what).asException();
    }

    /** Members in their order; refuses a name that stands there twice. */
    Map<String, Written> members() {
        requirePlain();
        if (!(node instanceof MappingNode mapping)) throw wrong("must have members");
        if (mapping.getValue().size() > MOST_MEMBERS) throw wrong("has at most " + MOST_MEMBERS + " members");
        var members = new LinkedHashMap<String, Written>();
        for (var pair : mapping.getValue()) {
            var name = new Written(pair.getKeyNode(), field).text();
            var member = new Written(pair.getValueNode(), field.isEmpty() ? name : field + "." + name);
            if (members.put(name, member) != null) throw member.wrong("is there twice");
        }
        return members;
    }

    List<Written> items() {
        requirePlain();
        if (!(node instanceof SequenceNode sequence)) throw wrong("must be a list");
        if (sequence.getValue().size() > MOST_MEMBERS) throw wrong("has at most " + MOST_MEMBERS + " items");
        var items = new ArrayList<Written>();
        for (var item : sequence.getValue()) items.add(new Written(item, field + "[" + items.size() + "]"));
        return items;
    }

    String text() {
        requirePlain();
        if (!(node instanceof ScalarNode scalar) || scalar.getTag().equals(Tag.NULL)) throw wrong("must be a text");
        return scalar.getValue();
    }

    int status() {
        var text = text();
        if (!text.matches("[1-5]\\d\\d")) throw wrong("must be a status of HTTP");
        return Integer.parseInt(text);
    }

    Pointer pointer() {
        return Pointer.parse(text()).orElseThrow(() -> wrong("must be a JSON pointer, such as /data/0/id"));
    }

    Template template() {
        var template = new Template(text());
        if (template.isBroken()) throw wrong("has what is no name between {{ and }}");
        return template;
    }

    /** A tree of JSON whose texts are templates. */
    Object tree() {
        return switch (node) {
            case MappingNode _ -> {
                var members = new LinkedHashMap<String, Object>();
                this.members().forEach((name, member) -> members.put(name, member.tree()));
                yield members;
            }
            case SequenceNode _ -> items().stream().map(Written::tree).toList();
            case ScalarNode scalar when scalar.getTag().equals(Tag.BOOL) -> Boolean.valueOf(scalar.getValue());
            case ScalarNode scalar when scalar.getTag().equals(Tag.INT) && scalar.getValue().matches("-?\\d{1,18}") -> Long.valueOf(scalar.getValue());
            case ScalarNode _ -> template();
            default -> throw wrong("is no plain value");
        };
    }

    /** An anchor could stand for more than is written. */
    private void requirePlain() {
        if (node.getAnchor().isPresent()) throw wrong("must not have an anchor");
    }

    static Optional<Written> member(Map<String, Written> members, String name) {
        return Optional.ofNullable(members.get(name));
    }
}
