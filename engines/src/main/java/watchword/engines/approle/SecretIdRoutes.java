package watchword.engines.approle;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Call;
import watchword.sdk.Cidrs;
import watchword.sdk.Doc;
import watchword.sdk.Inline;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** Making, telling about and destroying secret ids. */
final class SecretIdRoutes {
    /** How the field writes the end of what has none. */
    private static final Instant NEVER = Instant.parse("0001-01-01T00:00:00Z");
    static final int MAX_BYTES = 4096;
    private static final int MOST_BLOCKS = 256;
    private static final int MOST_METADATA = 64;
    private static final int MAX_METADATA_CHARS = 512;
    private static final int TIDIED_AT_ONCE = 500;
    private static final int MOST_LISTED = 100_000;

    private final Roles roles;
    private final SecretIds secretIds;
    private final Digest digest;

    SecretIdRoutes(Roles roles, SecretIds secretIds, Digest digest) {
        this.roles = roles;
        this.secretIds = secretIds;
        this.digest = digest;
    }

    /** What may be said of a secret id that is made. */
    record Wanted(
            @Doc("Shown in look-ups of its tokens and in audit: an object of texts, or one as text.") Map<String, String> metadata,
            @Doc("Addresses that its logins may come from; within those of the role.") List<String> cidrList,
            @Doc("Addresses that its tokens may be used from; within those of the role.") List<String> tokenBoundCidrs,
            @Doc("Logins it is good for; no more than the role says, which is the default.") Optional<Long> numUses,
            @Doc("How long it is good; no longer than the role says, which is the default.") Optional<Duration> ttl) {}

    record Make(@Doc("Name of the role; case does not matter.") String roleName, @Inline Wanted wanted) {}

    record MakeCustom(@Doc("Name of the role; case does not matter.") String roleName, @Doc("The secret id.") Secret secretId, @Inline Wanted wanted) {}

    record Made(
            @Doc("The secret id: this is the only time it is told.") Secret secretId,
            @Doc("Names it without giving it away: for looking it up and destroying it.") String secretIdAccessor,
            @Doc("Logins it is good for; 0 for any number.") long secretIdNumUses,
            @Doc("How long it is good, in seconds; 0 for ever.") Duration secretIdTtl) {}

    record Page(@Doc("Name of the role; case does not matter.") String roleName, @Doc("Only those after the one with this accessor.") String after,
            @Doc("At most so many; all when not given.") int limit) {}

    record Accessors(@Doc("Accessors of the role's secret ids.") List<String> keys) {}

    record Known(@Doc("Name of the role; case does not matter.") String roleName, @Doc("The secret id.") Secret secretId) {}

    record ByAccessor(@Doc("Name of the role; case does not matter.") String roleName, @Doc("Accessor of the secret id.") String secretIdAccessor) {}

    record Nothing() {}

    record Facts(
            @Doc("Addresses that its logins may come from; any when empty.") List<String> cidrList,
            @Doc("When it was made.") Instant creationTime,
            @Doc("When it ends; the year 1 for never.") Instant expirationTime,
            @Doc("When it was last used, or made.") Instant lastUpdatedTime,
            @Doc("Shown in look-ups of its tokens and in audit.") Map<String, String> metadata,
            @Doc("Names it without giving it away.") String secretIdAccessor,
            @Doc("Logins it is still good for; 0 for any number.") long secretIdNumUses,
            @Doc("How long it was said to be good, in seconds; 0 for ever.") Duration secretIdTtl,
            @Doc("Addresses that its tokens may be used from; what the role says when empty.") List<String> tokenBoundCidrs) {

        static Facts of(SecretIds.Row row) {
            return new Facts(row.cidrList(), row.created(), row.expires().orElse(NEVER), row.updated(), row.metadata(), row.accessor(), row.numUses(), row.ttl(), row.tokenBoundCidrs());
        }
    }

