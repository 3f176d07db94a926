package watchword.engines.kv;

import java.util.List;
import java.util.Map;
import watchword.sdk.Body;
import watchword.sdk.Doc;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;

/** Answers who asks version 2 as if it were version 1, the commonest mistake there is, with what to do instead. */
final class UnversionedPath {
    private UnversionedPath() {}

    record Anything(@Doc("Path of a secret, without data/ before it.") String path, @Doc("Any fields.") @Body Map<String, Object> fields) {
        @Override
        public String toString() {
            return "Anything[" + path + "]";
        }
    }

    static List<Route<?, ?>> routes() {
        return List.of(
                Route.read("{path*}", Anything.class, None.class, _ -> told("get"), "Tells that secrets are read at data/."),
                Route.list("{path*}", Anything.class, None.class, _ -> told("list"), "Tells that names are listed at metadata/."),
                Route.write("{path*}", Anything.class, None.class, _ -> told("put"), "Tells that secrets are written at data/."),
                Route.patch("{path*}", Anything.class, None.class, _ -> told("patch"), "Tells that secrets are patched at data/."),
                Route.delete("{path*}", Anything.class, None.class, _ -> told("delete"), "Tells that secrets are deleted at data/ or metadata/."));
    }

    private static Reply<None> told(String word) {
        return Reply.<None>nothing()
                .warn("Invalid path for a versioned K/V secrets engine: secrets are at data/PATH, names and metadata at metadata/PATH "
                        + "below the mount. On a command line, 'kv " + word + "' finds the right one.")
                .status(404);
    }
}
