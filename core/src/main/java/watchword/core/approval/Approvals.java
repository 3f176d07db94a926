package watchword.core.approval;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.json.Json;
import watchword.core.mount.MountEntry;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.core.policy.Capability;
import watchword.core.policy.Consent;
import watchword.core.policy.ControlGroup;
import watchword.core.policy.Decision;
import watchword.core.policy.Identities;
import watchword.core.policy.IdentityView;
import watchword.core.request.Answer;
import watchword.core.request.Request;
import watchword.core.token.TokenCaller;
import watchword.core.token.TokenRow;
import watchword.core.token.Tokens;
import watchword.core.wire.Rows;
import watchword.sdk.Event;
import watchword.sdk.Policies;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/**
 * Requests that wait until others approve of them. What waits is the request itself, in the cubbyhole of a token made for it, and it goes
 * with the token. Until its requester takes it up again nothing of it has been done; then it is judged anew, as if it were made now, and
 * its approvals are spent in the transaction that carries it out.
 *
 * <p>Approvals are counted each time by what is known of identities at that moment: by entities as they are merged now, that are not
 * disabled, and in the group now. Who was merged into the requester, or approved as two that are one, counts for nothing more.
 */
public final class Approvals {
    /** Of the token that a requester is given. Nobody can write it or be given it, so the token can do nothing but be unwrapped, and no other holds a request. */
    static final String POLICY = Policies.CONTROL_GROUP;

    private static final int MOST_BODY = 256 << 10;
    private static final int MOST_AUTHORIZATIONS = 100;
    private static final String WAITING = "core/approval/waiting/";
    /** Names what of an entity waits. */
    private static final String OF = "core/approval/of/";
    private static final int MOST_OF_ENTITY = 100;
    private static final String REQUEST = "/request";
    private static final byte[] NOTHING = new byte[0];
    private static final int SWEPT_AT_ONCE = 16;

    static final Problem NOT_YET = new Problem.Invalid("Request needs further approval");
    private static final Problem GONE = new Problem.Invalid("wrapping token is not valid or does not exist");
    private static final Problem NO_ENTITY = new Problem.Denied("this path needs approval, and a token without an entity can neither ask for it nor give it");
    private static final Problem NO_REASON = new Problem.Denied("this path is for emergencies: say why in the header X-Watchword-Break-Glass");

    private final Rows<Waiting> rows = new Rows<>(MountEntry.CUBBYHOLES, Waiting.class);
    private final Rows<ControlGroupRoutes.Settings> settings = new Rows<>("core/approval/", ControlGroupRoutes.Settings.class);
    private final Tokens tokens;
    private final Identities identities;

    public Approvals(Tokens tokens, Identities identities) {
        this.tokens = tokens;
        this.identities = identities;
    }

    /** What approvers see of a request's path and parameters: secrets are masked. */
    public record Shown(String path, Map<String, Object> parameters) {}

    /** A request that waits, with the key of its token. */
    public record Found(String key, Waiting waiting) {
        /** The request itself, as a part of the one that unwraps it. */
        public Request by(Request unwrap) {
            return waiting.by(unwrap);
        }
    }

    // ---- what waits ----

    /** What waits behind a wrapping token, whichever namespace it is of. */
    public Optional<Found> behind(Storage.Reader any, Secret token, Instant now) {
        return find(tokens.homeOf(any, token), tokens.keyOf(token), now);
    }

    Optional<Found> byAccessor(Storage.Reader store, String accessor, Instant now) {
        return tokens.keyOfAccessor(store, accessor).flatMap(key -> find(store, key, now));
    }

    private Optional<Found> find(Storage.Reader store, String key, Instant now) {
        return tokens.row(store, key).filter(row -> row.policies().contains(POLICY) && row.expires().map(now::isBefore).orElse(false))
                .flatMap(_ -> rows.get(store, key + REQUEST)).map(waiting -> new Found(key, waiting));
    }

    /** All that wait, by their accessors, those that end first before the others. */
    Map<String, Waiting> all(Storage.Reader store, int limit, Instant now) {
        var all = new LinkedHashMap<String, Waiting>();
        for (var name : store.list(WAITING, time(now), limit)) find(store, keyIn(name), now).ifPresent(found -> all.put(tokens.accessor(found.key()), found.waiting()));
        return all;
    }

    /** Sorted by their ends, so that those that nobody took up are found first. */
    private static String index(Instant expires, String key) {
        return WAITING + time(expires) + "-" + key;
    }

    private static String time(Instant at) {
        return HexFormat.of().toHexDigits(at.toEpochMilli());
    }

