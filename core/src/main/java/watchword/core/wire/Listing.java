package watchword.core.wire;

import java.util.List;
import watchword.sdk.Doc;
import watchword.sdk.Problem;

/** Lists bounded in memory: who asks for no page gets the whole list, or is told to ask for pages; never a part that looks like the whole. */
public final class Listing {
    /** Names in one answer. */
    public static final int MOST = 100_000;

    private Listing() {}

    /** Which part of a list. */
    public record Page(
            @Doc("Only names after this one.") String after,
            @Doc("At most so many; all when not given.") int limit) {}

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
