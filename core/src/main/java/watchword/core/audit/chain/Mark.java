package watchword.core.audit.chain;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Lines that the log writes about itself ({@code spec/audit-line.md}, "Marks"): each begins here, and {@link Chain#link} completes it. */
public final class Mark {
    static final String TYPE = "mark";
    static final String TORN = "torn";
    static final String GAP = "gap";
    static final String REWOUND = "rewound";
    static final String REPLACED = "replaced";

    private Mark() {}

    /** A process begins to write. */
    public static byte[] opened(Instant time, String chain) {
        return open(time, chain, "opened", "");
    }

    /** An operator asked for a new file, having moved the old one away. */
    public static byte[] reopened(Instant time, String chain) {
        return open(time, chain, "reopened", "");
    }

    /** The file was deleted, replaced or cut by somebody else while it was written. */
    public static byte[] replaced(Instant time, String chain) {
        return open(time, chain, REPLACED, "");
    }

    /** What stands between the line before and this one is what a crash left of an unfinished write. */
    public static byte[] torn(Instant time, String chain, long bytes, String hash) {
        return open(time, chain, TORN, ",\"bytes\":" + bytes + ",\"hash\":\"" + hash + "\"");
    }

    /** The log ends earlier than it did when it was last seen: lines are gone. The chain goes on from the last line that was known. */
    public static byte[] rewound(Instant time, String chain, ChainHead found) {
        return open(time, chain, REWOUND, ",\"found\":\"" + found + "\"");
    }

    /** The device could not write for a while; others had to. @param reason plain words, no quotes */
    public static byte[] gap(Instant time, String chain, long missed, Instant since, String reason) {
        return open(time, chain, GAP, ",\"missed\":" + missed + ",\"since\":\"" + since + "\",\"reason\":\"" + reason + "\"");
    }

    /** A clean end; a checkpoint follows. */
    public static byte[] closed(Instant time, String chain) {
        return open(time, chain, "closed", "");
    }

    private static byte[] open(Instant time, String chain, String event, String more) {
        return ("{\"time\":\"" + time + "\",\"type\":\"" + TYPE + "\",\"mark\":\"" + event + "\",\"chain\":\"" + chain + "\"" + more)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
