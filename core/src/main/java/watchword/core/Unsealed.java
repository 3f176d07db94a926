package watchword.core;

import static watchword.core.sys.SystemEngine.rootOnly;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import watchword.core.approval.Announcements;
import watchword.core.approval.Approvals;
import watchword.core.approval.ControlGroupRoutes;
import watchword.core.audit.AuditDevices;
import watchword.core.audit.AuditRoutes;
import watchword.core.audit.AuditSettings;
import watchword.core.barrier.Barrier;
import watchword.core.barrier.KeyRoutes;
import watchword.core.cubbyhole.CubbyholeEngine;
import watchword.core.event.EventBus;
import watchword.core.event.EventRoutes;
import watchword.core.identity.IdentityEngine;
import watchword.core.identity.IdentityStore;
import watchword.core.identity.Obtained;
import watchword.core.identity.oidc.Oidc;
import watchword.core.lease.ExpiryIndex.Kind;
import watchword.core.lease.LeaseRoutes;
import watchword.core.lease.Leases;
import watchword.core.lease.Revocations;
import watchword.core.lockout.LockoutRoutes;
import watchword.core.lockout.LockoutRules;
import watchword.core.lockout.Lockouts;
import watchword.core.metric.Census;
import watchword.core.metric.Flights;
import watchword.core.metric.MeteredStorage;
import watchword.core.metric.Metrics;
import watchword.core.mfa.EnforcementRoutes;
import watchword.core.mfa.MethodRoutes;
import watchword.core.mfa.SecondFactors;
import watchword.core.mfa.ValidateRoutes;
import watchword.core.mount.EngineCatalog;
import watchword.core.mount.Engines;
import watchword.core.mount.MountEntry;
import watchword.core.mount.MountFollower;
import watchword.core.mount.MountRemoval;
import watchword.core.mount.MountRoutes;
import watchword.core.mount.Mounts;
import watchword.core.namespace.NamespaceRemoval;
import watchword.core.namespace.NamespaceRoutes;
import watchword.core.namespace.Namespaces;
import watchword.core.opa.Guards;
import watchword.core.opa.OpaRoutes;
import watchword.core.password.PasswordPolicies;
import watchword.core.pipeline.Pipeline;
import watchword.core.policy.Authority;
import watchword.core.policy.CapabilityRoutes;
import watchword.core.policy.ExplainRoutes;
import watchword.core.policy.PolicyRoutes;
import watchword.core.policy.suite.TestRoutes;
import watchword.core.quota.EntityCaps;
import watchword.core.quota.EntityUse;
import watchword.core.quota.LeaseQuotaRoutes;
import watchword.core.quota.LeaseQuotas;
import watchword.core.quota.QuotaPlaces;
import watchword.core.quota.QuotaRoutes;
import watchword.core.quota.RateLimits;
import watchword.core.request.InlineLogin;
import watchword.core.request.Request;
import watchword.core.request.RequestHead;
import watchword.core.request.Response;
import watchword.core.request.Service;
import watchword.core.rotation.RotationRoutes;
import watchword.core.rotation.Rotations;
import watchword.core.rotation.Rotator;
import watchword.core.run.KeptAnswers;
import watchword.core.run.RunEnd;
import watchword.core.run.RunRoutes;
import watchword.core.run.Runs;
import watchword.core.seal.Seal;
import watchword.core.seal.SealRoutes;
import watchword.core.snapshot.SnapshotRoutes;
import watchword.core.sys.Cors;
import watchword.core.sys.HostProcess;
import watchword.core.sys.InfoRoutes;
import watchword.core.sys.LoggerRoutes;
import watchword.core.sys.MetricsRoutes;
import watchword.core.sys.ServerInfo;
import watchword.core.sys.SystemEngine;
import watchword.core.sys.ToolRoutes;
import watchword.core.sys.Versions;
import watchword.core.token.Logins;
import watchword.core.token.Renewals;
import watchword.core.token.TokenCreation;
import watchword.core.token.TokenRoles;
import watchword.core.token.TokenRoutes;
import watchword.core.token.Tokens;
import watchword.core.wrapping.Wrapping;
import watchword.core.wrapping.WrappingRoutes;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * Everything that needs the barrier's key, wired by plain constructor calls: it exists only while the server is unsealed. Sealing drops
 * it, the cache and the keys of tokens; the seal does the rest.
 */
