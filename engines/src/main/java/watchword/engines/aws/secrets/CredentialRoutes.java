package watchword.engines.aws.secrets;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.JsonCodec;
import watchword.sdk.OrNull;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.Term.Leased;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Secret;

/** Credentials for whoever asks: a user, or a session. */
final class CredentialRoutes {
    private static final Duration USUAL = Duration.ofHours(1);
    private static final int MARK_BYTES = 16;

    private final RootRoutes root;
    private final RoleRoutes roles;
    private final SecureRandom random;
    private final JsonCodec json;

    CredentialRoutes(EngineContext context, RootRoutes root, RoleRoutes roles) {
        this.root = root;
        this.roles = roles;
        this.random = context.random();
        this.json = context.json();
    }

    record Wanted(
            @Doc("Name of the role.") String name,
            @Doc("Which of the role's role_arns to assume, when there are several.") String roleArn,
            @Doc("Name of the session of an assumed role, shown in AWS's log; made of who asks when not given.") String roleSessionName,
            @Doc("How long a session lasts.") Optional<Duration> ttl,
            @Doc("Code of the role's device, for a session token.") String mfaCode) {}

    record Made(
            @Doc("The access key.") String accessKey,
            @Doc("Who it is at AWS, for an assumed role.") Optional<String> arn,
            @Doc("Its secret.") Secret secretKey,
            @Doc("The session's token, that goes with the keys; null for a user.") @OrNull Optional<Secret> securityToken,
            @Doc("The same, by the name that AWS's own tools have for it.") @OrNull Optional<Secret> sessionToken,
            @Doc("Seconds that a session lasts.") Optional<Long> ttl) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.issueOutside("creds/{name}", Wanted.class, Made.class, call -> make(call, false), "Get credentials by a role."),
                Route.effect(Operation.WRITE, "creds/{name}", Wanted.class, Made.class, call -> make(call, false), "Get credentials by a role, with parameters.").with(Trait.GIVES_LEASE),
                Route.issueOutside("sts/{name}", Wanted.class, Made.class, call -> make(call, true), "Get a session by a role."),
                Route.effect(Operation.WRITE, "sts/{name}", Wanted.class, Made.class, call -> make(call, true), "Get a session by a role, with parameters.").with(Trait.GIVES_LEASE));
    }

    private record Scene(Role role, RootConfig config, Api api, RootRoutes.Lease lease) {}

    private Reply<Made> make(Call.Effect<Wanted> call, boolean bySts) {
        var name = call.input().name();
        var role = call.storage().<Optional<Role>>read(store -> roles.find(store, name)).orElseThrow(() -> new Problem.Invalid("Role \"" + name + "\" not found").asException());
        var type = type(role, bySts);
        var scene = call.storage().<Scene>read(store -> new Scene(role, root.config(store), root.api(store), root.lease(store)));
        return type.equals(Role.IAM_USER) ? user(call, scene) : session(call, scene, type);
    }

    /** Roles of the older form are for one path, which tells what is meant where they could mean two things. */
    private static String type(Role role, boolean bySts) {
        var type = role.credentialTypes().size() == 1 ? role.credentialTypes().getFirst() : bySts ? Role.FEDERATION_TOKEN : Role.IAM_USER;
        if (role.older() && type.equals(Role.IAM_USER) == bySts) {
            throw new Problem.Invalid("attempted to retrieve " + type + " credentials through the " + (bySts ? "sts" : "creds") + " path; this is not allowed for legacy roles").asException();
        }
        return type;
    }

    private Reply<Made> user(Call.Effect<Wanted> call, Scene scene) {
        var mark = new byte[MARK_BYTES];
        random.nextBytes(mark);
        var name = Names.of(scene.config(), call.caller().displayName(), call.input().name(), call.now(), random);
        var lease = Users.lease(name, HexFormat.of().formatHex(mark), call.now());
        call.announce(lease);
        var key = Users.make(scene.api(), lease, call.input().name(), scene.role());
        return Reply.of(new Made(key.id(), Optional.empty(), key.secret(), Optional.empty(), Optional.empty(), Optional.empty())).until(new Leased(scene.lease().lease(), scene.lease().leaseMax(), true, lease));
    }

    private Reply<Made> session(Call.Effect<Wanted> call, Scene scene, String type) {
        var in = call.input();
        var role = scene.role();
        var sessions = new Sessions(scene.api(), json);
        var ttl = ttl(call, role);
        return switch (type) {
            case Role.ASSUMED_ROLE -> {
                var arn = roleArn(in, role);
                var name = in.roleSessionName().isEmpty() ? Names.of(scene.config(), call.caller().displayName(), in.name(), call.now(), random) : Names.asked(in.roleSessionName());
                var made = sessions.assumed(role, arn, name, ttl, call.now());
                yield leased(made, Optional.of(made.arn()), Map.of("session", name, "role", arn, "access_key", made.accessKey(), "arn", made.arn()));
            }
            case Role.FEDERATION_TOKEN -> {
                var name = Names.ofFederated(scene.config(), call.now(), random);
                var made = sessions.federated(role, name, ttl, call.now());
                yield leased(made, Optional.empty(), Map.of("session", name, "access_key", made.accessKey(), "arn", made.arn()));
            }
            default -> {
                if (!role.mfaSerialNumber().isEmpty() && in.mfaCode().isEmpty()) throw new Problem.Invalid("mfa_code is needed: the role has an mfa_serial_number").asException();
                var made = sessions.own(role, in.mfaCode(), ttl, call.now());
                yield leased(made, Optional.empty(), Map.of("access_key", made.accessKey()));
            }
        };
    }

    private static Reply<Made> leased(Sessions.Made made, Optional<String> arn, Map<String, String> handle) {
        var shown = new Made(made.accessKey(), arn, made.secretKey(), Optional.of(made.token()), Optional.of(made.token()), Optional.of(made.ttl().toSeconds()));
        return Reply.of(shown).until(new Leased(made.ttl(), made.ttl(), false, new Reply.Revocation(Sessions.KIND, handle)));
    }

    private static Duration ttl(Call.Effect<Wanted> call, Role role) {
        var wanted = call.input().ttl().orElse(role.defaultStsTtl().isPositive() ? role.defaultStsTtl() : USUAL);
        var most = role.maxStsTtl().isPositive() ? role.maxStsTtl() : call.ask().mount().maxTtl();
        if (!wanted.isPositive()) throw new Problem.Invalid("ttl", "must be more than 0").asException();
        return wanted.compareTo(most) > 0 ? most : wanted;
    }

    private static String roleArn(Wanted in, Role role) {
        var allowed = role.roleArns().orElse(List.of());
        if (!in.roleArn().isEmpty()) {
            if (!allowed.contains(in.roleArn())) throw new Problem.Invalid("role_arn \"" + in.roleArn() + "\" not in allowed role arns for Vault role \"" + in.name() + "\"").asException();
            return in.roleArn();
        }
        if (allowed.size() != 1) throw new Problem.Invalid("did not supply a role_arn parameter and unable to determine one").asException();
        return allowed.getFirst();
    }
}
