package watchword.sdk;

import java.util.List;

/** Lists bounded in memory: who asks for no page gets the whole list, or is told to ask for pages; never a part that looks like the whole. */
public final class Listing {
    /** Names in one answer. */
    public static final int MOST = 100_000;

    private Listing() {}

    /** Which part of a list. */
    public record Page(
            @Doc("Only names after this one.") String after,
            @Doc("At most so many; all when not given.") int limit) {}

    /** A page of a table's names, for an engine's list. @throws Problem.ProblemException 404 when there is none, as clients expect; or see {@link #whole} */
    public static List<String> names(Table<?> rows, Storage.Reader store, Page page) {
        var names = rows.names(store, "", page.after(), limit(page.limit()));
        if (names.isEmpty()) throw new Problem.NotFound().asException();
        return whole(names, page.limit());
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
