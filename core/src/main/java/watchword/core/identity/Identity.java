package watchword.core.identity;

import java.util.List;

/** Who policies are for: one, or many. */
sealed interface Identity permits EntityRow, GroupRow {
    String id();

    /** As it was written; upper and lower case are the same name. */
    String name();

    /** What auth mounts call it. */
    List<AliasRow> allAliases();

    /** Ids of the groups that it is in directly. */
    List<String> memberOf();
}
