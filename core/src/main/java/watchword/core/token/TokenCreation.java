package watchword.core.token;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.core.mount.Mounts;
import watchword.core.namespace.Namespace;
import watchword.core.namespace.NamespaceStore;
import watchword.core.policy.Authority;
import watchword.sdk.Glob;
import watchword.sdk.Ask;
import watchword.sdk.Cidrs;
import watchword.sdk.Doc;
import watchword.sdk.Policies;
import watchword.sdk.Problem;
import watchword.sdk.Reply.None;
import watchword.sdk.Reply;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.TokenTerms;

/** The rules of {@code auth/token/create}: a child never exceeds its parent, unless the parent may use sudo there. */
public final class TokenCreation {
    private static final String MOUNT = "auth/token/";

    private final Tokens tokens;
    private final TokenRoles roles;
    private final Mounts mounts;
    private final Authority authority;
    private final Entities entities;

    public TokenCreation(Tokens tokens, TokenRoles roles, Mounts mounts, Authority authority, Entities entities) {
        this.tokens = tokens;
        this.roles = roles;
        this.mounts = mounts;
        this.authority = authority;
        this.entities = entities;
    }

    /** What a caller may say of the token it wants. */
    record Wanted(
            @Doc("Role whose rules apply.") String roleName,
            @Doc("Text of the token; needs sudo. Random when not given.") Secret id,
            @Doc("Policies; those of the parent when not given.") Optional<List<String>> policies,
            @Doc("Metadata, shown in look-ups and audit.") Map<String, String> meta,
            @Doc("Make it an orphan; needs sudo.") boolean noParent,
            @Doc("Leave the default policy out.") boolean noDefaultPolicy,
            @Doc("Whether it can be renewed.") Optional<Boolean> renewable,
            @Doc("Lifetime, older name.") String lease,
            @Doc("Lifetime, as in 1h.") String ttl,
            @Doc("Lifetime that no renewal exceeds.") String explicitMaxTtl,
            @Doc("Name shown in look-ups and audit.") String displayName,
            @Doc("How many requests it is good for; 0 for any number.") long numUses,
            @Doc("Makes it periodic: each renewal gives this much; needs sudo.") String period,
            @Doc("service or batch.") String type,
            @Doc("Alias of the entity it shall act for; the role must allow it.") String entityAlias) {}

    Reply<None> create(Storage.Writer store, Wanted wanted, TokenCaller parent, Ask ask, boolean orphan) {
        requireParent(parent, wanted);
        boolean outside = !parent.namespaceId().equals(NamespaceStore.idOf(store));
        if (outside) requireFromOutside(parent, wanted);
        var role = wanted.roleName().isEmpty() ? Optional.<TokenRoles.Row>empty()
                : Optional.of(roles.find(store, wanted.roleName())
                        .orElseThrow(() -> new Problem.Invalid("unknown role " + wanted.roleName()).asException()));
        var warnings = new ArrayList<String>();
        boolean givenOrphan = orphan || role.map(TokenRoles.Row::orphan).orElse(false);
        boolean asOrphan = givenOrphan || wanted.noParent();
        if (asOrphan && !givenOrphan && !parent.sudo()) throw invalid("root or sudo privileges required to create orphan token");
        if (wanted.id().size() > 0) requireCustomId(wanted, parent);
        var type = type(wanted, role);
        var policies = policies(wanted, parent, role, outside);
        policies.stream().filter(name -> !authority.exists(store, name)).forEach(name -> warnings.add("Policy \"" + name + "\" does not exist"));
        var terms = new Terms(wanted, role, parent, policies, warnings);
        if (type.equals(TokenRow.BATCH)) terms.requireBatchable();
        var entityId = wanted.entityAlias().isEmpty() ? asOrphan || outside ? "" : parent.entityId() : entityOf(store, wanted.entityAlias(), role, ask.now());
        var path = "auth/token/" + ask.path();
        var row = new TokenRow(role.map(r -> r.pathSuffix().isEmpty() ? path : path + "/" + r.pathSuffix()).orElse(path), policies, wanted.meta(),
                displayName(wanted), terms.uses, terms.uses, ask.now(), terms.ttl, terms.explicitMax, terms.period,
                asOrphan ? "" : parent.tokenKey(), entityId, boundCidrs(parent, role), type,
                type.equals(TokenRow.SERVICE) && terms.renewable, terms.ttl.isZero() ? Optional.empty() : Optional.of(ask.now().plus(terms.ttl)), Optional.empty(),
                wanted.roleName(), Optional.empty(), "");
        var made = tokens.create(store, row, wanted.id().size() > 0 ? Optional.of(wanted.id()) : Optional.empty());
        return Reply.<None>auth(tokens.issued(made.token(), made.row().accessor(), row, entities.policies(store, entityId), ask.now())).warn(warnings);
    }