    List<Route<?, ?>> routes() {
        var one = "role/{role_name}/secret-id";
        var custom = "role/{role_name}/custom-secret-id";
        return List.of(
                Route.write(one, Make.class, Made.class, call -> make(call, call.input().roleName(), Secret.copyOf(digest.newId()), call.input().wanted()), "Make a secret id."),
                Route.write(custom, MakeCustom.class, Made.class, call -> make(call, call.input().roleName(), chosen(call.input().secretId()), call.input().wanted()),
                        "Make a secret id of a given text."),
                Route.list(one, Page.class, Accessors.class, this::list, "List the accessors of a role's secret ids."),
                Route.ask(one + "/lookup", Known.class, Facts.class, this::lookup, "Tell about a secret id; nothing when there is none."),
                Route.write(one + "/destroy", Known.class, None.class, this::destroy, "Destroy a secret id."),
                Route.delete(one + "/destroy", Known.class, None.class, this::destroy, "Destroy a secret id."),
                Route.ask(one + "-accessor/lookup", ByAccessor.class, Facts.class, this::lookupByAccessor, "Tell about the secret id with an accessor."),
                Route.write(one + "-accessor/destroy", ByAccessor.class, None.class, this::destroyByAccessor, "Destroy the secret id with an accessor."),
                Route.delete(one + "-accessor/destroy", ByAccessor.class, None.class, this::destroyByAccessor, "Destroy the secret id with an accessor."),
                Route.effect(Operation.WRITE, "tidy/secret-id", Nothing.class, None.class, this::tidy, "Remove the secret ids that have ended; they are of no use in any case."));
    }

    // ---- making ----

    /** Without space around it: a login leaves that out too. */
    private static Secret chosen(Secret given) {
        var secretId = trimmed(given);
        if (secretId.size() == 0) throw new Problem.Invalid("missing secret_id").asException();
        if (secretId.size() > MAX_BYTES) throw new Problem.Invalid("secret_id: at most " + MAX_BYTES + " bytes").asException();
        return secretId;
    }

    static Secret trimmed(Secret text) {
        return Secret.copyOf(text.reveal().strip());
    }

    private Reply<Made> make(Call.Change<?> call, String roleName, Secret secretId, Wanted wanted) {
        var name = Roles.name(roleName);
        var role = roles.find(call.store(), name).orElseThrow(() -> noRole(name));
        if (!role.bindSecretId()) throw new Problem.Invalid("bind_secret_id is not set on the role").asException();
        requireWithin(wanted.cidrList(), role.loginCidrs());
        requireWithin(wanted.tokenBoundCidrs(), role.token().tokenBoundCidrs());
        var ttl = ttl(wanted, role);
        var lasts = ttl.compareTo(call.ask().mount().maxTtl()) > 0 ? call.ask().mount().maxTtl() : ttl;
        var row = new SecretIds.Row(digest.newId(), numUses(wanted, role), ttl, call.now(), lasts.isPositive() ? Optional.of(call.now().plus(lasts)) : Optional.empty(), call.now(),
                metadata(wanted.metadata()), wanted.cidrList(), wanted.tokenBoundCidrs());
        secretIds.add(call.store(), name, secretId, row, call.now());
        return Reply.of(new Made(secretId, row.accessor(), row.numUses(), lasts));
    }

    private static void requireWithin(List<String> blocks, List<String> ofRole) {
        if (blocks.size() > MOST_BLOCKS) throw new Problem.Invalid("at most " + MOST_BLOCKS + " blocks of addresses").asException();
        if (!areWithin(Cidrs.require(blocks), ofRole)) {
            throw new Problem.Invalid("failed to verify subset relationship between CIDR blocks on the role and CIDR blocks on the secret ID").asException();
        }
    }

    static boolean areWithin(List<String> blocks, List<String> ofRole) {
        return blocks.stream().allMatch(block -> Cidrs.isWithin(block, ofRole));
    }

    private static long numUses(Wanted wanted, Role role) {
        long most = role.secretIdNumUses();
        long uses = wanted.numUses().orElse(most);
        if (uses < 0) throw new Problem.Invalid("num_uses cannot be negative").asException();
        if (most > 0 && (uses == 0 || uses > most)) throw new Problem.Invalid("num_uses cannot be higher than the role's secret_id_num_uses").asException();
        return uses;
    }

