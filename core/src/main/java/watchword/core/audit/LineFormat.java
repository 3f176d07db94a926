package watchword.core.audit;

import java.util.function.Supplier;
import watchword.core.audit.line.Hasher;
import watchword.core.audit.line.LineOptions;
import watchword.core.audit.line.Pool;
import watchword.sdk.Secret;

/**
 * Entries as lines in the field's form ({@code spec/audit-line.md}): every text that a client sent or got is hashed with the device's
 * salt, names of fields and numbers are plain, and nothing a client says can break the line. Any thread: writers are lent out.
 */
final class LineFormat {
    private final Secret salt;
    private final LineOptions options;
    private final Supplier<AuditedHeaders> headers;
    private final Pool<LineWriter> writers = new Pool<>(this::writer);

    LineFormat(Secret salt, LineOptions options, Supplier<AuditedHeaders> headers) {
        this.salt = salt;
        this.options = options;
        this.headers = headers;
    }

    private LineWriter writer() {
        return new LineWriter(new Hasher(salt), options);
    }

    /** The line without its closing brace: the chain adds its fields. */
    byte[] open(AuditEntry entry) {
        var writer = writers.take();
        var open = writer.write(entry, headers.get());
        writers.give(writer); // not after a failure: half a line may be in it
        return options.exclusions().isEmpty() ? open : options.exclusions().apply(open);
    }

    String hash(String value) {
        return new Hasher(salt).hash(value);
    }
}
