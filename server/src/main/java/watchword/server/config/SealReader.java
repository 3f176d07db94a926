package watchword.server.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import watchword.core.hcl.Hcl.Value;
import watchword.core.seal.StaticSeal;
import watchword.sdk.Secret;

/** Reads a {@code seal "static"} block, with the keys from where it says they are. */
final class SealReader {
    private static final int KEY_BYTES = 32;

    private SealReader() {}

    static SealSettings read(Block block, Value at) throws ConfigException {
        var current = key(block, at, "current_key").orElseThrow(() -> block.missing("current_key"));
        var previous = key(block, at, "previous_key");
        if (previous.isPresent() && previous.get().id().equals(current.id())) throw block.wrong("previous_key_id", at, "must differ from current_key_id");
        return new SealSettings(current, previous, block.flag("disabled", false));
    }

    private static Optional<StaticSeal.Key> key(Block block, Value at, String setting) throws ConfigException {
        var id = block.text(setting + "_id");
        var text = block.text(setting);
        if (text.isEmpty()) return Optional.empty();
        return Optional.of(new StaticSeal.Key(id.orElse("default"), key(block, at, setting, text.get())));
    }

    /** The key itself, as hex or base64, or a file or environment variable that holds it. */
    private static Secret key(Block block, Value at, String setting, String text) throws ConfigException {
        try {
            if (text.startsWith("file://")) return key(block, at, setting, Files.readAllBytes(Path.of(text.substring(7))));
            if (text.startsWith("env://")) {
                var value = System.getenv(text.substring(6));
                if (value == null) throw block.wrong(setting, at, "names an environment variable that is not set");
                return key(block, at, setting, value.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException unreadable) {
            throw block.wrong(setting, at, "names a file that cannot be read");
        }
        return key(block, at, setting, text.getBytes(StandardCharsets.UTF_8));
    }

    private static Secret key(Block block, Value at, String setting, byte[] raw) throws ConfigException {
        if (raw.length == KEY_BYTES) return Secret.owning(raw);
        var text = new String(raw, StandardCharsets.US_ASCII).trim();
        for (int form = 0; form < 2; form++) {
            try {
                var bytes = form == 0 ? HexFormat.of().parseHex(text) : Base64.getDecoder().decode(text);
                if (bytes.length == KEY_BYTES) return Secret.owning(bytes);
            } catch (IllegalArgumentException another) {
                // tried as the next form
            }
        }
        throw block.wrong(setting, at, "must be 32 bytes: raw in a file, or as hex or base64");
    }
}
