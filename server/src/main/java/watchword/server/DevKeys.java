package watchword.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import watchword.sdk.Secret;

/** The seal key and root token of a development server: kept beside its data, if that is kept. */
record DevKeys(Secret sealKey, Secret rootToken) {
    private static final int KEY_BYTES = 32;

    static DevKeys of(Optional<Path> folder, Optional<Secret> chosenToken, SecureRandom random) throws IOException {
        if (folder.isEmpty()) return new DevKeys(random(random), chosenToken.orElseGet(() -> token(random)));
        var file = folder.get().resolve("dev-keys");
        if (!Files.exists(file)) {
            Files.createDirectories(folder.get(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            var made = new DevKeys(random(random), chosenToken.orElseGet(() -> token(random)));
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, made.sealKey().use(key -> HexFormat.of().formatHex(key)) + "\n" + made.rootToken().reveal() + "\n");
            return made;
        }
        var lines = Files.readAllLines(file);
        return new DevKeys(Secret.owning(HexFormat.of().parseHex(lines.get(0))), Secret.copyOf(lines.get(1)));
    }

    private static Secret random(SecureRandom random) {
        var key = new byte[KEY_BYTES];
        random.nextBytes(key);
        return Secret.owning(key);
    }

    private static Secret token(SecureRandom random) {
        var bytes = new byte[12];
        random.nextBytes(bytes);
        return Secret.copyOf("dev-" + HexFormat.of().formatHex(bytes));
    }
}