    private static void requireParent(TokenCaller parent, Wanted wanted) {
        if (parent.row().isBatch()) throw invalid("batch tokens cannot create more tokens");
        if (parent.row().uses() > 0) throw invalid("restricted use token cannot generate child tokens");
        if (wanted.numUses() < 0) throw invalid("number of uses cannot be negative");
    }

    /** Who is known by an alias on the mount of tokens, if the role lets it be named; made when there is nobody. */
    private String entityOf(Storage.Writer store, String alias, Optional<TokenRoles.Row> role, Instant now) {
        var rules = role.orElseThrow(() -> invalid("'entity_alias' is only allowed in combination with token role"));
        if (rules.allowedEntityAliases().stream().noneMatch(allowed -> Glob.matches(allowed, alias))) throw invalid("invalid 'entity_alias' value");
        return entities.login(store, mounts.at(store, MOUNT).orElseThrow(), Reply.Login.of(alias, TokenTerms.NONE), now);
    }

    /** Policies of the same name are others there, so that only who may use sudo can say what a token of a namespace below may do. */
    private static void requireFromOutside(TokenCaller parent, Wanted wanted) {
        if (!parent.sudo()) throw invalid("root or sudo privileges required to directly generate a token in a child namespace");
        if (wanted.id().size() > 0) throw invalid("token IDs can only be manually specified in the root namespace");
    }

    private static void requireCustomId(Wanted wanted, TokenCaller parent) {
        if (!parent.sudo()) throw invalid("root or sudo privileges required to specify token id");
        if (!parent.namespaceId().equals(Namespace.ROOT_ID)) throw invalid("token IDs can only be manually specified in the root namespace");
        var id = wanted.id().reveal();
        if (id.startsWith(TokenText.SERVICE_PREFIX) || id.startsWith("s.") || id.startsWith(TokenText.BATCH_PREFIX) || id.startsWith("b.")) {
            throw invalid("custom token ID cannot have the '" + id.substring(0, id.indexOf('.') + 1) + "' prefix");
        }
        if (id.contains(".") || id.length() > 256 || !id.chars().allMatch(c -> c > 0x20 && c < 0x7f)) throw invalid("custom token ID has a character that is not allowed");
    }

    private static String type(Wanted wanted, Optional<TokenRoles.Row> role) {
        var byRole = role.map(TokenRoles.Row::tokenType).orElse("default-service");
        return switch (byRole) {
            case "service", "batch" -> byRole;
            default -> switch (wanted.type()) {
                case "" -> byRole.equals("default-batch") ? TokenRow.BATCH : TokenRow.SERVICE;
                case "service", "batch" -> wanted.type();
                default -> throw invalid("invalid 'token_type' value");
            };
        };
    }

    private List<String> policies(Wanted wanted, TokenCaller parent, Optional<TokenRoles.Row> role, boolean outside) {
        boolean parentIsRoot = parent.row().isRoot();
        var asked = Policies.canonicalWithRoot(wanted.policies().orElse(List.of()));
        var inherited = outside && !parentIsRoot ? List.<String>of() : parent.row().policies();
        var names = new ArrayList<>(role.isPresent() ? roles.policies(role.get(), asked, inherited, parent) : asked);
        if (names.isEmpty() && role.isEmpty()) names.addAll(inherited);
        if (role.isEmpty() && !parent.sudo() && !Policies.exceeding(names, parent.policies()).isEmpty()) {
            throw invalid("child policies must be subset of parent");
        }
        if (names.contains("root") && outside) throw invalid("root tokens may not be created from a parent namespace");
        if (names.contains("root") && !parentIsRoot) throw invalid("root tokens may not be created without parent token being root");
        boolean roleRefuses = role.map(r -> r.tokenNoDefaultPolicy() || TokenRoles.disallows(r, "default")).orElse(false);
        boolean wantsDefault = !wanted.noDefaultPolicy() && !roleRefuses && !names.contains("root");
        boolean mayDefault = parent.sudo() || role.isPresent() || parent.policies().contains("default");
        if (wantsDefault && mayDefault && !names.contains("default")) names.add("default");
        return Policies.canonicalWithRoot(names);
    }

    /** A child inherits its parent's bounds; a role may only narrow them. */
    private static List<String> boundCidrs(TokenCaller parent, Optional<TokenRoles.Row> role) {
        var own = role.map(TokenRoles.Row::tokenBoundCidrs).orElse(List.of());
        if (own.isEmpty()) return parent.row().boundCidrs();
        var within = own.stream().filter(block -> Cidrs.isWithin(block, parent.row().boundCidrs())).toList();
        if (within.isEmpty()) throw new Problem.Denied().asException();
        return within;
    }

