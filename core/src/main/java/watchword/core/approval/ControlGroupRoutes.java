package watchword.core.approval;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.policy.ControlGroup;
import watchword.core.token.TokenCaller;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Event;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;

/** {@code sys/control-group}: what approvers see and say of requests that wait. */
public final class ControlGroupRoutes {
    private static final int MOST_LISTED = 1000;

    private final Approvals approvals;

    public ControlGroupRoutes(Approvals approvals) {
        this.approvals = approvals;
    }

    /** @param maxTtl how long a request may wait; zero for the default */
    record Settings(Duration maxTtl) {
        private static final Duration USUAL = Duration.ofHours(24);
        static final Settings DEFAULT = new Settings(Duration.ZERO);

        /** How long a request waits whose rule says this. */
        Duration bound(Duration asked) {
            var ttl = asked.isZero() ? USUAL : asked;
            return !maxTtl.isZero() && maxTtl.compareTo(ttl) < 0 ? maxTtl : ttl;
        }
    }

    record Nothing() {}

    record Accessor(@Doc("Accessor of the wrapping token that the requester was given.") String accessor) {}

    record Verdict(@Doc("Whether the request has all the approvals that it needs.") boolean approved) {}

    record Person(@Doc("Id of the entity.") String id, @Doc("Name of the entity.") String name) {}

    record Authorization(
            @Doc("Id of the entity that approved.") String entityId,
            @Doc("Name of the entity that approved.") String entityName,
            @Doc("When.") Optional<Instant> time) {}

    record Need(
            @Doc("Name of the factor in the policy.") String name,
            @Doc("Names of the groups whose members may approve.") List<String> groupNames,
            @Doc("Ids of the groups whose members may approve.") List<String> groupIds,
            @Doc("How many of them must.") long approvals,
            @Doc("Whether so many did, who still may.") boolean met) {}

    record Told(
            @Doc("Whether the request has all the approvals that it needs.") boolean approved,
            @Doc("Path that the requester asked.") String requestPath,
            @Doc("What it asked to do there: create, read, update, patch, delete, list or scan.") String requestOperation,
            @Doc("The parameters that were sent; secrets are masked.") Map<String, Object> requestData,
            @Doc("Why, as the requester said in X-Watchword-Reason.") String requestReason,
            @Doc("Whose request it is.") Person requestEntity,
            @Doc("How the requester's token is called.") String requestDisplayName,
            @Doc("Where it came from.") String requestRemoteAddress,
            @Doc("When it was made.") Optional<Instant> creationTime,
            @Doc("When it ends, approved or not.") Optional<Instant> expireTime,
            @Doc("What it needs.") List<Need> factors,
            @Doc("Who approved.") List<Authorization> authorizations) {}

    record Keys(
            @Doc("Accessors of the requests, those that end first before the others.") List<String> keys,
            @Doc("Of each, what is asked, by whom, until when, and whether it is approved.") Map<String, Object> keyInfo) {}

    record SetSettings(@Doc("The longest that a request waits for its approvals.") Duration maxTtl) {}

    record ShownSettings(@Doc("The longest that a request waits for its approvals, in seconds; 0 when nothing is set.") long maxTtl) {}

    public List<Route<?, ?>> routes() {
        return List.of(
                Route.write("control-group/authorize", Accessor.class, Verdict.class, this::authorize, "Approve of a request."),
                Route.ask("control-group/request", Accessor.class, Told.class, this::tell, "Tell what a request asks, and who approved."),
                Route.list("control-group/requests", Nothing.class, Keys.class, this::list, "List the requests that wait for approval."),
                Route.read("config/control-group", Nothing.class, ShownSettings.class, call -> Reply.of(new ShownSettings(approvals.settings(call.store()).maxTtl().toSeconds())), "Read what goes for all requests that wait."),
                Route.write("config/control-group", SetSettings.class, None.class, this::set, "Change what goes for all requests that wait."),
                Route.delete("config/control-group", Nothing.class, None.class, this::unset, "Go back to what a new server has."));
    }

    private Reply<Verdict> authorize(Call.Change<Accessor> call) {
        if (!(call.caller() instanceof TokenCaller caller)) throw new Problem.Denied().asException();
        var found = approvals.authorize(call.store(), call.input().accessor(), caller, call.now());
        boolean approved = approvals.isApproved(call.store(), found.waiting());
        return Reply.of(new Verdict(approved)).tell(event("authorized", call.input().accessor(), found.waiting()).with("approved", String.valueOf(approved)).with("authorized_by", caller.entityId()));
    }

    /** Something became of a request; heard by who may look at it. */
    static Event event(String what, String accessor, Waiting waiting) {
        return new Event("control-group/" + what, "control-group/request", new LinkedHashMap<>(Map.of("accessor", accessor, "request_path", waiting.shown().path(), "request_operation", waiting.capability(),
                "entity_id", waiting.requester().entityId(), "entity_name", waiting.requester().entityName(), "reason", waiting.reason())));
    }

    private Reply<Told> tell(Call.Read<Accessor> call) {
        var waiting = approvals.require(call.store(), call.input().accessor(), call.now()).waiting();
        var by = waiting.requester();
        return Reply.of(new Told(approvals.isApproved(call.store(), waiting), waiting.shown().path(), waiting.capability(), waiting.shown().parameters(), waiting.reason(),
                new Person(by.entityId(), by.entityName()), by.displayName(), by.remoteAddress(), Optional.of(waiting.created()), Optional.of(waiting.expires()),
                waiting.control().factors().stream().map(factor -> need(call.store(), waiting, factor)).toList(),
                waiting.authorizations().stream().map(each -> new Authorization(each.entityId(), each.entityName(), Optional.of(each.at()))).toList()));
    }

    private Need need(Storage.Reader store, Waiting waiting, ControlGroup.Factor factor) {
        boolean met = approvals.isMet(store, waiting, new ControlGroup(Duration.ZERO, List.of(factor), Optional.empty()));
        return new Need(factor.name(), factor.groupNames(), factor.groupIds(), factor.approvals(), met);
    }

    private Reply<Keys> list(Call.Read<Nothing> call) {
        var all = approvals.all(call.store(), MOST_LISTED, call.now());
        if (all.isEmpty()) throw new Problem.NotFound().asException();
        var info = new LinkedHashMap<String, Object>();
        all.forEach((accessor, waiting) -> info.put(accessor, Map.of("request_path", waiting.shown().path(), "request_operation", waiting.capability(), "entity_id", waiting.requester().entityId(),
                "entity_name", waiting.requester().entityName(), "reason", waiting.reason(), "expire_time", waiting.expires().toString(), "approved", approvals.isApproved(call.store(), waiting))));
        return Reply.of(new Keys(List.copyOf(all.keySet()), info));
    }

    private Reply<None> set(Call.Change<SetSettings> call) {
        if (call.input().maxTtl().isNegative()) throw new Problem.Invalid("max_ttl", "cannot be negative").asException();
        approvals.set(call.store(), Optional.of(new Settings(call.input().maxTtl())));
        return Reply.nothing();
    }

    private Reply<None> unset(Call.Change<Nothing> call) {
        approvals.set(call.store(), Optional.empty());
        return Reply.nothing();
    }
}
