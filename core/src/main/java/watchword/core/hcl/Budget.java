package watchword.core.hcl;

import watchword.core.hcl.Hcl.Position;
import watchword.core.hcl.Hcl.SyntaxException;

/** How much of a document we take. */
final class Budget {
    static final int MAX_CHARS = 4 << 20;
    static final int MAX_DEPTH = 64;
    private static final int MAX_VALUES = 200_000;

    private int values;

    void count(Position at) throws SyntaxException {
        if (++values > MAX_VALUES) throw new SyntaxException(at, "the document has more than " + MAX_VALUES + " values");
    }

    void enter(int depth, Position at) throws SyntaxException {
        if (depth > MAX_DEPTH) throw new SyntaxException(at, "the document is nested deeper than " + MAX_DEPTH);
    }

    /** Which of two would count differs from tool to tool, so neither does. */
    static SyntaxException twice(String key, Position at) {
        return new SyntaxException(at, "The argument \"" + Token.shown(key) + "\" at " + at + " was already set. Each argument can only be set once");
    }
}