    private static String keyIn(String name) {
        return name.substring(name.indexOf('-') + 1);
    }

    /** @param told what the requester is answered @param event what others hear */
    public record Kept(Answer.WrapInfo told, Event event) {}

    /**
     * Keeps a request until it is approved.
     *
     * @param store of the namespace of the caller's token, whose policies and groups these are
     */
    public Kept keep(Storage.Writer store, TokenCaller caller, Request request, Shown shown, Capability wanted, ControlGroup control, Instant now) {
        if (Json.write(request.body()).length > MOST_BODY) throw new Problem.TooLarge("a request that waits for approval may have " + MOST_BODY + " bytes").asException();
        for (var name : store.list(WAITING, "", SWEPT_AT_ONCE)) if (find(store, keyIn(name), now).isEmpty()) store.delete(WAITING + name);
        requireRoom(store, caller.entityId(), now);
        var ttl = settings(store).bound(control.ttl());
        var row = new TokenRow(request.path().text(), List.of(POLICY), Map.of(), "", 0, 0, now, ttl, ttl, Duration.ZERO, "", "", List.of(), TokenRow.SERVICE, false,
                Optional.of(now.plus(ttl)), Optional.empty(), "", "", Optional.empty(), "");
        var made = tokens.create(store, row);
        var who = identities.of(store, caller.entityId());
        var requester = new Waiting.Requester(who.entityId(), who.entityName(), caller.displayName(), request.peer().address());
        var waiting = new Waiting(request.operation(), request.namespace(), request.path().text(), request.body(), request.wrapTtl(), shown, wanted.word(), requester,
                request.reason(), now, now.plus(ttl), control, List.of());
        rows.put(store, made.key() + REQUEST, waiting);
        store.put(index(now.plus(ttl), made.key()), NOTHING);
        store.put(OF + caller.entityId() + "/" + made.key(), NOTHING);
        var accessor = made.row().accessor();
        return new Kept(new Answer.WrapInfo(made.token(), accessor, ttl.toSeconds(), now.toString(), request.path().text(), Optional.empty()), ControlGroupRoutes.event("requested", accessor, waiting));
    }

    /** One who asks in a loop fills neither the store nor the approvers' list. */
    private void requireRoom(Storage.Writer store, String entityId, Instant now) {
        var folder = OF + entityId + "/";
        for (var key : store.list(folder, "", MOST_OF_ENTITY)) {
            if (find(store, key, now).isEmpty()) store.delete(folder + key);
        }
        if (store.list(folder, "", MOST_OF_ENTITY).size() < MOST_OF_ENTITY) return;
        throw new Problem.TooMany(MOST_OF_ENTITY + " requests of this entity wait for approval already: have them approved, or let them end").asException();
    }

    ControlGroupRoutes.Settings settings(Storage.Reader store) {
        return settings.get(store, "config").orElse(ControlGroupRoutes.Settings.DEFAULT);
    }

    void set(Storage.Writer store, Optional<ControlGroupRoutes.Settings> now) {
        now.ifPresentOrElse(each -> settings.put(store, "config", each), () -> settings.delete(store, "config"));
    }

    // ---- where a request stands ----

    /**
     * Where a request stands that the policies allow.
     *
     * @param any a view of the store
     * @param waited the request it is, when it waited already
     */
    public Consent of(Storage.Reader any, TokenCaller caller, Request request, Decision.Allow allow, Optional<Found> waited) {
        var control = allow.consent() instanceof Consent.Asked asked ? Optional.of(asked.control()) : Optional.<ControlGroup>empty();
        if (waited.isPresent()) return approved(any, waited.get(), control.orElseGet(ControlGroup::none));
        return control.map(each -> asked(caller, request, each)).orElse(allow.consent());
    }

    private static Consent asked(TokenCaller caller, Request request, ControlGroup control) {
        var reason = request.emergency();
        boolean breaks = control.breakGlass().isPresent() && !reason.isEmpty();
        if (control.factors().isEmpty() && !breaks) return new Consent.Withheld(NO_REASON);
        if (caller.entityId().isEmpty()) return new Consent.Withheld(NO_ENTITY);
        if (breaks) return new Consent.BrokenGlass(reason, control.breakGlass().get());
        return request.upload().isPresent() ? new Consent.Withheld(new Problem.Invalid("a request with a body of this kind cannot wait for approval")) : new Consent.Asked(control, request.reason());
    }

    private Consent approved(Storage.Reader any, Found found, ControlGroup control) {
        var home = NamespaceStore.view(any, Namespace.idIn(found.key()));
        var waiting = found.waiting();
        return isMet(home, waiting, control) ? new Consent.Approved(found.key(), control, waiting.reason(), approvers(home, waiting)) : new Consent.Withheld(NOT_YET);
    }

