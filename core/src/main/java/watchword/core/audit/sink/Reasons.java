package watchword.core.audit.sink;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** Why a device failed, in words that anybody may read: no path, no address, nothing from outside. */
public final class Reasons {
    /** What systems say of a failed call, as far as it tells nothing but that. */
    private static final List<String> KNOWN = List.of("no space left on device", "disk quota exceeded", "file too large", "input/output error",
            "read-only file system", "broken pipe", "connection reset", "connection refused", "connection timed out", "no route to host", "network is unreachable",
            "message too long", "too many open files", "stale file handle", "no buffer space available", "transport endpoint is not connected",
            "permission denied", "no such file or directory", "no answer in time");

    private Reasons() {}

    public static String of(Exception failure) {
        return switch (failure) {
            case Refused refused -> String.valueOf(refused.getMessage());
            case NoSuchFileException _ -> "no such file or directory";
            case AccessDeniedException _ -> "permission denied";
            case FileSystemException fs -> known(fs.getReason());
            case UnknownHostException _ -> "the host name cannot be resolved";
            case HttpTimeoutException _ -> "no answer in time";
            case SocketTimeoutException _ -> "no answer in time";
            case SSLException _ -> "TLS failed";
            case ConnectException refused -> refused.getMessage() == null ? "connection refused" : known(refused.getMessage());
            default -> known(failure.getMessage());
        };
    }

    private static String known(@org.jspecify.annotations.Nullable String message) {
        if (message == null) return "write failed";
        var lower = message.toLowerCase(Locale.ROOT);
        for (var each : KNOWN) if (lower.contains(each)) return each;
        return "write failed";
    }

    /** A failure in our own words, fit for anybody. */
    public static final class Refused extends IOException {
        public Refused(String message) {
            super(message);
        }
    }
}
