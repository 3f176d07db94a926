package watchword.engines.aws;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.Inline;
import watchword.sdk.Names;
import watchword.sdk.OlderTokenFields;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;
import watchword.sdk.Table;
import watchword.sdk.TokenFields;
import watchword.sdk.TokenTerms;

/** Who may log in as what. */
final class RoleRoutes {
    private static final int MAX_PRINCIPALS = 200;

    private final Table<Role> roles;
    private final SecureRandom random;
    private final ConfigRoutes configs;
    private final Aws aws;

    RoleRoutes(EngineContext context, ConfigRoutes configs, Aws aws) {
        this.roles = context.table("role", Role.class);
        this.random = context.random();
        this.configs = configs;
        this.aws = aws;
    }

    record Named(@Doc("Name of the role.") String role) {}

    record Given(
            @Doc("Name of the role.") String role,
            @Doc("How its clients prove who they are: `iam` alone.") Optional<String> authType,
            @Doc("Users and roles that may log in, by ARN; * at the end of one stands for any rest, but the account must be told.") Optional<List<String>> boundIamPrincipalArn,
            @Doc("Bind to what AWS has for each user or role for ever, which needs access_key; without it whoever gets the name later logs in too.") Optional<Boolean> resolveAwsUniqueIds,
            @Doc("Refused: nothing is inferred of EC2 instances.") String inferredEntityType,
            @Doc("Refused: nothing is inferred of EC2 instances.") String inferredAwsRegion,
            @Doc("Refused: bounds of EC2 logins.") List<String> boundAmiId,
            @Doc("Refused: bounds of EC2 logins.") List<String> boundAccountId,
            @Doc("Refused: bounds of EC2 logins.") List<String> boundRegion,
            @Doc("Refused: bounds of EC2 logins.") List<String> boundVpcId,
            @Doc("Refused: bounds of EC2 logins.") List<String> boundSubnetId,
            @Doc("Refused: bounds of EC2 logins.") List<String> boundIamRoleArn,
            @Doc("Refused: bounds of EC2 logins.") List<String> boundIamInstanceProfileArn,
            @Doc("Refused: bounds of EC2 logins.") List<String> boundEc2InstanceId,
            @Doc("Refused: bounds of EC2 logins.") String roleTag,
            @Inline TokenFields token,
            @Inline OlderTokenFields older) {

        /** A bound that is passed over would be one that does not hold. */
        void refuseWhatIsNotThere() {
            if (authType.filter(type -> !type.isEmpty() && !type.equals("iam")).isPresent()) throw new Problem.Invalid("auth_type must be iam: EC2 logins are not supported").asException();
            if (!inferredEntityType.isEmpty() || !inferredAwsRegion.isEmpty()) throw new Problem.Invalid("inferred_entity_type and inferred_aws_region are not supported: nothing is inferred of EC2 instances").asException();
            boolean bound = !boundAmiId.isEmpty() || !boundAccountId.isEmpty() || !boundRegion.isEmpty() || !boundVpcId.isEmpty() || !boundSubnetId.isEmpty() || !boundIamRoleArn.isEmpty()
                    || !boundIamInstanceProfileArn.isEmpty() || !boundEc2InstanceId.isEmpty() || !roleTag.isEmpty();
            if (bound) throw new Problem.Invalid("bounds of EC2 instances are not supported: bind to bound_iam_principal_arn").asException();
        }
    }

