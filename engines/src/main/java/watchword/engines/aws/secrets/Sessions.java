package watchword.engines.aws.secrets;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.engines.aws.Xml;
import watchword.sdk.JsonCodec;
import watchword.sdk.Problem;
import watchword.sdk.Secret;
import watchword.sdk.Tree;

/** Sessions of STS: they end by themselves, and nothing ends them before. */
final class Sessions {
    static final String KIND = "sts";

    private final Api api;
    private final JsonCodec json;

    Sessions(Api api, JsonCodec json) {
        this.api = api;
        this.json = json;
    }

    /** @param ttl how long it lasts, as STS says */
    record Made(String accessKey, Secret secretKey, Secret token, String arn, Duration ttl) {}

    Made assumed(Role role, String roleArn, String sessionName, Duration ttl, Instant now) {
        var narrowed = narrowed(role);
        var question = Question.sts("AssumeRole").with("RoleArn", roleArn).with("RoleSessionName", sessionName).with("DurationSeconds", String.valueOf(ttl.toSeconds()))
                .with("Policy", narrowed.document()).policies(narrowed.arns()).tags(role.sessionTags().orElse(Map.of())).with("ExternalId", role.externalId());
        return made(api.ask("Error assuming role", question), "AssumeRoleResult", "/AssumedRoleUser/Arn", ttl, now);
    }

    /** Without a policy it could do all that the mount's own user can, so there must be one. */
    Made federated(Role role, String name, Duration ttl, Instant now) {
        var narrowed = narrowed(role);
        if (narrowed.document().isEmpty() && narrowed.arns().isEmpty()) {
            throw new Problem.Invalid("must specify at least one of policy_arns or policy_document with " + Role.FEDERATION_TOKEN + " credential_type").asException();
        }
        var question = Question.sts("GetFederationToken").with("Name", name).with("DurationSeconds", String.valueOf(ttl.toSeconds())).with("Policy", narrowed.document()).policies(narrowed.arns());
        return made(api.ask("Error generating STS keys", question), "GetFederationTokenResult", "/FederatedUser/Arn", ttl, now);
    }

    /** Of the mount's own user. */
    Made own(Role role, String code, Duration ttl, Instant now) {
        var question = Question.sts("GetSessionToken").with("DurationSeconds", String.valueOf(ttl.toSeconds()));
        if (!role.mfaSerialNumber().isEmpty()) question = question.with("SerialNumber", role.mfaSerialNumber()).with("TokenCode", code);
        return made(api.ask("Error generating STS keys", question), "GetSessionTokenResult", "/Arn", ttl, now);
    }

    private static Made made(Xml answer, String result, String arn, Duration asked, Instant now) {
        var credentials = result + "/Credentials/";
        return new Made(answer.text(credentials + "AccessKeyId"), Secret.copyOf(answer.text(credentials + "SecretAccessKey")), Secret.copyOf(answer.text(credentials + "SessionToken")), answer.text(result + arn),
                left(answer.text(credentials + "Expiration"), asked, now));
    }

    /** As STS says, but never longer than was asked, whatever its clock. */
    private static Duration left(String expiration, Duration asked, Instant now) {
        try {
            var left = Duration.between(now, Instant.parse(expiration));
            return left.isPositive() && left.compareTo(asked) < 0 ? left : asked;
        } catch (DateTimeException unreadable) {
            return asked;
        }
    }

    private record Narrowed(String document, List<String> arns) {}

    /** What a session is narrowed to: the role's policies and those of its groups, together. */
    private Narrowed narrowed(Role role) {
        var arns = new ArrayList<>(role.policies());
        var documents = new ArrayList<String>();
        for (var group : role.groups()) {
            var attached = api.ask("Error looking at the policies of a group", of(group, "ListAttachedGroupPolicies"));
            for (var member : attached.members("ListAttachedGroupPoliciesResult/AttachedPolicies")) arns.add(attached.text(member + "/PolicyArn"));
            var inline = api.ask("Error looking at the policies of a group", of(group, "ListGroupPolicies"));
            for (var member : inline.members("ListGroupPoliciesResult/PolicyNames")) documents.add(inline(group, inline.text(member)));
        }
        if (!role.groups().isEmpty() && documents.isEmpty() && arns.isEmpty()) {
            throw new Problem.Invalid("the groups of this role have no policies, so a session of it would be narrowed by nothing").asException();
        }
        if (documents.isEmpty()) return new Narrowed(role.policyDocument(), List.copyOf(arns));
        if (!role.policyDocument().isEmpty()) documents.add(role.policyDocument());
        return new Narrowed(together(documents), List.copyOf(arns));
    }

    private static Question of(String group, String action) {
        return Question.iam(action).with("GroupName", group);
    }

    private String inline(String group, String policy) {
        var told = api.ask("Error looking at the policies of a group", of(group, "GetGroupPolicy").with("PolicyName", policy));
        return URLDecoder.decode(told.text("GetGroupPolicyResult/PolicyDocument"), StandardCharsets.UTF_8);
    }

    private String together(List<String> documents) {
        var statements = new ArrayList<Object>();
        for (var document : documents) {
            var tree = json.read(document.getBytes(StandardCharsets.UTF_8)).orElseThrow(() -> new Problem.Upstream("a policy of a group is no JSON").asException());
            Tree.of(tree).get("Statement").ifPresent(statement -> {
                if (statement instanceof List<?> several) statements.addAll(several);
                else statements.add(statement);
            });
        }
        var all = new LinkedHashMap<String, Object>();
        all.put("Version", "2012-10-17");
        all.put("Statement", statements);
        return new String(json.write(all), StandardCharsets.UTF_8);
    }
}
