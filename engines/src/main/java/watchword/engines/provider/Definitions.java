package watchword.engines.provider;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import watchword.sdk.Problem;

/** The definitions that come along, a file each. Another is a file beside them and its name here. */
final class Definitions {
    static final List<String> NAMES = List.of("anthropic", "databricks", "huggingface", "openai", "wandb");

    private Definitions() {}

    static Definition builtin(String name) {
        if (!NAMES.contains(name)) throw new Problem.Invalid("provider", "must be one of " + String.join(", ", NAMES) + "; or give a definition").asException();
        return DefinitionReader.read(text(name));
    }

    static String text(String name) {
        try (var file = Definitions.class.getResourceAsStream("/watchword/provider/" + name + ".yaml")) {
            if (file == null) throw new IllegalStateException("no definition " + name);
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
