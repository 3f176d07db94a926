package watchword.cli.line;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import watchword.client.SettingsException;
import watchword.client.Token;

/** Where a login keeps its token: one file for its user alone, which every client of the field reads. */
public record TokenFile(Path path) {

    /** None when there is no file. */
    public Token read() throws SettingsException {
        try {
            return Token.of(Files.readString(path));
        } catch (NoSuchFileException none) {
            return Token.NONE;
        } catch (IOException unreadable) {
            throw new SettingsException("cannot read the token in " + path);
        }
    }

    /** Replaces it in one step, so that nobody ever reads half a token or another's file. */
    public void write(Token token) throws UsageException {
        try {
            var fresh = Files.createTempFile(path.toAbsolutePath().getParent(), ".vault-token", "",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try {
                Files.writeString(fresh, token.reveal());
                Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException unwritable) {
            throw new UsageException("cannot keep the token in " + path + " (" + unwritable.getClass().getSimpleName()
                    + "); -no-store does without");
        }
    }
}
