package watchword.core.pipeline;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.mount.Engines;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.core.mount.RouteTable;
import watchword.core.namespace.Namespace;
import watchword.core.policy.Capability;
import watchword.core.policy.Consent;
import watchword.core.policy.ControlGroup;
import watchword.core.policy.Decision;
import watchword.core.policy.Judgement;
import watchword.core.request.Request;
import watchword.core.token.TokenCaller;
import watchword.sdk.Ask;
import watchword.sdk.Caller;
import watchword.sdk.Problem;
import watchword.sdk.Route;

/** What {@link Gate} says of a request. Only the gate makes one. */
sealed interface Admission extends Gate.Finding {

    /** What is asked, with its path as it is in the namespace. */
    Request request();

    /** The namespace that is asked. */
    Namespace namespace();

    /** The caller's token, where there is one: audit names it, and a limited token has spent a use. */
    Optional<TokenCaller> tokenCaller();

    Optional<MountEntry> mount();

    /** The same by the same caller, whose limited token has one use less. */
    Admission by(TokenCaller spent);

    /** It may go ahead. A class, not a record: a record's constructor cannot be more private than the record. */
    final class Allowed implements Admission {
        private final Request request;
        private final Namespace namespace;
        private final Caller caller;
        private final MountEntry mount;
        private final Engines.Mounted engine;
        private final RouteTable.Match.Found found;
        private final Capability wanted;
        private final Decision.Allow decision;

        Allowed(Request request, Namespace namespace, Caller caller, MountEntry mount, Engines.Mounted engine, RouteTable.Match.Found found, Capability wanted, Decision.Allow decision) {
            this.request = request;
            this.namespace = namespace;
            this.caller = caller;
            this.mount = mount;
            this.engine = engine;
            this.found = found;
            this.wanted = wanted;
            this.decision = decision;
        }

        @Override
        public Request request() {
            return request;
        }

        @Override
        public Namespace namespace() {
            return namespace;
        }

        Caller caller() {
            return caller;
        }

        MountEntry theMount() {
            return mount;
        }

        Engines.Mounted engine() {
            return engine;
        }

        RouteTable.Match.Found found() {
            return found;
        }

        /** What the caller needed, and was found to have. */
        Capability wanted() {
            return wanted;
        }

        /** The path as its engine takes it, in whichever spelling names were sent: what is counted and found by its path is so by this. */
        String meant() {
            return Place.meant(mount, engine, found, request.path().text());
        }

        Map<String, String> parameters() {
            return found.parameters();
        }

        RouteTable.Bound<?, ?> bound() {
            return found.bound();
        }

        Route<?, ?> route() {
            return found.bound().route();
        }

        Decision.Allow decision() {
            return decision;
        }

        /** The mount as its engine is told of it: what is issued without approval lives no longer than the policy lets it. */
        Ask.Mount view(Mounts mounts) {
            var view = mounts.view(mount);
            return decision.consent() instanceof Consent.BrokenGlass glass ? view.within(glass.longest()) : view;
        }

        /** The same, of which this became. */
        Allowed with(Consent consent) {
            return consent.equals(decision.consent()) ? this : new Allowed(request, namespace, caller, mount, engine, found, wanted, decision.with(consent));
        }

        /** The same, which OPA policies let pass. */
        Allowed judged(List<Judgement> judgements) {
            return new Allowed(request, namespace, caller, mount, engine, found, wanted, decision.judged(judgements));
        }

        @Override
        public Allowed by(TokenCaller spent) {
            return new Allowed(request, namespace, spent, mount, engine, found, wanted, decision);
        }

        @Override
        public Optional<TokenCaller> tokenCaller() {
            return caller instanceof TokenCaller token ? Optional.of(token) : Optional.empty();
        }

        @Override
        public Optional<MountEntry> mount() {
            return Optional.of(mount);
        }
    }

    /**
     * It may, once others approve of it; until then it waits.
     *
     * @param once what would be carried out
     */
    record Deferred(Allowed once, TokenCaller caller, ControlGroup control) implements Admission {
        @Override
        public Request request() {
            return once.request();
        }

        @Override
        public Namespace namespace() {
            return once.namespace();
        }

        @Override
        public Deferred by(TokenCaller spent) {
            return new Deferred(once.by(spent), spent, control);
        }

        @Override
        public Optional<TokenCaller> tokenCaller() {
            return Optional.of(caller);
        }

        @Override
        public Optional<MountEntry> mount() {
            return once.mount();
        }
    }

    /**
     * It may not, or there is nothing there.
     *
     * @param decision what the policies say; they may well allow what does not exist
     */
    record Refused(Request request, Namespace namespace, Optional<TokenCaller> tokenCaller, Optional<MountEntry> mount, Decision decision, Problem problem) implements Admission {
        @Override
        public Refused by(TokenCaller spent) {
            return new Refused(request, namespace, Optional.of(spent), mount, decision, problem);
        }
    }

    /** It asks for help on a path. */
    record Help(Request request, Namespace namespace, TokenCaller caller, MountEntry entry, Engines.Mounted engine, String path) implements Admission {
        @Override
        public Help by(TokenCaller spent) {
            return new Help(request, namespace, spent, entry, engine, path);
        }

        @Override
        public Optional<TokenCaller> tokenCaller() {
            return Optional.of(caller);
        }

        @Override
        public Optional<MountEntry> mount() {
            return Optional.of(entry);
        }
    }
}
