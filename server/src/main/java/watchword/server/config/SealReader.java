package watchword.server.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import watchword.core.seal.StaticSeal;
import watchword.core.wire.Schema;
import watchword.sdk.Secret;

/** Reads a {@code seal "static"} block, with the keys from where it says they are. */
final class SealReader {
    static final Schema<Settings.Static> STATIC = Schema.of(Settings.Static.class);
    private static final int KEY_BYTES = 32;

    private final Section section;
    private final Map<String, String> environment;

    SealReader(Section section, Map<String, String> environment) {
        this.section = section;
        this.environment = environment;
    }

    SealSettings read() throws ConfigException {
        var settings = section.read(STATIC);
        var current = new StaticSeal.Key(settings.currentKeyId(), key("current_key", settings.currentKey()));
        Optional<StaticSeal.Key> previous = settings.previousKey().size() == 0
                ? Optional.empty() : Optional.of(new StaticSeal.Key(settings.previousKeyId(), key("previous_key", settings.previousKey())));
        return new SealSettings(current, previous, settings.disabled());
    }

    /** The key itself, as hex or base64, or a file or environment variable that holds it. */
    private Secret key(String setting, Secret written) throws ConfigException {
        var text = written.reveal();
        if (text.startsWith("file://")) {
            try {
                return decoded(setting, Files.readAllBytes(Path.of(text.substring(7))));
            } catch (IOException unreadable) {
                throw section.wrong(setting, "names a file that cannot be read");
            }
        }
        if (text.startsWith("env://")) {
            var value = environment.get(text.substring(6));
            if (value == null) throw section.wrong(setting, "names an environment variable that is not set");
            return decoded(setting, value.getBytes(StandardCharsets.UTF_8));
        }
        return decoded(setting, text.getBytes(StandardCharsets.UTF_8));
    }

    private Secret decoded(String setting, byte[] raw) throws ConfigException {
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
        throw section.wrong(setting, "must be 32 bytes: raw in a file, or as hex or base64");
    }
}
