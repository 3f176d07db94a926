package watchword.engines.kv;

import watchword.sdk.Problem;

/** Which paths can name a secret. */
final class Paths {
    private Paths() {}

    /** @return {@code path}, when a secret can be there; 404 when it is the root, which holds none */
    static String toRead(String path) {
        if (path.isEmpty()) throw Problem.NotFound.unsupportedPath().asException();
        return notFolder(path);
    }

    static String toWrite(String path) {
        if (path.isEmpty()) throw new Problem.Invalid("missing path").asException();
        return notFolder(path);
    }

    private static String notFolder(String path) {
        if (path.endsWith("/")) {
            throw new Problem.Invalid("the path ends in a slash, so it names a folder: only a list can be asked of it").asException();
        }
        return path;
    }
}
