package watchword.core.mount;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Doc;
import watchword.sdk.OrNull;

/** A mount as its API shows it. To who shows no token, only some of it is told. */
record MountFacts(
        @Doc("Names the mount; stays when it is moved.") Optional<String> accessor,
        @Doc("Settings of the mount itself.") Optional<Config> config,
        @Doc("`supported`; left out for the server's own.") Optional<String> deprecationStatus,
        @Doc("What it is for, in words.") String description,
        @Doc("Kept for clients.") Optional<Boolean> externalEntropyAccess,
        @Doc("Kept for clients; there is no replication.") Optional<Boolean> local,
        @Doc("Options of the engine, such as version=2 for kv; null for the server's own engines.") @OrNull Optional<Map<String, String>> options,
        @Doc("Path of the mount; only where it was asked by a path in it.") Optional<String> path,
        @Doc("Kept for clients; engines are built in.") Optional<String> pluginVersion,
        @Doc("Kept for clients; engines are built in.") Optional<String> runningPluginVersion,
        @Doc("Kept for clients; empty.") Optional<String> runningSha256,
        @Doc("Kept for clients; everything is sealed alike.") Optional<Boolean> sealWrap,
        @Doc("Type of the engine or auth method.") String type,
        @Doc("Names the mount for ever.") Optional<String> uuid) {

    /** What the mount itself was told; what it was not told is left out. */
    record Config(
            @Doc("Lifetime of what it issues, in seconds; 0 for the server's.") long defaultLeaseTtl,
            @Doc("Kept for clients.") boolean forceNoCache,
            @Doc("Longest lifetime of what it issues, in seconds; 0 for the server's.") long maxLeaseTtl,
            @Doc("`unauth` or `hidden`; left out when it was not set.") Optional<String> listingVisibility,
            @Doc("Type of the tokens of its logins; auth methods only.") Optional<String> tokenType,
            @Doc("Request fields that audit shows in clear.") Optional<List<String>> auditNonHmacRequestKeys,
            @Doc("Answer fields that audit shows in clear.") Optional<List<String>> auditNonHmacResponseKeys,
            @Doc("Request headers handed to the engine.") Optional<List<String>> passthroughRequestHeaders,
            @Doc("Answer headers the engine may set.") Optional<List<String>> allowedResponseHeaders,
            @Doc("Lock-out after failed logins; left out when it was not set.") Optional<UserLockout.Shown> userLockoutConfig) {

        static Config of(MountEntry.Config c) {
            return new Config(c.defaultLeaseTtl().toSeconds(), c.forceNoCache(), c.maxLeaseTtl().toSeconds(), c.listingVisibility().filter(v -> !v.isEmpty()), c.tokenType(),
                    c.auditNonHmacRequestKeys(), c.auditNonHmacResponseKeys(), c.passthroughRequestHeaders(), c.allowedResponseHeaders(), c.userLockout().map(UserLockout::shown));
        }
    }

    /** What holds for the mount, the server's settings included. */
    record Tuning(
            @Doc("Lifetime of what it issues, in seconds.") long defaultLeaseTtl,
            @Doc("What it is for, in words.") String description,
            @Doc("Kept for clients.") boolean forceNoCache,
            @Doc("Longest lifetime of what it issues, in seconds.") long maxLeaseTtl,
            @Doc("`unauth` or `hidden`; left out when it was not set.") Optional<String> listingVisibility,
            @Doc("Type of the tokens of its logins; auth methods only.") Optional<String> tokenType,
            @Doc("Request fields that audit shows in clear.") Optional<List<String>> auditNonHmacRequestKeys,
            @Doc("Answer fields that audit shows in clear.") Optional<List<String>> auditNonHmacResponseKeys,
            @Doc("Request headers handed to the engine.") Optional<List<String>> passthroughRequestHeaders,
            @Doc("Answer headers the engine may set.") Optional<List<String>> allowedResponseHeaders,
            @Doc("How long after a failed login it is forgotten, in seconds; left out when no lock-out was set.") Optional<Duration> userLockoutCounterResetDuration,
            @Doc("Whether nobody is locked out.") Optional<Boolean> userLockoutDisable,
            @Doc("How long somebody is locked out, in seconds; 0 for the server's setting.") Optional<Duration> userLockoutDuration,
            @Doc("Failed logins after which somebody is locked out; 0 for the server's setting.") Optional<Long> userLockoutThreshold,
            @Doc("Options of the engine; left out when there are none.") Optional<Map<String, String>> options) {}

    static MountFacts of(MountEntry m) {
        return new MountFacts(Optional.of(m.accessor()), Optional.of(Config.of(m.config())), m.isSystem() ? Optional.empty() : Optional.of("supported"), m.description(),
                Optional.of(m.externalEntropyAccess()), Optional.of(m.local()), options(m), Optional.empty(), Optional.of(m.pluginVersion()),
                Optional.of("v1.0.0+builtin.watchword"), Optional.of(""), Optional.of(m.sealWrap()), m.type(), Optional.of(m.uuid()));
    }

    /** The server's own engines have no options at all; clients expect null there. */
    private static Optional<Map<String, String>> options(MountEntry m) {
        return m.isSystem() ? Optional.empty() : Optional.of(m.options());
    }

    static MountFacts publicly(MountEntry m) {
        return new MountFacts(Optional.empty(), Optional.empty(), Optional.empty(), m.description(), Optional.empty(), Optional.empty(), options(m), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), m.type(), Optional.empty());
    }

    static Tuning tuning(Mounts mounts, MountEntry m) {
        var c = Config.of(m.config());
        var lockout = m.config().userLockout();
        return new Tuning(mounts.defaultTtl(m).toSeconds(), m.description(), c.forceNoCache(), mounts.maxTtl(m).toSeconds(), c.listingVisibility(), c.tokenType(),
                c.auditNonHmacRequestKeys(), c.auditNonHmacResponseKeys(), c.passthroughRequestHeaders(), c.allowedResponseHeaders(), lockout.map(UserLockout::counterReset),
                lockout.map(UserLockout::disabled), lockout.map(UserLockout::duration), lockout.map(UserLockout::threshold),
                Optional.of(m.options()).filter(options -> !options.isEmpty()));
    }

    MountFacts at(String where) {
        return new MountFacts(accessor, config, deprecationStatus, description, externalEntropyAccess, local, options, Optional.of(where), pluginVersion, runningPluginVersion,
                runningSha256, sealWrap, type, uuid);
    }
}
