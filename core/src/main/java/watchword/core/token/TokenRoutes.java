package watchword.core.token;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.namespace.NamespaceStore;
import watchword.core.namespace.Namespaces;
import watchword.core.policy.Authority;
import watchword.core.wire.Durations;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Engine;
import watchword.sdk.Page;
import watchword.sdk.OrNull;
import watchword.sdk.Problem;
import watchword.sdk.Reply.None;
import watchword.sdk.Reply;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Route;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** {@code auth/token}: the tokens' own API. */
public final class TokenRoutes implements Engine {
    private final Tokens tokens;
    private final TokenCreation creation;
    private final TokenRoles roles;
    private final Authority authority;
    private final Renewals renewals;

    public TokenRoutes(Tokens tokens, TokenCreation creation, TokenRoles roles, Authority authority, Renewals renewals) {
        this.tokens = tokens;
        this.creation = creation;
        this.roles = roles;
        this.authority = authority;
        this.renewals = renewals;
    }

    record Nothing() {}

    record ByToken(@Doc("The token.") Secret token) {}

    record ByAccessor(@Doc("Accessor of the token.") String accessor) {}

    record Renew(@Doc("The token to renew.") Secret token, @Doc("How long it should live from now; a request, not a promise.") Duration increment) {}

    record RenewSelf(@Doc("How long it should live from now; a request, not a promise.") Duration increment) {}

    record RenewAccessor(
            @Doc("Accessor of the token to renew.") String accessor,
            @Doc("How long it should live from now; a request, not a promise.") Duration increment) {}

    record Keys(@Doc("The accessors, sorted.") List<String> keys) {}

    record Tidied(@Doc("How many rows belong to no token.") long orphanedRows) {}

    /** What a look-up tells of a token. */
    record Facts(
            @Doc("Names the token without being it; empty for a batch token.") String accessor,
            @Doc("Addresses it may be used from; left out when there is no bound.") Optional<List<String>> boundCidrs,
            @Doc("When it was made, in seconds since 1970.") long creationTime,
            @Doc("Lifetime it was made with, in seconds; 0 for no end.") long creationTtl,
            @Doc("Name for people, as audit shows it.") String displayName,
            @Doc("Entity it acts for; empty for none.") String entityId,
            @Doc("When it ends; null for never.") @OrNull Optional<Instant> expireTime,
            @Doc("Lifetime that no renewal exceeds, in seconds; 0 for none of its own.") long explicitMaxTtl,
            @Doc("The token; empty when it was looked up by its accessor.") String id,
            @Doc("Policies it has of its entity; left out when there are none.") Optional<List<String>> identityPolicies,
            @Doc("When it was made; left out for a token without an end.") Optional<Instant> issueTime,
            @Doc("When it was last renewed; left out before that.") Optional<Instant> lastRenewal,
            @Doc("When it was last renewed, in seconds since 1970; left out before that.") Optional<Long> lastRenewalTime,
            @Doc("Metadata given when it was made.") @OrNull Map<String, String> meta,
            @Doc("Namespace it is of; left out for the root.") Optional<String> namespacePath,
            @Doc("Requests it is still good for; 0 for any number.") long numUses,
            @Doc("Whether it has no parent, so that no other token's end ends it.") boolean orphan,
            @Doc("Path of the request that made it.") String path,
            @Doc("What each renewal of a periodic token gives, in seconds; left out for others.") Optional<Long> period,
            @Doc("Its own policies.") List<String> policies,
            @Doc("Whether it can be renewed; left out for a token without an end.") Optional<Boolean> renewable,
            @Doc("Role it was made under; left out without one.") Optional<String> role,
            @Doc("Seconds it has left; 0 for no end.") long ttl,
            @Doc("`service` or `batch`.") String type) {}

    @Override
    public String type() {
        return "token";
    }

    @Override
    public String help() {
        return "Makes, looks up, renews and revokes tokens.";
    }

    @Override
    public String fieldErrorPrefix() {
        return "";
    }