    private static Duration ttl(Wanted wanted, Role role) {
        var most = role.secretIdTtl();
        var ttl = wanted.ttl().orElse(most);
        if (ttl.isNegative()) throw new Problem.Invalid("ttl cannot be negative").asException();
        if (most.isPositive() && (ttl.isZero() || ttl.compareTo(most) > 0)) throw new Problem.Invalid("ttl cannot be longer than the role's secret_id_ttl").asException();
        return ttl;
    }

    private static Map<String, String> metadata(Map<String, String> given) {
        boolean fits = given.size() <= MOST_METADATA && given.entrySet().stream().allMatch(each -> each.getKey().length() <= MAX_METADATA_CHARS && each.getValue().length() <= MAX_METADATA_CHARS);
        if (!fits) throw new Problem.Invalid("metadata: at most " + MOST_METADATA + " names and values of " + MAX_METADATA_CHARS + " characters").asException();
        return given;
    }

    // ---- telling ----

    private Reply<Accessors> list(Call.Read<Page> call) {
        var name = Roles.name(call.input().roleName());
        if (roles.find(call.store(), name).isEmpty()) throw new Problem.Invalid("role \"" + name + "\" does not exist").asException();
        var limit = call.input().limit() > 0 ? Math.min(call.input().limit(), MOST_LISTED) : MOST_LISTED;
        var accessors = secretIds.accessors(call.store(), name, call.input().after(), limit, call.now());
        if (accessors.isEmpty()) throw new Problem.NotFound().asException();
        return Reply.of(new Accessors(accessors));
    }

    private Reply<Facts> lookup(Call.Read<Known> call) {
        return known(call.store(), call.input(), call.now()).map(found -> Reply.of(Facts.of(found.row()))).orElseGet(Reply::nothing);
    }

    private Optional<SecretIds.Found> known(Storage.Reader store, Known input, Instant now) {
        if (input.secretId().size() == 0) throw new Problem.Invalid("missing secret_id").asException();
        return secretIds.find(store, requireRole(store, input.roleName()), trimmed(input.secretId()), now);
    }

    private Reply<Facts> lookupByAccessor(Call.Read<ByAccessor> call) {
        return Reply.of(Facts.of(byAccessor(call.store(), call.input(), call.now()).row()));
    }

    private SecretIds.Found byAccessor(Storage.Reader store, ByAccessor input, Instant now) {
        if (input.secretIdAccessor().isEmpty()) throw new Problem.Invalid("missing secret_id_accessor").asException();
        return secretIds.byAccessor(store, requireRole(store, input.roleName()), input.secretIdAccessor(), now)
                .orElseThrow(() -> new Problem.NotFound("failed to find accessor entry for secret_id_accessor").asException());
    }

    private String requireRole(Storage.Reader store, String roleName) {
        var name = Roles.name(roleName);
        if (roles.find(store, name).isEmpty()) throw noRole(name);
        return name;
    }

    private static Problem.ProblemException noRole(String name) {
        return new Problem.NotFound("role \"" + name + "\" does not exist").asException();
    }

    // ---- destroying ----

    private Reply<None> destroy(Call.Change<Known> call) {
        known(call.store(), call.input(), call.now()).ifPresent(found -> secretIds.remove(call.store(), found));
        return Reply.nothing();
    }

    private Reply<None> destroyByAccessor(Call.Change<ByAccessor> call) {
        secretIds.remove(call.store(), byAccessor(call.store(), call.input(), call.now()));
        return Reply.nothing();
    }

    private Reply<None> tidy(Call.Effect<Nothing> call) {
        long removed = 0;
        for (int some = TIDIED_AT_ONCE; some == TIDIED_AT_ONCE; removed += some) {
            some = call.storage().<Integer>write(store -> secretIds.sweep(store, call.now(), TIDIED_AT_ONCE));
        }
        return Reply.<None>nothing().status(202).warn("Tidy operation finished; secret IDs removed: " + removed);
    }
}
