package watchword.sdk;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** What went wrong with a file, for whoever runs the server: what the platform says of it is often the file's name alone, or no name. */
public final class FileTrouble {
    private FileTrouble() {}

    /** {@code /etc/key: permission denied}; for a failure that is about no file, what it says itself. */
    public static String words(IOException failed) {
        if (!(failed instanceof FileSystemException about) || about.getFile() == null) return String.valueOf(failed.getMessage());
        return about.getFile() + ": " + why(about);
    }

    /** The same without the file's name. */
    public static String why(IOException failed) {
        return switch (failed) {
            case NoSuchFileException _ -> "no such file or folder";
            case AccessDeniedException _ -> "permission denied";
            case NotDirectoryException _ -> "is no folder";
            case FileAlreadyExistsException _ -> "is in the way";
            case FileSystemException about when about.getReason() != null -> about.getReason();
            default -> String.valueOf(failed.getMessage());
        };
    }
}
