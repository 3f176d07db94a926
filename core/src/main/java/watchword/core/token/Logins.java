package watchword.core.token;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import watchword.core.mount.MountEntry;
import watchword.core.mount.Mounts;
import watchword.core.request.Request;
import watchword.core.run.Runs;
import watchword.sdk.Cidrs;
import watchword.sdk.Peer;
import watchword.sdk.Policies;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Secret;
import watchword.sdk.Storage;
import watchword.sdk.TokenTerms;

/** Makes the token of a login that an auth method has accepted, within the bounds of its mount. */
public final class Logins {
    private static final String FACTORS_HEADER = "x-vault-mfa";
    private static final Problem NO_SECOND_STEP = new Problem.Invalid(
            "unable to perform inline authentication with login MFA; use the X-Vault-MFA header to specify MFA information on the inline auth request");

    private final Tokens tokens;
    private final Mounts mounts;
    private final Entities entities;
    private final FactorCheck factors;
    private final Runs runs;

    public Logins(Tokens tokens, Mounts mounts, Entities entities, FactorCheck factors, Runs runs) {
        this.runs = runs;
        this.tokens = tokens;
        this.mounts = mounts;
        this.entities = entities;
        this.factors = factors;
    }

    /** What a login comes to. */
    public sealed interface Outcome {
        /** @param auth for the client: a token, or what is still asked */
        record Told(Reply.Issued auth) implements Outcome {}

        /** No token, but what was noted of the try stays. */
        record Refused(Problem problem) implements Outcome {}
    }

    /**
     * How a login was asked for.
     *
     * @param role that the body named; empty for none
     * @param codes second factors that came along, see {@link FactorCheck}
     * @param onlyFor id of the one request that the token is to be good for; nothing of such a login is kept
     */
    public record Attempt(Peer peer, String path, String role, List<String> codes, Optional<String> onlyFor) {
        private static final int MOST_ROLE = 1024;

        /**
         * @param path with the names in it in their one form
         * @throws Problem.ProblemException for a role whose name is too long to be kept with every token
         */
        public static Attempt of(Request request, String path) {
            var role = request.body().get("role") instanceof String name ? name : "";
            if (role.length() > MOST_ROLE) throw new Problem.Invalid("role is longer than " + MOST_ROLE + " characters").asException();
            return new Attempt(request.peer(), path, role, request.headers().getOrDefault(FACTORS_HEADER, List.of()), request.loginFor());
        }
    }

    public Outcome login(Storage.Writer store, MountEntry mount, Attempt attempt, Reply.Login login, Instant now) {
        var entityId = entities.login(store, mount, login, now);
        if (factors.isAskedOfAnybody(store)) {
            switch (factors.judge(store, mount, attempt.path(), attempt.role(), entityId, login, attempt.codes(), now)) {
                case FactorCheck.Verdict.Good _ -> {}
                case FactorCheck.Verdict.Refused refused -> {
                    return new Outcome.Refused(refused.problem());
                }
                case FactorCheck.Verdict.Asked asked -> {
                    if (attempt.onlyFor().isPresent()) throw NO_SECOND_STEP.asException();
                    var row = row(mount, attempt, login, entityId, now);
                    return new Outcome.Told(tokens.issued(Secret.copyOf(""), "", row, List.of(), now).asking(asked.factors()));
                }
            }
        }
        return issue(store, mount, attempt, login, entityId, now);
    }

    /** The token of a login that has proven all that it had to. */
    public Outcome.Told issue(Storage.Writer store, MountEntry mount, Attempt attempt, Reply.Login login, String entityId, Instant now) {
        var row = row(mount, attempt, login, entityId, now);
        if (attempt.onlyFor().isPresent()) runs.requireOpen(store, row.run(), mount.uuid(), now);
        else if (!row.run().isEmpty()) runs.enter(store, row.run(), mount.uuid(), entityId, row.isBatch() ? row.expires() : Optional.empty(), now);
        var made = tokens.create(store, row);
        return new Outcome.Told(tokens.issued(made.token(), made.row().accessor(), row, Policies.withoutRoot(entities.policies(store, entityId)), now));
    }

    private TokenRow row(MountEntry mount, Attempt attempt, Reply.Login login, String entityId, Instant now) {
        var terms = login.terms();
        var names = new ArrayList<>(Policies.canonical(terms.tokenPolicies()));
        if (!terms.tokenNoDefaultPolicy() && !names.contains(Policies.DEFAULT)) names.add(Policies.DEFAULT);
        var max = shorter(terms.tokenMaxTtl(), mounts.maxTtl(mount));
        var ttl = terms.tokenPeriod().isPositive() ? terms.tokenPeriod() : shorter(terms.tokenTtl().isPositive() ? terms.tokenTtl() : mounts.defaultTtl(mount), max);
        if (terms.tokenExplicitMaxTtl().isPositive()) ttl = shorter(ttl, terms.tokenExplicitMaxTtl());
        var type = type(mount, terms);
        var from = new TokenRow.FromLogin(mount.uuid(), login.alias(), attempt.role(), login.handle());
        var row = new TokenRow(attempt.path(), Policies.canonical(names), login.metadata(), displayName(mount, login), terms.tokenNumUses(), terms.tokenNumUses(), now, ttl,
                terms.tokenExplicitMaxTtl(), terms.tokenPeriod(), "", entityId, boundCidrs(terms, attempt.peer()), type, type.equals(TokenRow.SERVICE),
                Optional.of(now.plus(ttl)), Optional.empty(), "", login.run(), Optional.of(from), "");
        return attempt.onlyFor().map(row::onlyFor).orElse(row);
    }

    private static List<String> boundCidrs(TokenTerms terms, Peer peer) {
        terms.requireFrom(peer.address());
        return terms.tokenStrictlyBindIp() ? List.of(peer.address()) : Cidrs.require(terms.tokenBoundCidrs());
    }

    private static String displayName(MountEntry mount, Reply.Login login) {
        var name = Mounts.shown(mount.path());
        return name.substring(0, name.length() - 1).replace('/', '-') + (login.displayName().isEmpty() ? "" : "-" + login.displayName());
    }

    /** What the mount insists on, else what the role says, else the mount's default. */
    private static String type(MountEntry mount, TokenTerms terms) {
        var byMount = mount.config().tokenType().orElse("default-service");
        return switch (byMount) {
            case TokenRow.SERVICE, TokenRow.BATCH -> byMount;
            default -> switch (terms.tokenType()) {
                case TokenRow.SERVICE, "default-service" -> TokenRow.SERVICE;
                case TokenRow.BATCH, "default-batch" -> TokenRow.BATCH;
                default -> byMount.equals("default-batch") ? TokenRow.BATCH : TokenRow.SERVICE;
            };
        };
    }

    private static Duration shorter(Duration asked, Duration bound) {
        return asked.isPositive() && asked.compareTo(bound) < 0 ? asked : bound;
    }

    /** The first token of a server, or one made with the quorum's consent: root, without an end. */
    public Tokens.Made rootToken(Storage.Writer store, Optional<Secret> chosen, Instant now) {
        var row = new TokenRow("auth/token/root", List.of("root"), java.util.Map.of(), "root", 0, 0, now, Duration.ZERO, Duration.ZERO, Duration.ZERO, "",
                "", List.of(), TokenRow.SERVICE, false, Optional.empty(), Optional.empty(), "", "", Optional.empty(), "");
        return tokens.create(store, row, chosen);
    }
}
