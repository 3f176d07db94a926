package watchword.engines.aws;

import java.io.ByteArrayInputStream;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import watchword.sdk.Outbound;

/** Answers of AWS: XML with each element once, and nothing in it that would be fetched or expanded. */
record Xml(String root, String namespace, Map<String, String> texts) {
    private static final int MAX_DEPTH = 10;

    /** Empty for an answer that is no such XML, JSON with the same words for one. */
    static Optional<Xml> of(Outbound.Answer answer) {
        var type = answer.header("content-type").orElse("");
        if (answer.status() != 200 || !(type.startsWith("text/xml") || type.startsWith("application/xml"))) return Optional.empty();
        var factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        try {
            var reader = factory.createXMLStreamReader(new ByteArrayInputStream(answer.body()));
            var path = new ArrayDeque<String>();
            var texts = new HashMap<String, String>();
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
                        path.addLast(reader.getLocalName());
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

    /** The text of an element, by its path below the root; empty for none. */
    String text(String path) {
        return texts.getOrDefault(root + "/" + path, "");
    }
}
