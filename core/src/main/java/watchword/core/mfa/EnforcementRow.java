package watchword.core.mfa;

import java.util.List;
import watchword.core.mount.MountEntry;
import watchword.core.policy.IdentityView;

/** Which logins ask for a second factor, and by which of which methods. */
record EnforcementRow(
        String id,
        List<String> mfaMethodIds,
        List<String> authMethodAccessors,
        List<String> authMethodTypes,
        List<String> identityGroupIds,
        List<String> identityEntityIds) {

    boolean covers(MountEntry mount, IdentityView identity) {
        return authMethodAccessors.contains(mount.accessor()) || authMethodTypes.contains(mount.type()) || identityEntityIds.stream().anyMatch(identity::isOrWas)
                || identityGroupIds.stream().anyMatch(id -> identity.groupById(id).isPresent());
    }
}
