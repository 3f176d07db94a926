package watchword.engines.ldap.secrets;

import java.util.List;
import watchword.sdk.Doc;
import watchword.sdk.Listing;
import watchword.sdk.Names;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** Which part of a tree of names is asked for. */
record Folder(
        @Doc("Folder whose names are listed; all of the first level when empty.") String path,
        @Doc("Only names after this one.") String after,
        @Doc("At most so many; all when 0.") int limit) {

    record Keys(@Doc("The names, sorted; folders end in a slash.") List<String> keys) {}

    Reply<Keys> of(Table<?> rows, Storage.Reader store) {
        var folder = path.isEmpty() || path.endsWith("/") ? path : path + "/";
        var names = rows.names(store, Names.canonical(folder), after, Listing.limit(limit));
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Keys(Listing.whole(names, limit)));
    }
}
