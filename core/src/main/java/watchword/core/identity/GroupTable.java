package watchword.core.identity;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import watchword.sdk.Storage;

/** Groups in the store. One is deleted when nobody is in it any more. */
final class GroupTable extends IdentityTable<GroupRow> {
    GroupTable() {
        super("group", GroupRow.class, "subgroup");
    }

    /** These groups, then all that they are in by others, each once. A point read for each. */
    List<GroupRow> withParents(Storage.Reader store, Collection<String> ids) {
        if (ids.isEmpty()) return List.of();
        var seen = new HashSet<String>(ids);
        var open = new ArrayDeque<String>(seen.size() == ids.size() ? ids : seen);
        var all = new ArrayList<GroupRow>();
        while (!open.isEmpty()) {
            rows.get(store, open.remove()).ifPresent(group -> {
                all.add(group);
                group.parents().stream().filter(seen::add).forEach(open::add);
            });
        }
        return List.copyOf(all);
    }
}
