package watchword.core.policy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.hcl.Hcl;
import watchword.sdk.Problem;

/** What an ACL policy's text says, for those who judge whether it may be written: as it will be understood, however it is written. */
public final class PolicyText {
    private PolicyText() {}

    /** @param text HCL or JSON, plain or as base64. @return each path with its capabilities; nothing when the text cannot be read */
    public static Optional<List<Map<String, Object>>> statements(String text) {
        try {
            return Optional.of(PolicyParser.parse(Hcl.decoded(text), TemplatedPath.Allowances.NONE).statements().stream()
                    .map(each -> Map.<String, Object>of("path", each.path().text(), "capabilities", Capability.words(each.permissions().bits()))).toList());
        } catch (Problem.ProblemException unreadable) {
            return Optional.empty();
        }
    }
}
