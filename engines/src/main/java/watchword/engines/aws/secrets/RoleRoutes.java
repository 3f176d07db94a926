package watchword.engines.aws.secrets;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.EngineContext;
import watchword.sdk.JsonCodec;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Route;
import watchword.sdk.Storage;
import watchword.sdk.Table;

/** What may be asked for. */
final class RoleRoutes {
    private static final Pattern NAME = Pattern.compile("[\\w@](?:[\\w.@-]*[\\w@])?");
    private static final int LONGEST_NAME = 128;
    /** IAM's bound for what a role may have inline, the largest of its bounds. */
    private static final int LONGEST_POLICY = 10_240;

    private final Table<Role> roles;
    private final JsonCodec json;

    RoleRoutes(EngineContext context) {
        this.roles = context.table("role", Role.class);
        this.json = context.json();
    }

    record Named(@Doc("Name of the role.") String name) {}

    record Given(
            @Doc("Name of the role.") String name,
            @Doc("What is made: `iam_user` for a user that is deleted at the lease's end; sessions that end by themselves: `assumed_role`, `federation_token`, `session_token`.") Optional<String> credentialType,
            @Doc("Roles that may be assumed, by ARN.") Optional<List<String>> roleArns,
            @Doc("ARNs of policies: a user has them; a session may do no more than they allow.") Optional<List<String>> policyArns,
            @Doc("A policy as JSON, besides or instead.") Optional<String> policyDocument,
            @Doc("Groups: a user is put into them; a session may do no more than their policies and these allow together.") Optional<List<String>> iamGroups,
            @Doc("Tags of users that are made.") Optional<Map<String, String>> iamTags,
            @Doc("Tags of sessions of an assumed role.") Optional<Map<String, String>> sessionTags,
            @Doc("How long a session lasts when nothing is asked; an hour when not given.") Optional<Duration> defaultStsTtl,
            @Doc("How long a session lasts at most.") Optional<Duration> maxStsTtl,
            @Doc("Path of users that are made.") Optional<String> userPath,
            @Doc("ARN of a policy that bounds what users that are made may ever be allowed.") Optional<String> permissionsBoundaryArn,
            @Doc("What whoever owns the roles wants to be told when one is assumed.") Optional<String> externalId,
            @Doc("Device whose code is needed for a session token.") Optional<String> mfaSerialNumber,
            @Doc("Older form of role_arns or policy_arns.") String arn,
            @Doc("Older form of policy_document.") String policy) {

        boolean isOlder() {
            return !arn.isEmpty() || !policy.isEmpty();
        }

        /** The older form stands alone, so that nobody takes it for part of the newer. */
        void requireOneForm() {
            if (!isOlder()) return;
            if (!arn.isEmpty() && !policy.isEmpty()) throw new Problem.Invalid("only one of policy or arn should be provided").asException();
            if (credentialType.isPresent()) throw mixed("an explicit credential_type");
            var others = Map.of("role_arns", roleArns, "policy_arns", policyArns, "policy_document", policyDocument, "default_sts_ttl", defaultStsTtl, "max_sts_ttl", maxStsTtl, "user_path", userPath,
                    "permissions_boundary_arn", permissionsBoundaryArn);
            others.entrySet().stream().filter(each -> each.getValue().isPresent()).map(Map.Entry::getKey).sorted().findFirst().ifPresent(field -> {
                throw mixed(field);
            });
        }

        private static RuntimeException mixed(String with) {
            return new Problem.Invalid("cannot supply deprecated role or policy parameters with " + with).asException();
        }
    }

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("roles", Page.class, Page.Keys.class, call -> call.input().of(roles, call.store()), "List the roles."),
                Route.read("roles/{name}", Named.class, Role.Shown.class, call -> Reply.of(find(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException()).shown()), "Read a role."),
                Route.write("roles/{name}", Given.class, None.class, this::write, "Create a role, or change what is sent of it."),
                Route.delete("roles/{name}", Named.class, None.class, this::delete, "Delete a role. What was made by it lives until its lease ends."));
    }

    static void requireName(String name) {
        if (name.length() > LONGEST_NAME || !NAME.matcher(name).matches()) throw Problem.NotFound.unsupportedPath().asException();
    }

    Optional<Role> find(Storage.Reader store, String name) {
        return roles.get(store, name);
    }

    private Reply<None> write(Call.Change<Given> call) {
        var in = call.input();
        requireName(in.name());
        in.requireOneForm();
        var before = find(call.store(), in.name()).orElse(Role.NONE);
        var after = in.isOlder() ? older(in) : merged(in, before);
        after.check();
        roles.put(call.store(), in.name(), after);
        var reply = Reply.<None>nothing();
        return in.isOlder() ? reply.warn("Detected use of legacy role or policy parameter. Please upgrade to use the new parameters.") : reply;
    }

    private Role merged(Given in, Role before) {
        return new Role(in.credentialType().map(List::of).orElse(before.credentialTypes()), in.roleArns().or(before::roleArns), in.policyArns().or(before::policyArns),
                in.policyDocument().map(text -> text.isEmpty() ? "" : document(text, "cannot parse policy document: it is no JSON object")).orElse(before.policyDocument()), in.iamGroups().or(before::iamGroups), in.iamTags().or(before::iamTags),
                in.sessionTags().or(before::sessionTags), in.defaultStsTtl().orElse(before.defaultStsTtl()), in.maxStsTtl().orElse(before.maxStsTtl()), in.userPath().orElse(before.userPath()),
                in.permissionsBoundaryArn().orElse(before.permissionsBoundaryArn()), in.externalId().orElse(before.externalId()), in.mfaSerialNumber().orElse(before.mfaSerialNumber()), false);
    }

    /** What the older form meant: the ARN of a role or a policy, or a policy for users and federated sessions alike. */
    private Role older(Given in) {
        var none = Role.NONE;
        if (in.arn().startsWith("arn:") || in.policy().startsWith("arn:")) {
            var arn = in.arn().isEmpty() ? in.policy() : in.arn();
            var resource = arn.substring(arn.lastIndexOf(':') + 1);
            if (resource.startsWith("role/")) return form(List.of(Role.ASSUMED_ROLE), Optional.of(List.of(arn)), none.policyArns(), "");
            if (resource.startsWith("policy/")) return form(List.of(Role.IAM_USER), none.roleArns(), Optional.of(List.of(arn)), "");
            throw new Problem.Invalid("unable to parse supplied data: neither the ARN of a role nor of a policy").asException();
        }
        var document = document(in.arn().isEmpty() ? in.policy() : in.arn(), "unable to parse supplied data: neither an ARN nor a JSON object");
        return form(List.of(Role.IAM_USER, Role.FEDERATION_TOKEN), none.roleArns(), none.policyArns(), document);
    }

    private static Role form(List<String> types, Optional<List<String>> roleArns, Optional<List<String>> policyArns, String document) {
        var none = Role.NONE;
        return new Role(types, roleArns, policyArns, document, none.iamGroups(), none.iamTags(), none.sessionTags(), none.defaultStsTtl(), none.maxStsTtl(), none.userPath(), none.permissionsBoundaryArn(),
                none.externalId(), none.mfaSerialNumber(), true);
    }

    /** Without the space between its parts. */
    private String document(String text, String unreadable) {
        if (text.length() > LONGEST_POLICY) throw new Problem.Invalid("policy_document", "has more than " + LONGEST_POLICY + " characters").asException();
        return json.read(text.getBytes(StandardCharsets.UTF_8)).filter(Map.class::isInstance).map(tree -> new String(json.write(tree), StandardCharsets.UTF_8))
                .orElseThrow(() -> new Problem.Invalid(unreadable).asException());
    }

    private Reply<None> delete(Call.Change<Named> call) {
        roles.delete(call.store(), call.input().name());
        return Reply.nothing();
    }
}
