package watchword.server.config;

import java.security.SecureRandom;
import java.util.Optional;
import watchword.core.barrier.RollbackGuard;
import watchword.core.seal.AutoSeal;
import watchword.core.seal.Exclusion;
import watchword.core.seal.Seal;
import watchword.core.seal.StaticSeal;

/**
 * A {@code seal "static"} block.
 *
 * @param disabled it only opens what it once wrapped, for the move to shares
 */
public record SealSettings(StaticSeal.Key current, Optional<StaticSeal.Key> previous, boolean disabled) {

    /** The seal of a server with this block, or with none. */
    public static Seal.Options options(Optional<SealSettings> block, RollbackGuard guard, Exclusion others, SecureRandom random) {
        Optional<AutoSeal> made = block.map(settings -> new StaticSeal(settings.current, settings.previous, random));
        boolean retired = block.map(SealSettings::disabled).orElse(false);
        return new Seal.Options(retired ? Optional.empty() : made, retired ? made : Optional.empty(), guard, others);
    }
}
