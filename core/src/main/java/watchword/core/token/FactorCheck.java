package watchword.core.token;

import java.time.Instant;
import java.util.List;
import watchword.core.mount.MountEntry;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Storage;

/** Whether a login has all the factors that are asked of it. */
public interface FactorCheck {

    /** Nothing is asked of anybody. */
    FactorCheck NONE = new FactorCheck() {
        @Override
        public boolean isAskedOfAnybody(Storage.Reader store) {
            return false;
        }

        @Override
        public Verdict judge(Storage.Writer store, MountEntry mount, String path, String role, String entityId, Reply.Login login, List<String> codes, Instant now) {
            return new Verdict.Good();
        }
    };

    /** What a login gets. */
    sealed interface Verdict {
        /** Its token. */
        record Good() implements Verdict {}

        /** A question; the login waits for the answer. */
        record Asked(Reply.Factors factors) implements Verdict {}

        /** Nothing. What was noted of the try is kept. */
        record Refused(Problem problem) implements Verdict {}

        Verdict REFUSED = new Refused(new Problem.Denied("login MFA validation failed"));
    }

    /** False lets a login go by without a look at the rest. */
    boolean isAskedOfAnybody(Storage.Reader store);

    /** @param codes that came along with the login, {@code method:code} each */
    Verdict judge(Storage.Writer store, MountEntry mount, String path, String role, String entityId, Reply.Login login, List<String> codes, Instant now);
}