    record Shown(
            @Doc("`iam`.") String authType,
            @Doc("Always empty.") List<String> boundAccountId,
            @Doc("Always empty.") List<String> boundAmiId,
            @Doc("Always empty.") List<String> boundEc2InstanceId,
            @Doc("Always empty.") List<String> boundIamInstanceProfileArn,
            @Doc("Users and roles that may log in.") List<String> boundIamPrincipalArn,
            @Doc("What AWS has for them for ever.") List<String> boundIamPrincipalId,
            @Doc("Always empty.") List<String> boundIamRoleArn,
            @Doc("Always empty.") List<String> boundRegion,
            @Doc("Always empty.") List<String> boundSubnetId,
            @Doc("Always empty.") List<String> boundVpcId,
            @Doc("Always empty.") String inferredAwsRegion,
            @Doc("Always empty.") String inferredEntityType,
            @Doc("Whether it is bound to what AWS has for ever.") boolean resolveAwsUniqueIds,
            @Doc("What aliases are named by where that is the role.") String roleId,
            @Doc("Always empty.") String roleTag,
            @Inline TokenTerms terms,
            @Inline OlderTokenFields older) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("role", Page.class, Page.Keys.class, call -> call.input().of(roles, call.store()), "List the roles."),
                Route.list("roles", Page.class, Page.Keys.class, call -> call.input().of(roles, call.store()), "List the roles."),
                Route.read("role/{role}", Named.class, Shown.class, this::read, "Read a role."),
                Route.<Given, None>effect(Route.Operation.WRITE, "role/{role}", Given.class, None.class, this::write, "Create a role, or change what is sent of it.")
                        .existence(call -> find(call.store(), call.input().role()).isPresent()),
                Route.delete("role/{role}", Named.class, None.class, this::delete, "Delete a role."));
    }

    Optional<Role> find(Storage.Reader store, String name) {
        return roles.get(store, Names.canonical(name));
    }

    private Reply<Shown> read(Call.Read<Named> call) {
        var role = find(call.store(), call.input().role()).orElseThrow(() -> new Problem.NotFound().asException());
        return Reply.of(new Shown("iam", List.of(), List.of(), List.of(), List.of(), role.boundIamPrincipalArn(), role.boundIamPrincipalId(), List.of(), List.of(), List.of(), List.of(), "", "",
                role.resolveAwsUniqueIds(), role.roleId(), "", role.terms(), OlderTokenFields.shown(role.terms(), role.olderNames())));
    }

    private record Before(Role role, ClientConfig config) {}

    private Reply<None> write(Call.Effect<Given> call) {
        var in = call.input();
        in.refuseWhatIsNotThere();
        var before = call.storage().<Before>read(store -> new Before(find(store, in.role()).orElseGet(this::fresh), configs.client(store)));
        var arns = in.boundIamPrincipalArn().orElse(before.role().boundIamPrincipalArn());
        boolean resolve = in.resolveAwsUniqueIds().orElse(before.role().resolveAwsUniqueIds());
        requirePrincipals(arns);
        boolean same = arns.equals(before.role().boundIamPrincipalArn()) && resolve == before.role().resolveAwsUniqueIds();
        var ids = same ? before.role().boundIamPrincipalId() : resolve ? resolve(arns, before.config(), call) : List.<String>of();
        call.storage().update(store -> {
            var now = find(store, in.role()).orElse(before.role());
            roles.put(store, Names.canonical(in.role()), new Role(arns, ids, resolve, now.roleId(), in.older().over(in.token(), now.terms()), in.older().used(in.token(), now.olderNames())));
        });
        return Reply.nothing();
    }

    private Role fresh() {
        var id = new byte[16];
        random.nextBytes(id);
        var hex = HexFormat.of().formatHex(id);
        return new Role(List.of(), List.of(), true, String.join("-", hex.substring(0, 8), hex.substring(8, 12), hex.substring(12, 16), hex.substring(16, 20), hex.substring(20)), TokenTerms.NONE, List.of());
    }

    private static void requirePrincipals(List<String> arns) {
        if (arns.isEmpty()) throw new Problem.Invalid("at least one bound parameter should be specified on the role: bound_iam_principal_arn").asException();
        if (arns.size() > MAX_PRINCIPALS) throw new Problem.Invalid("bound_iam_principal_arn", "at most " + MAX_PRINCIPALS).asException();
        if (!arns.stream().allMatch(arn -> Role.isOne(arn) || Role.isSeveral(arn))) {
            throw new Problem.Invalid("bound_iam_principal_arn", "must be ARNs of users or roles with their account, such as arn:aws:iam::123456789012:role/trainer; * may end one").asException();
        }
    }

    private List<String> resolve(List<String> arns, ClientConfig config, Call<Given> call) {
        var ids = new ArrayList<String>();
        for (var arn : arns) {
            if (Role.isOne(arn)) {
                ids.add(aws.uniqueId(arn, config, call.now()).orElseThrow(() -> new Problem.Invalid(
                        "unable to resolve bound_iam_principal_arn to what AWS has for it for ever: set access_key and secret_key in config/client, or resolve_aws_unique_ids=false").asException()));
            }
        }
        return List.copyOf(ids);
    }

    private Reply<None> delete(Call.Change<Named> call) {
        roles.delete(call.store(), Names.canonical(call.input().role()));
        return Reply.nothing();
    }
}
