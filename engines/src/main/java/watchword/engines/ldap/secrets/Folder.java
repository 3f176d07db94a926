package watchword.engines.ldap.secrets;

import watchword.sdk.Doc;
import watchword.sdk.Inline;
import watchword.sdk.Names;
import watchword.sdk.Page;
import watchword.sdk.Page.Keys;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** Which part of a tree of names is asked for. */
record Folder(
        @Doc("Folder whose names are listed; all of the first level when empty.") String path,
        @Inline Page page) {

    /** Folders end in a slash. */
    Reply<Keys> of(Table<?> rows, Storage.Reader store) {
        var folder = path.isEmpty() || path.endsWith("/") ? path : path + "/";
        var names = rows.names(store, Names.canonical(folder), page.after(), Page.limit(page.limit()));
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Keys(Page.whole(names, page.limit())));
    }
}