    @Override
    public List<Route<?, ?>> routes() {
        var all = new ArrayList<Route<?, ?>>(List.of(
                Route.write("create", TokenCreation.Wanted.class, None.class, this::create, "Make a token, a child of the one that asks.").with(Trait.GIVES_TOKEN),
                Route.write("create/{role_name}", TokenCreation.Wanted.class, None.class, this::create, "Make a token under a role's rules.").with(Trait.GIVES_TOKEN),
                Route.write("create-orphan", TokenCreation.Wanted.class, None.class, this::createOrphan, "Make a token without a parent.").with(Trait.SUDO, Trait.GIVES_TOKEN),
                Route.ask("lookup", ByToken.class, Facts.class, this::lookup, "Tell about a token."),
                Route.read("lookup", ByToken.class, Facts.class, this::lookup, "Tell about a token."),
                Route.read("lookup-self", Nothing.class, Facts.class, this::lookupSelf, "Tell about the token that asks.").with(Trait.SELF),
                Route.ask("lookup-self", Nothing.class, Facts.class, this::lookupSelf, "Tell about the token that asks.").with(Trait.SELF),
                Route.ask("lookup-accessor", ByAccessor.class, Facts.class, this::lookupAccessor, "Tell about the token with an accessor."),
                Route.effect(Operation.WRITE, "renew", Renew.class, None.class, this::renew, "Prolong a token.").with(Trait.GIVES_TOKEN),
                Route.effect(Operation.WRITE, "renew-self", RenewSelf.class, None.class, this::renewSelf, "Prolong the token that asks.").with(Trait.GIVES_TOKEN, Trait.SELF),
                Route.effect(Operation.WRITE, "renew-accessor", RenewAccessor.class, None.class, this::renewAccessor, "Prolong the token with an accessor.").with(Trait.GIVES_TOKEN),
                Route.write("revoke", ByToken.class, None.class, this::revoke, "Revoke a token with all that descends from it."),
                Route.write("revoke-self", Nothing.class, None.class, this::revokeSelf, "Revoke the token that asks with all that descends from it.")
                        .with(Trait.OWN_TOKEN, Trait.SELF),
                Route.write("revoke-accessor", ByAccessor.class, None.class, this::revokeAccessor, "Revoke the token with an accessor."),
                Route.write("revoke-orphan", ByToken.class, None.class, this::revokeOrphan, "Revoke a token; its children live on.").with(Trait.SUDO),
                Route.list("accessors", Page.class, Keys.class, this::accessors, "List the accessors of all tokens.").with(Trait.SUDO),
                Route.write("tidy", Nothing.class, Tidied.class, this::tidy, "Look for rows that belong to no token; there should be none.")
                        .with(Trait.SUDO)));
        all.addAll(roles.routes());
        return List.copyOf(all);
    }

    // ---- making ----

    private Reply<None> create(Call.Change<TokenCreation.Wanted> call) {
        return creation.create(call.store(), call.input(), caller(call), call.ask(), false);
    }

    private Reply<None> createOrphan(Call.Change<TokenCreation.Wanted> call) {
        return creation.create(call.store(), call.input(), caller(call), call.ask(), true);
    }

    // ---- looking ----

    private Reply<Facts> lookup(Call.Read<ByToken> call) {
        var token = call.input().token();
        if (token.size() == 0) return lookupSelf(new Call.Read<>(new Nothing(), call.ask(), call.store()));
        var found = tokens.find(call.store(), token, call.ask().remoteAddress(), call.now())
                .flatMap(caller -> authority.withIdentity(call.store(), caller))
                .orElseThrow(() -> new Problem.Denied("bad token").asException());
        return Reply.of(facts(call.store(), found, token.reveal(), call.now()));
    }

    private Reply<Facts> lookupSelf(Call.Read<Nothing> call) {
        var caller = caller(call);
        return Reply.of(facts(call.store(), caller, caller.token().reveal(), call.now()));
    }

    private Reply<Facts> lookupAccessor(Call.Read<ByAccessor> call) {
        var unknown = requireByAccessor(call.store(), call.input().accessor());
        var caller = authority.withIdentity(call.store(), unknown).orElse(unknown);
        return Reply.of(facts(call.store(), caller, "", call.now()));
    }

    /** Without what its identity adds, and whether or not that is there. */
    private TokenCaller requireByAccessor(Storage.Reader store, String accessor) {
        var key = requireAccessor(store, accessor);
        var row = tokens.row(store, key).orElseThrow();
        return new TokenCaller(Secret.copyOf(""), key, accessor, row, row.policies(), List.of(), false);
    }

    private String requireAccessor(Storage.Reader store, String accessor) {
        if (accessor.isEmpty()) throw new Problem.Invalid("missing accessor_id").asException();
        return tokens.keyOfAccessor(store, accessor).orElseThrow(() -> new Problem.Invalid(Problem.multi("invalid accessor")).asException());
    }

    private static Facts facts(Storage.Reader store, TokenCaller caller, String id, Instant now) {
        var row = caller.row();
        boolean leased = row.expires().isPresent();
        return new Facts(caller.accessor(), Optional.of(row.boundCidrs()).filter(blocks -> !blocks.isEmpty()), row.issued().getEpochSecond(), row.ttl().toSeconds(), row.displayName(), row.entityId(),
                row.expires(), row.explicitMaxTtl().toSeconds(), id,
                caller.identityPolicies().isEmpty() ? Optional.empty() : Optional.of(caller.identityPolicies()),
                leased ? Optional.of(row.issued()) : Optional.empty(), row.lastRenewal(), row.lastRenewal().map(Instant::getEpochSecond), row.meta(),
                Optional.of(Namespaces.of(store).path()).filter(path -> !path.isEmpty()), row.usesLeft(), row.orphan(), row.path(), positiveSeconds(row.period()), row.policies(),
                leased ? Optional.of(row.renewable()) : Optional.empty(), Optional.of(row.role()).filter(role -> !role.isEmpty()),
                row.ttlAt(now).plusMillis(999).toSeconds(), row.type());
    }