    /** Whether a caller is who made a request, by whatever token of the same entity. */
    public boolean isOf(Storage.Reader any, Found found, TokenCaller caller) {
        var home = NamespaceStore.view(any, Namespace.idIn(found.key()));
        return caller.namespaceId().equals(NamespaceStore.idOf(home)) && !caller.entityId().isEmpty() && caller.entityId().equals(current(home, found.waiting().requester().entityId()));
    }

    private String current(Storage.Reader home, String entityId) {
        return identities.of(home, entityId).entityId();
    }

    /** Whether each factor has its approvals, by different entities that are not the requester's. */
    boolean isMet(Storage.Reader home, Waiting waiting, ControlGroup control) {
        var approving = approving(home, waiting);
        return control.factors().stream().allMatch(factor -> approving.stream().filter(factor::isUpTo).count() >= factor.approvals());
    }

    /** Those who approved, as they are now. */
    private List<IdentityView> approving(Storage.Reader home, Waiting waiting) {
        var requester = current(home, waiting.requester().entityId());
        var byId = new LinkedHashMap<String, IdentityView>();
        for (var each : waiting.authorizations()) {
            var identity = identities.of(home, each.entityId());
            if (!identity.entityId().isEmpty() && !identity.entityId().equals(requester)) byId.put(identity.entityId(), identity);
        }
        return new ArrayList<>(byId.values());
    }

    private List<Consent.Approver> approvers(Storage.Reader home, Waiting waiting) {
        return approving(home, waiting).stream().map(each -> new Consent.Approver(each.entityId(), each.entityName())).toList();
    }

    /**
     * Spends a request's approvals, in the transaction that carries it out.
     *
     * @throws Problem.ProblemException when another did so before, or they are not enough any more
     */
    public void spend(Storage.Writer any, Consent.Approved approved, Instant now) {
        var home = NamespaceStore.view(any, Namespace.idIn(approved.waiting()));
        var found = find(home, approved.waiting(), now).orElseThrow(GONE::asException);
        if (!isMet(home, found.waiting(), approved.control())) throw NOT_YET.asException();
        tokens.revoke(home, found.key(), now);
        home.delete(index(found.waiting().expires(), found.key()));
        home.delete(OF + found.waiting().requester().entityId() + "/" + found.key());
    }

    /** Somebody went ahead without approval; heard by who may look at requests. */
    public static Event glassBroken(Request request, Capability wanted, TokenCaller caller, Consent.BrokenGlass glass) {
        return new Event("break-glass/used", "control-group/request", Map.of("request_path", request.path().text(), "request_operation", wanted.word(), "entity_id", caller.entityId(),
                "display_name", caller.displayName(), "remote_address", request.peer().address(), "reason", glass.reason()));
    }

    // ---- who approves ----

    /** Adds the caller's approval. @return the request with it */
    Found authorize(Storage.Writer store, String accessor, TokenCaller caller, Instant now) {
        var found = require(store, accessor, now);
        var waiting = found.waiting();
        // Groups are of the namespace whose policy names them.
        if (caller.entityId().isEmpty() || !caller.namespaceId().equals(NamespaceStore.idOf(store))) throw NO_ENTITY.asException();
        if (caller.entityId().equals(current(store, waiting.requester().entityId()))) throw new Problem.Denied("token owner cannot be approver").asException();
        var identity = identities.of(store, caller.entityId());
        if (waiting.control().factors().stream().noneMatch(factor -> factor.isUpTo(identity))) throw new Problem.Denied("this request is not for your groups to approve").asException();
        if (waiting.isBy(identity.entityId())) return found;
        if (waiting.authorizations().size() >= MOST_AUTHORIZATIONS) throw new Problem.Invalid("the request has as many approvals as one can have").asException();
        var authorized = new Found(found.key(), waiting.with(new Waiting.Authorization(identity.entityId(), identity.entityName(), now)));
        rows.put(store, found.key() + REQUEST, authorized.waiting());
        return authorized;
    }

    Found require(Storage.Reader store, String accessor, Instant now) {
        if (accessor.isEmpty()) throw new Problem.Invalid("missing accessor").asException();
        return byAccessor(store, accessor, now).orElseThrow(() -> new Problem.Invalid("invalid accessor").asException());
    }

    /** Whether what was asked for when it was made is met. */
    boolean isApproved(Storage.Reader store, Waiting waiting) {
        return isMet(store, waiting, waiting.control());
    }
}
