package watchword.core.identity.oidc;

import java.util.List;
import java.util.stream.Stream;
import watchword.sdk.Page;
import watchword.sdk.Reply;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/**
 * The names of a table in which one is always there, whether or not it has a row: so nothing has to be written when a namespace is made.
 *
 * @param most rows that the table may have
 */
record Builtin(Table<?> rows, String name, int most) {

    List<String> all(Storage.Reader store) {
        return Stream.concat(Stream.of(name), rows.names(store, "", "", most).stream()).distinct().sorted().toList();
    }

    Reply<Page.Keys> page(Storage.Reader store, Page page) {
        return Reply.of(new Page.Keys(all(store).stream().filter(each -> each.compareTo(page.after()) > 0).limit(Page.limit(page.limit())).toList()));
    }
}
