package watchword.core.seal;

import watchword.sdk.Problem;

/** Into how many shares a key is split, and how many of them give it back. */
public record Shares(int shares, int threshold) {
    static final Shares NONE = new Shares(0, 0);

    boolean isNone() {
        return shares == 0;
    }

    /**
     * @param what for the message, such as {@code seal}
     * @throws Problem.ProblemException if no key can be split so
     */
    Shares require(String what) {
        if (shares < 1) throw invalid(what, "shares must be at least one");
        if (threshold < 1) throw invalid(what, "threshold must be at least one");
        if (shares > 255) throw invalid(what, "shares must be less than 256");
        if (threshold > 255) throw invalid(what, "threshold must be less than 256");
        if (threshold > shares) throw invalid(what, "threshold cannot be larger than shares");
        if (shares > 1 && threshold == 1) throw invalid(what, "threshold must be greater than one for multiple shares");
        return this;
    }

    private static Problem.ProblemException invalid(String what, String why) {
        return new Problem.Invalid("invalid " + what + " configuration: " + why).asException();
    }
}
