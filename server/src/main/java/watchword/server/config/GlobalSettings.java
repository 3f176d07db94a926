package watchword.server.config;

import java.time.Duration;
import watchword.core.quota.EntityCaps;
import watchword.sdk.Default;
import watchword.sdk.Doc;

/**
 * The settings of no block.
 *
 * @param apiAddr empty for the first listener's address
 * @param auditFileFolder empty for none
 * @param epochFile empty for one beside the store
 */
public record GlobalSettings(
        @Doc("The address by which clients reach this server. Without it, the first listener's. `VAULT_API_ADDR` in the environment goes before it.") String apiAddr,
        @Doc("The name of this installation, which `sys/health` tells.") @Default("watchword") String clusterName,
        @Doc("How long tokens and leases live when nothing nearer says so.") @Default("768h") Duration defaultLeaseTtl,
        @Doc("How long tokens and leases live at most, unless a mount sets another limit.") @Default("768h") Duration maxLeaseTtl,
        @Doc("Which events are logged: this and what weighs more. Read again on SIGHUP.") @Default("info") LogLevel logLevel,
        @Doc("Lines for people (`standard`) or for machines (`json`). Read again on SIGHUP.") @Default("standard") LogFormat logFormat,
        @Doc("The version of Vault that clients are told. Some switch features on or off by it; leave it alone unless one does so wrongly.")
                @Default("1.18.5")
                String compatibleVersion,
        @Doc("The folder for files of audit devices that are made over the API. Without it there are none such; devices of `audit` blocks need no folder.")
                String auditFileFolder,
        @Doc("Where the number is kept that shows a store which was put back. Without it, beside the sqlite file; with PostgreSQL, nowhere.") String epochFile,
        @Doc("Set it to `false` to keep the whole process out of swap. Keys are kept out of swap in any case.") @Default("true") boolean disableMlock,
        @Doc("How many live service tokens one entity may have; 0 for any number.") @Default("100000") long entityMaxTokens,
        @Doc("How many live leases of what engines issued one entity may have; 0 for any number.") @Default("100000") long entityMaxLeases) {

    /** From the least important to the most. */
    public enum LogLevel { TRACE, DEBUG, INFO, WARN, ERROR }

    /** What a line of the log looks like. */
    public enum LogFormat { STANDARD, JSON }

    public GlobalSettings {
        if (entityMaxTokens < 0) throw new RefusedException("entity_max_tokens", "must not be negative");
        if (entityMaxLeases < 0) throw new RefusedException("entity_max_leases", "must not be negative");
        if (defaultLeaseTtl.isNegative()) throw new RefusedException("default_lease_ttl", "must not be negative");
        if (maxLeaseTtl.isNegative() || maxLeaseTtl.isZero()) throw new RefusedException("max_lease_ttl", "must be more than nothing");
        if (defaultLeaseTtl.compareTo(maxLeaseTtl) > 0) throw new RefusedException("default_lease_ttl", "must not be longer than max_lease_ttl (" + maxLeaseTtl.toSeconds() + "s)");
        if (!compatibleVersion.matches("\\d+\\.\\d+\\.\\d+([-+][0-9A-Za-z.+-]+)?")) throw new RefusedException("compatible_version", "must be a version, such as 1.18.5: clients stop at anything else");
    }

    /** With nothing configured but these. */
    public static GlobalSettings of(String apiAddr, String clusterName, String auditFileFolder) {
        var month = Duration.ofDays(32);
        return new GlobalSettings(apiAddr, clusterName, month, month, LogLevel.INFO, LogFormat.STANDARD, "1.18.5", auditFileFolder, "", true, EntityCaps.DEFAULT.tokens(), EntityCaps.DEFAULT.leases());
    }

    GlobalSettings withApiAddr(String address) {
        return new GlobalSettings(address, clusterName, defaultLeaseTtl, maxLeaseTtl, logLevel, logFormat, compatibleVersion, auditFileFolder, epochFile, disableMlock, entityMaxTokens,
                entityMaxLeases);
    }
}
