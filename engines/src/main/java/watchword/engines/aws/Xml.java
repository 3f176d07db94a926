package watchword.engines.aws;

import java.io.ByteArrayInputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import watchword.sdk.Outbound;

/**
 * Answers of AWS: XML with each element once, but for the {@code member}s of a list, which are numbered; and nothing in it that would be
 * fetched or expanded.
 */
public record Xml(String root, String namespace, Map<String, String> texts) {
    private static final int MAX_DEPTH = 10;

    /** Empty for an answer that is no such XML, JSON with the same words for one. */
    static Optional<Xml> of(Outbound.Answer answer) {
        var type = answer.header("content-type").orElse("");
        if (answer.status() != 200 || !(type.startsWith("text/xml") || type.startsWith("application/xml"))) return Optional.empty();
        return read(answer.body());
    }

    /** Of any status and type. */
    public static Optional<Xml> read(byte[] body) {
        var factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        try {
            var reader = factory.createXMLStreamReader(new ByteArrayInputStream(body));
            var path = new ArrayDeque<String>();
            var texts = new HashMap<String, String>();
            var members = new HashMap<String, Integer>();
            var root = "";
            var namespace = "";
            var text = "";
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        if (path.isEmpty()) {
                            root = reader.getLocalName();
                            namespace = String.valueOf(reader.getNamespaceURI());
                        }
                        var name = reader.getLocalName();
                        path.addLast(name.equals("member") ? "member." + (members.merge(String.join("/", path), 1, Integer::sum) - 1) : name);
                        text = "";
                        if (path.size() > MAX_DEPTH) return Optional.empty();
                    }
                    case XMLStreamConstants.CHARACTERS -> text = reader.getText();
                    case XMLStreamConstants.END_ELEMENT -> {
                        // Twice the same is for whoever wants us to read the other one.
                        if (texts.putIfAbsent(String.join("/", path), text.strip()) != null) return Optional.empty();
                        path.removeLast();
                        text = "";
                    }
                    case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE, XMLStreamConstants.PROCESSING_INSTRUCTION -> {
                        return Optional.empty();
                    }
                    default -> {}
                }
            }
            return Optional.of(new Xml(root, namespace, Map.copyOf(texts)));
        } catch (XMLStreamException malformed) {
            return Optional.empty();
        }
    }

    /** The paths of a list's members, by its path below the root. */
    public List<String> members(String path) {
        var found = new ArrayList<String>();
        for (var next = path + "/member.0"; texts.containsKey(root + "/" + next); next = path + "/member." + found.size()) found.add(next);
        return found;
    }

    /** The text of an element, by its path below the root; empty for none. */
    public String text(String path) {
        return texts.getOrDefault(root + "/" + path, "");
    }
}