    private static String displayName(Wanted wanted) {
        if (wanted.displayName().isEmpty()) return "token";
        var cleaned = "token-" + wanted.displayName().replaceAll("[^a-zA-Z0-9-]+", "-");
        return cleaned.endsWith("-") ? cleaned.substring(0, cleaned.length() - 1) : cleaned;
    }

    private static Problem.ProblemException invalid(String message) {
        return new Problem.Invalid(message).asException();
    }

    /** How long a token lives, out of what was asked, what its role says and what the server allows. */
    private final class Terms {
        final Duration ttl;
        final Duration explicitMax;
        final Duration period;
        /** 0 for any number. */
        final long uses;
        final boolean renewable;
        private final Wanted wanted;
        private final boolean root;

        Terms(Wanted wanted, Optional<TokenRoles.Row> role, TokenCaller parent, List<String> policies, List<String> warnings) {
            this.wanted = wanted;
            this.root = policies.contains("root");
            this.period = period(role, parent);
            this.explicitMax = explicitMax(role, warnings);
            this.ttl = ttl(parent, warnings);
            long mostUses = role.map(TokenRoles.Row::tokenNumUses).orElse(0L);
            this.uses = mostUses > 0 && (wanted.numUses() == 0 || wanted.numUses() > mostUses) ? mostUses : wanted.numUses();
            this.renewable = wanted.renewable().orElse(true) && role.map(TokenRoles.Row::renewable).orElse(true) && !ttl.isZero();
        }

        private Duration period(Optional<TokenRoles.Row> role, TokenCaller parent) {
            var asked = TokenRoutes.duration(wanted.period());
            if (asked.isPositive() && !parent.sudo()) throw invalid("root or sudo privileges required to create periodic token");
            var byRole = role.map(TokenRoles.Row::period).orElse(Duration.ZERO);
            var period = byRole.isPositive() ? byRole : asked;
            return period.compareTo(mounts.systemMaxTtl()) > 0 ? mounts.systemMaxTtl() : period;
        }

        private Duration explicitMax(Optional<TokenRoles.Row> role, List<String> warnings) {
            var asked = TokenRoutes.duration(wanted.explicitMaxTtl());
            var byRole = role.map(TokenRoles.Row::tokenExplicitMaxTtl).orElse(Duration.ZERO);
            var max = asked.isZero() || (byRole.isPositive() && byRole.compareTo(asked) < 0) ? byRole : asked;
            if (max.compareTo(mounts.systemMaxTtl()) > 0 && !period.isPositive()) {
                warnings.add("Explicit max TTL of \"" + max.toSeconds() + "\" exceeded the effective max_ttl; value is capped accordingly");
                return mounts.systemMaxTtl();
            }
            return max;
        }

        private Duration ttl(TokenCaller parent, List<String> warnings) {
            var asked = TokenRoutes.duration(wanted.ttl().isEmpty() ? wanted.lease() : wanted.ttl());
            if (root && asked.isZero() && period.isZero() && explicitMax.isZero()) {
                if (parent.row().expires().isPresent()) throw invalid("expiring root tokens cannot create non-expiring root tokens");
                return Duration.ZERO;
            }
            var ttl = period.isPositive() ? period : asked.isPositive() ? asked : mounts.systemDefaultTtl();
            if (!period.isPositive()) ttl = capped(ttl, mounts.systemMaxTtl(), warnings);
            if (explicitMax.isPositive()) ttl = capped(ttl, explicitMax, warnings);
            return ttl;
        }

        private static Duration capped(Duration ttl, Duration max, List<String> warnings) {
            if (ttl.compareTo(max) <= 0) return ttl;
            warnings.add("TTL of \"" + watchword.core.wire.Durations.format(ttl) + "\" exceeded the effective max_ttl of \""
                    + watchword.core.wire.Durations.format(max) + "\"; TTL value is capped accordingly");
            return max;
        }

        void requireBatchable() {
            if (root) throw invalid("batch tokens cannot be root tokens");
            if (uses > 0) throw invalid("batch tokens cannot have \"num_uses\" set");
            if (period.isPositive()) throw invalid("batch tokens cannot be periodic");
            if (wanted.id().size() > 0) throw invalid("batch tokens cannot have a custom ID");
            if (explicitMax.isPositive()) throw invalid("batch tokens cannot have \"explicit_max_ttl\" set");
        }
    }
}
