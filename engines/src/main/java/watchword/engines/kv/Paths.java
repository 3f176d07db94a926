package watchword.engines.kv;

import watchword.sdk.Problem;

/** Paths of secrets and folders. */
final class Paths {
    private Paths() {}

    static String secret(String path) {
        if (path.isEmpty()) throw new Problem.NotFound(Problem.multi("unsupported path")).asException();
        if (path.endsWith("/")) throw new Problem.Invalid("a secret's path cannot end in a slash").asException();
        return path;
    }

    static String folder(String path) {
        return path.isEmpty() || path.endsWith("/") ? path : path + "/";
    }

    static int limit(int asked) {
        return asked > 0 ? asked : Integer.MAX_VALUE;
    }
}
