package watchword.sdk;

import java.util.List;

/**
 * Which part of a list is asked for. Lists are bounded in memory: who asks for no page gets the whole list, or is told to ask for pages;
 * never a part that looks like the whole.
 */
public record Page(
        @Doc("Only names after this one, which need not exist.") String after,
        @Doc("At most so many names; all of them when 0.") int limit) {

    /** Names in one answer. */
    public static final int MOST = 100_000;

    /** The names found. */
    public record Keys(@Doc("The names, sorted.") List<String> keys) {}

    /** The page of a table's names, as clients expect it. */
    public Reply<Keys> of(Table<?> rows, Storage.Reader store) {
        return Reply.of(new Keys(names(rows, store)));
    }

    /** The page of a table's names. @throws Problem.ProblemException 404 when there is none, as clients expect; or see {@link #whole} */
    public List<String> names(Table<?> rows, Storage.Reader store) {
        var names = rows.names(store, "", after, limit(limit));
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return whole(names, limit);
    }

    /** How many to read: for a whole list one more than there may be, to tell. */
    public static int limit(int asked) {
        return asked > 0 ? Math.min(asked, MOST) : MOST + 1;
    }

    /** @throws Problem.ProblemException when a whole list was asked for and there is more than an answer may hold */
    public static <T> List<T> whole(List<T> read, int asked) {
        if (asked <= 0 && read.size() > MOST) throw new Problem.Invalid("there are more than " + MOST + " names: list them in pages, with limit and after").asException();
        return read;
    }
}
