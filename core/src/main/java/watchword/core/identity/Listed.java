package watchword.core.identity;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Doc;

/** A list of identities or of their aliases. */
record Listed(
        @Doc("Ids or names, sorted.") List<String> keys,
        @Doc("What each is, by its id; left out in a list of names.") Optional<Map<String, Object>> keyInfo) {}
