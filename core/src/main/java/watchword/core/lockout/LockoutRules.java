package watchword.core.lockout;

import java.util.Map;
import java.util.Optional;
import watchword.core.mount.MountEntry;
import watchword.core.mount.UserLockout;

/**
 * What the configuration says of locking out; a mount may say otherwise.
 *
 * @param byType under the type of an auth method, or {@code all}
 */
public record LockoutRules(Map<String, UserLockout> byType) {
    public static final String ALL = "all";
    /** Nothing is configured. */
    public static final LockoutRules DEFAULT = new LockoutRules(Map.of());

    /** What holds for a mount; empty where nobody is locked out. */
    Optional<UserLockout> of(MountEntry mount) {
        if (!mount.isAuth() || !UserLockout.TYPES.contains(mount.type())) return Optional.empty();
        var rule = Optional.ofNullable(byType.get(ALL)).map(all -> all.over(UserLockout.DEFAULT)).orElse(UserLockout.DEFAULT);
        var ofType = Optional.ofNullable(byType.get(mount.type()));
        if (ofType.isPresent()) rule = ofType.get().over(rule);
        if (mount.config().userLockout().isPresent()) rule = mount.config().userLockout().get().over(rule);
        return Optional.of(rule).filter(held -> !held.disabled());
    }
}
