package watchword.core.policy.advise;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import watchword.core.policy.Capability;

/**
 * Reads audit logs, {@code spec/audit-line.md}, for what policies allowed. Lines are data from anywhere: what is no line is counted and
 * passed over, values are skipped without being built, and whatever one line holds, it is forgotten with the next.
 */
final class LoggedRequests {
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(200).maxStringLength(32 << 20).maxNameLength(8192).maxNumberLength(400).build())
            .build();
    /** Policies, or members of metadata, of one line. */
    private static final int MOST = 1_000;
    /** Longer than any path that a request can have. */
    private static final int MAX_TEXT = 16_384;

    private LoggedRequests() {}

    /** @param strange lines that are none of a log, or are cut off @param tooLong lines beyond the bound */
    record Read(long lines, long strange, long tooLong) {
        static final Read NOTHING = new Read(0, 0, 0);

        Read plus(Read other) {
            return new Read(lines + other.lines, strange + other.strange, tooLong + other.tooLong);
        }
    }

    /** Names that end in {@code .gz} are unpacked. */
    static Read each(List<Path> files, Consumer<LoggedRequest> to) throws IOException {
        var read = Read.NOTHING;
        for (var file : files) {
            try (var in = open(file)) {
                read = read.plus(each(in, to));
            }
        }
        return read;
    }

    private static InputStream open(Path file) throws IOException {
        var in = Files.newInputStream(file);
        return file.toString().endsWith(".gz") ? new BufferedInputStream(new GZIPInputStream(in, 64 << 10)) : in;
    }

    static Read each(InputStream in, Consumer<LoggedRequest> to) throws IOException {
        var lines = new LongLines(in);
        long count = 0;
        long strange = 0;
        while (lines.next()) {
            count++;
            try {
                line(lines.bytes(), lines.length()).ifPresent(to);
            } catch (IOException | DateTimeException notALine) {
                strange++;
            }
        }
        return new Read(count + lines.tooLong(), strange, lines.tooLong());
    }

    /** Empty for a line of another kind, a refused request, and one that needed no policy. */
    private static Optional<LoggedRequest> line(byte[] bytes, int length) throws IOException {
        try (var parser = JSON.createParser(bytes, 0, length)) {
            var fields = new Fields();
            if (parser.nextToken() != JsonToken.START_OBJECT) throw new IOException("no object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) fields.member(parser);
            if (parser.currentToken() != JsonToken.END_OBJECT) throw new IOException("cut off");
            return fields.request();
        }
    }

    /** What was found of a line so far. */
    private static final class Fields {
        private final Map<String, String> texts = new HashMap<>();
        private final Map<String, String> metadata = new HashMap<>();
        private final List<String> policies = new ArrayList<>();
        private final List<String> granting = new ArrayList<>();

        void member(JsonParser parser) throws IOException {
            var name = parser.currentName();
            switch (parser.nextToken()) {
                case START_OBJECT -> {
                    switch (name) {
                        case "auth", "request" -> object(parser, name + ".");
                        default -> parser.skipChildren();
                    }
                }
                case START_ARRAY -> parser.skipChildren();
                default -> {
                    if (name.equals("time") || name.equals("type")) texts.put(name, text(parser));
                }
            }
        }

        private void object(JsonParser parser, String prefix) throws IOException {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var name = prefix + parser.currentName();
                switch (parser.nextToken()) {
                    case START_OBJECT -> {
                        switch (name) {
                            case "auth.metadata" -> metadata(parser);
                            case "auth.policy_results", "request.namespace" -> object(parser, name + ".");
                            default -> parser.skipChildren();
                        }
                    }
                    case START_ARRAY -> {
                        switch (name) {
                            case "auth.policies" -> policies(parser);
                            case "auth.policy_results.granting_policies" -> granting(parser);
                            default -> parser.skipChildren();
                        }
                    }
                    default -> {
                        if (isWanted(name)) texts.put(name, text(parser));
                    }
                }
            }
        }

        private static boolean isWanted(String name) {
            return switch (name) {
                case "auth.entity_id", "auth.display_name", "auth.accessor", "auth.policy_results.allowed", "auth.policy_results.rule", "auth.policy_results.sudo", "request.operation",
                        "request.mount_point", "request.path", "request.namespace.id" -> true;
                default -> false;
            };
        }

        private static String text(JsonParser parser) throws IOException {
            var text = parser.getText();
            if (text == null || text.length() > MAX_TEXT) throw new IOException("a text is too long");
            return text;
        }

        private void metadata(JsonParser parser) throws IOException {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var name = parser.currentName();
                if (parser.nextToken().isScalarValue()) {
                    if (metadata.size() < MOST) metadata.put(name, text(parser));
                } else {
                    parser.skipChildren();
                }
            }
        }

        private void policies(JsonParser parser) throws IOException {
            while (parser.nextToken() != null && parser.currentToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken().isScalarValue()) {
                    if (policies.size() < MOST) policies.add(text(parser));
                } else {
                    parser.skipChildren();
                }
            }
        }

        private void granting(JsonParser parser) throws IOException {
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    boolean isName = parser.currentName().equals("name");
                    if (!parser.nextToken().isScalarValue()) parser.skipChildren();
                    else if (isName && granting.size() < MOST) granting.add(text(parser));
                }
            }
        }

        private String of(String name) {
            return texts.getOrDefault(name, "");
        }

        Optional<LoggedRequest> request() throws IOException {
            boolean answer = of("type").equals("response");
            if (!answer && !of("type").equals("request")) return Optional.empty();
            var operation = Capability.ofOperation(of("request.operation"));
            if (!of("auth.policy_results.allowed").equals("true") || of("auth.policy_results.rule").isEmpty() || operation.isEmpty()) return Optional.empty();
            if (of("request.path").isEmpty()) throw new IOException("no path");
            return Optional.of(new LoggedRequest(Instant.parse(of("time")), of("auth.entity_id"), of("auth.display_name"), of("auth.accessor"), List.copyOf(policies), Map.copyOf(metadata),
                    of("auth.policy_results.rule"), List.copyOf(granting), of("auth.policy_results.sudo").equals("true"), operation.get(), of("request.mount_point"), of("request.path"),
                    of("request.namespace.id"), answer));
        }
    }
}