    private static Optional<Long> positiveSeconds(Duration duration) {
        return duration.isPositive() ? Optional.of(duration.toSeconds()) : Optional.empty();
    }

    /** A whole list is sorted; pages come in an order of their own, each going on where {@code after} stands. */
    private Reply<Keys> accessors(Call.Read<Page> call) {
        int asked = call.input().limit();
        var page = Page.whole(tokens.accessors(call.store(), call.input().after(), Page.limit(asked)), asked);
        return Reply.of(new Keys(asked > 0 || !call.input().after().isEmpty() ? page : page.stream().sorted().toList()));
    }

    // ---- renewing ----

    private Reply<None> renew(Call.Effect<Renew> call) {
        var token = call.input().token();
        if (token.size() == 0) throw new Problem.Invalid("missing token ID").asException();
        var found = call.storage().<Optional<TokenCaller>>read(store -> tokens.find(store, token, call.ask().remoteAddress(), call.now())
                .flatMap(caller -> authority.withIdentity(store, caller))).orElseThrow(() -> new Problem.Denied("bad token").asException());
        return renewals.renew(call, found.tokenKey(), found.row(), token, call.input().increment());
    }

    private Reply<None> renewSelf(Call.Effect<RenewSelf> call) {
        var caller = caller(call);
        return renewals.renew(call, caller.tokenKey(), caller.row(), caller.token(), call.input().increment());
    }

    private Reply<None> renewAccessor(Call.Effect<RenewAccessor> call) {
        var found = call.storage().<Optional<TokenCaller>>read(store -> authority.withIdentity(store, requireByAccessor(store, call.input().accessor())))
                .orElseThrow(() -> new Problem.Denied("bad token").asException());
        return renewals.renew(call, found.tokenKey(), found.row(), Secret.copyOf(""), call.input().increment());
    }

    // ---- revoking ----

    private Reply<None> revoke(Call.Change<ByToken> call) {
        var token = call.input().token();
        if (token.size() == 0) throw new Problem.Invalid("missing token ID").asException();
        if (TokenText.isBatch(token)) throw new Problem.Invalid("batch tokens cannot be revoked").asException();
        requireOfHere(call.store(), token);
        tokens.revoke(call.store(), tokens.keyOf(token), call.now());
        return Reply.nothing();
    }

    private Reply<None> revokeSelf(Call.Change<Nothing> call) {
        var caller = caller(call);
        if (caller.row().isBatch()) throw new Problem.Invalid("batch tokens cannot be revoked").asException();
        tokens.revoke(call.store(), caller.tokenKey(), call.now());
        return Reply.nothing();
    }

    private Reply<None> revokeAccessor(Call.Change<ByAccessor> call) {
        if (call.input().accessor().isEmpty()) throw new Problem.Invalid("missing accessor").asException();
        var key = tokens.keyOfAccessor(call.store(), call.input().accessor());
        if (key.isEmpty()) return Reply.<None>nothing().warn("No token found with this accessor");
        tokens.revoke(call.store(), key.get(), call.now());
        return Reply.nothing();
    }

    private Reply<None> revokeOrphan(Call.Change<ByToken> call) {
        if (call.input().token().size() == 0) throw new Problem.Invalid("missing token ID").asException();
        requireOfHere(call.store(), call.input().token());
        var key = tokens.keyOf(call.input().token());
        if (tokens.row(call.store(), key).isEmpty()) throw new Problem.Invalid("token to revoke not found").asException();
        tokens.revokeOrphaning(call.store(), key, call.now());
        return Reply.nothing();
    }

    /** A token of another namespace is revoked there. */
    private static void requireOfHere(Storage.Reader store, Secret token) {
        if (!TokenText.namespaceOf(token).equals(NamespaceStore.idOf(store))) throw new Problem.Denied("bad token").asException();
    }

    /** A token's rows are made and removed in one transaction, so there is nothing to sweep up; the call proves it by counting. */
    private Reply<Tidied> tidy(Call.Change<Nothing> call) {
        return Reply.of(new Tidied(tokens.orphanedRows(call.store()))).status(202)
                .warn("Tidy operation successfully started. Any information from the operation will be printed to Vault's server logs.");
    }

    static TokenCaller caller(Call<?> call) {
        if (call.caller() instanceof TokenCaller caller) return caller;
        throw new Problem.Denied().asException();
    }

    /** A duration in one of the token API's text fields. */
    static Duration duration(String text) {
        try {
            var duration = Durations.parse(text);
            if (duration.isNegative()) throw new Problem.Invalid("time: negative durations are not allowed").asException();
            return duration;
        } catch (Durations.InvalidException invalid) {
            throw new Problem.Invalid(String.valueOf(invalid.getMessage())).asException();
        }
    }
}
