package watchword.sdk;

import java.util.List;

/** Which part of a list of names is asked for. */
public record Page(
        @Doc("Only names after this one, which need not exist.") String after,
        @Doc("At most so many names; all of them when 0.") int limit) {

    /** Names in one answer. */
    private static final int MOST = 100_000;

    /** The names found. */
    public record Keys(@Doc("The names, sorted.") List<String> keys) {}

    /** The page of a table's names; nothing at all is not found. */
    public Reply<Keys> of(Table<?> rows, Storage.Reader store) {
        var names = rows.names(store, "", after, limit > 0 ? Math.min(limit, MOST) : MOST + 1);
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        if (names.size() > MOST) throw new Problem.Invalid("there are more than " + MOST + " names: list them in pages, with limit and after").asException();
        return Reply.of(new Keys(names));
    }
}