final class Unsealed implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Unsealed.class.getName());
    private static final String TOKEN_KEY = "token";
    private static final String LOCKOUT_KEY = "lockout";
    private static final long TICK_NANOS = Duration.ofMillis(200).toNanos();
    /** Ticks between two looks at how old the barrier's key is and how far the store has come. */
    private static final int UPKEEP_TICKS = 25;
    /** Ticks between two looks for what another server on the same store has changed of that which is kept in memory. */
    private static final int OTHERS_TICKS = 5;

    private final Storage storage;
    private final InstantSource clock;
    private final Engines engines;
    private final Mounts mounts;
    private final PasswordPolicies passwords;
    private final Tokens tokens;
    private final PolicyRoutes policyRoutes;
    private final Logins logins;
    private final Lockouts lockouts;
    private final Revocations revocations;
    private final Rotator rotator;
    private final AuditDevices audit;
    private final EventBus events;
    private final Announcements announcements;
    private final Pipeline pipeline;
    private final RateLimits limits;
    private final Guards guards;
    private final NamespaceRemoval namespaceRemoval;
    private final MountRemoval mountRemoval;
    private final Cors cors;
    private final Versions versions = new Versions();
    private final String version;
    private final Barrier barrier;
    private final Seal seal;
    private final Runnable reopen;
    private volatile boolean closed;

    /** The barrier, which the seal closes: it has something to note in the store before. */
    private record LeftOpen(Storage barrier) implements Storage {
        @Override
        public <T extends @Nullable Object> T read(Function<Reader, T> work) {
            return barrier.read(work);
        }

        @Override
        public <T extends @Nullable Object> T write(Function<Writer, T> work) {
            return barrier.write(work);
        }

        @Override
        public void close() {}
    }

    /** What the server was told that matters here. */
    record Settings(ServerInfo info, EngineCatalog catalog, Optional<Path> auditFolder, List<AuditDevices.Declared> audits, UnaryOperator<Storage> cache,
            HostProcess process, Outbound outbound, LockoutRules lockouts, EntityCaps caps) {}

    /** What counts and times, sealed or not. */
    record Measures(Metrics metrics, Flights flights, LongSupplier nanos) {}

    /** What of the server itself its routes act on. @param store below the barrier @param replaceStore see {@link Server} */
    record Whole(Storage store, Runnable seal, Runnable reopen, Consumer<Consumer<Storage.Writer>> replaceStore) {}

    Unsealed(Barrier opened, Seal seal, Settings settings, SecureRandom random, InstantSource clock, Measures measures, Whole server) {
        this.barrier = opened;
        this.seal = seal;
        this.reopen = server.reopen();
        this.storage = settings.cache().apply(new LeftOpen(new MeteredStorage(opened, measures.metrics())));
        this.clock = clock;
        var info = settings.info();
        var runs = new Runs(info.maxTtl());
        var kept = new KeptAnswers();
        var leaseQuotas = new LeaseQuotas();
        var uses = new EntityUse(settings.caps());
        var leases = new Leases(random, runs, kept, leaseQuotas, uses);
        this.tokens = tokens(opened, random, leases, runs);
        var roles = new TokenRoles();
        this.audit = new AuditDevices(storage, clock, random, AuditDevices.Site.of(settings.process().node(), settings.auditFolder(), clock), AuditSettings.DEFAULT);
        this.events = new EventBus(clock);
        var wrapping = new Wrapping(tokens);

        // The server's own engines need what is made below, so their catalog entries are filled in last.
        var own = new OwnEngines();
        this.passwords = new PasswordPolicies(random);
        this.engines = new Engines(settings.catalog().and(
                Map.of("system", (_, _) -> own.system(), "cubbyhole", (_, _) -> own.cubbyhole(), "identity", (_, _) -> own.identity()), Map.of("token", (_, _) -> own.token())), clock, random,
                this::password);
        this.mounts = new Mounts(engines, random, info.defaultTtl(), info.maxTtl());
        var identities = new IdentityStore(mounts);
        var authority = new Authority(clock, identities);
        var factors = new SecondFactors(identities, random);
        this.logins = new Logins(tokens, mounts, identities, factors, runs);
        var approvals = new Approvals(tokens, identities);
        this.announcements = new Announcements(storage, mounts, approvals, events, settings.outbound(), clock);
        this.lockouts = lockouts(opened, settings.lockouts());
        var oidc = new Oidc(identities, info.apiAddress(), random, clock);
        this.revocations = new Revocations(storage, mounts, leases, new Revocations.Ends(
                Map.of(Kind.TOKEN, (store, due) -> tokens.revoke(store, due.name(), clock.instant()), Kind.LOCK, lockouts::end, Kind.RUN, runs::end, Kind.GRANT, oidc::end),
                Map.of(Kind.KEY, due -> oidc.settle(storage, due))), clock, measures.nanos(), random);
        var runEnd = new RunEnd(runs, tokens, leases);
        var rotations = new Rotations();
        this.rotator = new Rotator(storage, mounts, rotations, audit.audit(), events, measures.metrics(), random, clock);
        this.policyRoutes = new PolicyRoutes(authority);
        var leaseRoutes = new LeaseRoutes(leases, revocations, tokens, mounts);
        this.limits = new RateLimits(random, clock, quota -> measures.metrics().counter("quota.rate_limit.violation", Map.of("name", quota)).increment());
        this.cors = new Cors(storage);
        this.guards = new Guards(settings.outbound(), clock);
        this.version = info.compatibleVersion();
        var places = new QuotaPlaces(mounts);
        var quotaRoutes = new QuotaRoutes(limits, places, storage);
        var leaseQuotaRoutes = new LeaseQuotaRoutes(leaseQuotas, places, leases, storage);
        BiConsumer<Storage, String> revokeBelow = (part, path) -> leaseRoutes.revokeBelow(part, path, clock.instant());
        var followers = MountFollower.all(List.of(quotaRoutes, leaseQuotaRoutes, identities, rotations));
        this.mountRemoval = new MountRemoval(storage, mounts, revokeBelow, followers);
        var mountRoutes = new MountRoutes(mounts, authority, revokeBelow, followers, mountRemoval);
        this.namespaceRemoval = new NamespaceRemoval(storage, mounts, revokeBelow, followers, clock);
        var namespaceRoutes = new NamespaceRoutes(new Namespaces(random), mounts, authority, policyRoutes::createDefaults, namespaceRemoval, random);
        var sealRoutes = new SealRoutes(seal, server.seal(), this::newRootToken);
        var snapshots = new SnapshotRoutes(server.store(), opened, settings.process().scratch(), clock, server.replaceStore());
        own.fill(
                new SystemEngine(List.of(
                        mountRoutes.routes(),
                        policyRoutes.routes(),
                        rootOnly(new OpaRoutes(guards).routes()),
                        new CapabilityRoutes(authority, tokens).routes(),
                        new ExplainRoutes(authority, tokens, mounts::guard, mounts::meant).routes(),
                        new TestRoutes().routes(),
                        namespaceRoutes.routes(),
                        passwords.routes(),
                        leaseRoutes.routes(),
                        new RunRoutes(runs, runEnd, tokens, revocations, mounts).routes(),
                        new RotationRoutes(rotations, rotator, mounts).routes(),
                        new WrappingRoutes(wrapping).routes(),
                        new ControlGroupRoutes(approvals).routes(),
                        new ToolRoutes(random).routes(),
                        new InfoRoutes(info, mounts, versions, settings.process()).routes(),
                        new EventRoutes(events, storage, tokens, authority, clock).routes(),
                        new ValidateRoutes(factors, logins, lockouts, mounts).routes(),
                        new LockoutRoutes(lockouts).routes(),
                        rootOnly(new AuditRoutes(audit).routes()),
                        rootOnly(sealRoutes.routes()),
                        rootOnly(snapshots.routes()),
                        rootOnly(new KeyRoutes(opened).routes()),
                        rootOnly(quotaRoutes.routes()),
                        rootOnly(leaseQuotaRoutes.routes()),
                        rootOnly(cors.routes()),
                        rootOnly(new LoggerRoutes().routes()),
                        rootOnly(new MetricsRoutes(measures.metrics(), measures.flights(), new Census(storage, tokens, clock), mounts, info, identities::count, rotator::late).routes()))),
                new CubbyholeEngine(),
                new TokenRoutes(tokens, new TokenCreation(tokens, roles, mounts, authority, identities), roles, authority, new Renewals(tokens, roles, mounts, identities), runEnd),
                new IdentityEngine(identities, new OfTokens(tokens), List.of(new MethodRoutes(factors, identities).routes(), new EnforcementRoutes(factors, mounts, identities).routes(), oidc.routes())));
        this.pipeline = new Pipeline(storage, clock, mounts, tokens, authority, leases, logins, lockouts, wrapping, approvals, announcements, audit.audit(), measures.metrics(),
                events, guards, rotations, rotator, kept, uses);
        if (storage.<Boolean>read(store -> mounts.at(store, "sys/").isPresent())) {
            if (!storage.<Boolean>read(mounts::hasSystemMounts)) storage.update(mounts::createSystemMounts);
            audit.start(settings.audits());
            noteVersion();
        }
        cors.refresh();
        limits.refresh(storage);
        Thread.ofPlatform().name("expiry").daemon(true).start(this::keepUp);
    }

    private static Tokens tokens(Barrier opened, SecureRandom random, Leases leases, Runs runs) {
        try (var key = opened.deriveSecret(TOKEN_KEY)) {
            return new Tokens(key, random, leases, runs);
        }
    }

    private static Lockouts lockouts(Barrier opened, LockoutRules rules) {
        try (var key = opened.deriveSecret(LOCKOUT_KEY)) {
            return new Lockouts(key, rules);
        }
    }

    /** What entities got is what their tokens got. */
    private record OfTokens(Tokens tokens) implements Obtained {
        @Override
        public void revoke(Storage.Writer store, String entityId, Instant now) {
            tokens.revokeAllOf(store, entityId, now);
        }

        @Override
        public void endLeases(Storage.Writer store, String entityId, Instant now) {
            tokens.endLeasesOfAll(store, entityId, now);
        }
    }

    private static final class OwnEngines {
        private Optional<SystemEngine> system = Optional.empty();
        private Optional<CubbyholeEngine> cubbyhole = Optional.empty();
        private Optional<TokenRoutes> token = Optional.empty();
        private Optional<IdentityEngine> identity = Optional.empty();

        void fill(SystemEngine s, CubbyholeEngine c, TokenRoutes t, IdentityEngine i) {
            system = Optional.of(s);
            cubbyhole = Optional.of(c);
            token = Optional.of(t);
            identity = Optional.of(i);
        }

        IdentityEngine identity() {
            return identity.orElseThrow();
        }

        SystemEngine system() {
            return system.orElseThrow();
        }

        CubbyholeEngine cubbyhole() {
            return cubbyhole.orElseThrow();
        }

        TokenRoutes token() {
            return token.orElseThrow();
        }
    }

    private void noteVersion() {
        if (!storage.<Boolean>read(store -> versions.isNoted(store, version))) storage.update(store -> versions.note(store, version, clock.instant()));
    }

    /** What a new server has: its mounts, its policies and a root token. */
    Secret createDefaults(Optional<Secret> rootToken) {
        return storage.write(store -> {
            mounts.createSystemMounts(store);
            policyRoutes.createDefaults(store, clock.instant());
            versions.note(store, version, clock.instant());
            return logins.rootToken(store, rootToken, clock.instant()).token();
        });
    }

    private Secret newRootToken() {
        return storage.write(store -> logins.rootToken(store, Optional.empty(), clock.instant()).token());
    }

    /** By a policy of the namespace that a mount is in. */
    private Secret password(MountEntry mount, String policy) {
        return storage.<Secret>read(store -> passwords.generate(mounts.home(store, mount).orElseThrow(() -> new Problem.NotFound().asException()), policy));
    }

    Service.Entry enter(RequestHead head) {
        return limits.enter(head, pipeline::refuse);
    }

    Service.Entry cross(String method, String origin, String wanted) {
        return cors.cross(method, origin, wanted);
    }

    /** @param toAll whether the listener opens the path to all */
    Response serve(Request request, boolean toAll) {
        Optional<Request> login;
        try {
            login = InlineLogin.of(request);
        } catch (Problem.ProblemException unreadable) {
            return pipeline.refuse(request.head(), unreadable.problem()).with(InlineLogin.FAILED);
        }
        return login.isEmpty() ? answer(request, toAll) : answerAfter(login.get(), token -> answer(request.loggedIn(token), toAll));
    }

    private Response answer(Request request, boolean toAll) {
        return limits.login(request, pipeline::refuse, each -> pipeline.serve(each, toAll));
    }

    /** First the login that a request brings along, counted as any other, and then the request. */
    private Response answerAfter(Request login, Function<Secret, Response> request) {
        var entry = limits.enter(login.head(), pipeline::refuse);
        if (entry.refusal().isPresent()) return entry.refusal().get().with(InlineLogin.FAILED);
        return limits.login(login, pipeline::refuse, each -> pipeline.login(each, request));
    }

    AuditDevices audit() {
        return audit;
    }

    Mounts mounts() {
        return mounts;
    }

    Storage storage() {
        return storage;
    }

    int runDue() {
        return revocations.runDue() + rotator.runDue();
    }

    private void takeInOthers() {
        if (barrier.isReplaced()) {
            LOG.log(Level.WARNING, "another server has put a backup into the store: it is opened anew");
            reopen.run();
            return;
        }
        limits.refresh(storage);
        cors.refresh();
        audit.refresh();
        guards.refresh(storage);
    }

    private void keepUp() {
        for (long tick = 1; !closed; tick++) {
            try {
                if (tick == 1) {
                    namespaceRemoval.resume();
                    mountRemoval.resume();
                }
                revocations.sweep();
                rotator.startDue();
                if (tick % OTHERS_TICKS == 0) takeInOthers();
                if (tick % UPKEEP_TICKS == 0) {
                    if (barrier.rotateIfDue()) LOG.log(Level.INFO, "the barrier has a new key, as its rotation policy asks for");
                    seal.advanceEpoch();
                }
            } catch (RuntimeException failed) {
                if (closed) return;
                LOG.log(Level.ERROR, "what was due could not be carried out; it will be tried again: {0}", failed.getMessage());
                LockSupport.parkNanos(this, Duration.ofSeconds(2).toNanos());
            }
            LockSupport.parkNanos(this, TICK_NANOS);
        }
    }

    @Override
    public void close() {
        closed = true;
        rotator.close();
        announcements.close();
        revocations.close();
        events.close();
        engines.close();
        guards.close();
        audit.close();
        tokens.close();
        lockouts.close();
        storage.close(); // with the cache: what it holds is in clear
    }
}
