package watchword.core.policy;

import java.time.Duration;
import java.util.List;
import watchword.sdk.Problem;

/** Where a request stands with what its rule asks for besides capabilities, see {@link ControlGroup}. */
public sealed interface Consent {
    Consent FREE = new Free();

    /** Nothing is asked. */
    record Free() implements Consent {}

    /** It is still to be given. @param reason why, as the requester says; mostly empty */
    record Asked(ControlGroup control, String reason) implements Consent {}

    /**
     * Others approved.
     *
     * @param waiting key of the request that waited; it is spent when it is carried out
     * @param control what was asked, which holds once more when it is spent
     */
    record Approved(String waiting, ControlGroup control, String reason, List<Approver> by) implements Consent {}

    record Approver(String entityId, String entityName) {}

    /** Nobody was asked, for a reason. @param longest what is issued for it lives no longer */
    record BrokenGlass(String reason, Duration longest) implements Consent {}

    /** It was not given, or cannot be. */
    record Withheld(Problem why) implements Consent {}
}
