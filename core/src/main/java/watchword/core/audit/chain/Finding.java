package watchword.core.audit.chain;

/**
 * Something a log's reader should know.
 *
 * @param line where it shows, from 1
 */
public record Finding(Kind kind, String file, long line, String what) {
    /** What it says about the log. */
    public enum Kind {
        /** The log is not what was written. */
        BROKEN,
        /** The log says so itself: a gap, a torn write, a replaced file. */
        NOTED
    }

    @Override
    public String toString() {
        return file + ":" + line + ": " + what;
    }
}
