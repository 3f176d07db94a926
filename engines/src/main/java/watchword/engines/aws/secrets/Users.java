package watchword.engines.aws.secrets;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import watchword.engines.aws.Xml;
import watchword.engines.aws.secrets.Api.Said;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Secret;

/**
 * Users that are made for one lease and deleted at its end. Each has a tag with a mark that is in its lease alone, so that a user of the
 * same name that somebody else made is never touched.
 */
final class Users {
    static final String KIND = "iam_user";
    /** The tag's key. */
    static final String MARK = "watchword-lease";
    /** IAM may still say that there is no such user for so long after it was made. */
    static final Duration SETTLED = Duration.ofMinutes(5);
    private static final String ALL = "1000";

    private Users() {}

    /** What a user's lease has to know. */
    static Reply.Revocation lease(String name, String mark, Instant now) {
        return new Reply.Revocation(KIND, Map.of("user", name, "mark", mark, "made", now.toString()));
    }

    record Key(String id, Secret secret) {}

    /** Makes one that was announced. @throws Problem.ProblemException when AWS refuses any of it; part of it may be there */
    static Key make(Api api, Reply.Revocation lease, String roleName, Role role) {
        var name = lease.handle().getOrDefault("user", "");
        var tags = new LinkedHashMap<>(role.iamTags().orElse(Map.of()));
        tags.put(MARK, lease.handle().getOrDefault("mark", ""));
        api.ask("Error creating IAM user", Question.iam("CreateUser").with("UserName", name).with("Path", role.userPath().isEmpty() ? "/" : role.userPath())
                .with("PermissionsBoundary", role.permissionsBoundaryArn()).tags(tags));
        for (var arn : role.policies()) api.ask("Error attaching user policy", Question.iam("AttachUserPolicy").with("UserName", name).with("PolicyArn", arn));
        if (!role.policyDocument().isEmpty()) {
            api.ask("Error putting user policy", Question.iam("PutUserPolicy").with("UserName", name).with("PolicyName", roleName).with("PolicyDocument", role.policyDocument()));
        }
        for (var group : role.groups()) api.ask("Error adding user to group", Question.iam("AddUserToGroup").with("UserName", name).with("GroupName", group));
        var made = api.ask("Error creating access keys", Question.iam("CreateAccessKey").with("UserName", name));
        return new Key(made.text("CreateAccessKeyResult/AccessKey/AccessKeyId"), Secret.copyOf(made.text("CreateAccessKeyResult/AccessKey/SecretAccessKey")));
    }

    /** Deletes one with all that it has; its keys first. Gone is as good. */
    static void unmake(Api api, Reply.Revocation lease, Instant now) {
        var name = lease.handle().getOrDefault("user", "");
        switch (api.ask(Question.iam("GetUser").with("UserName", name))) {
            case Said.Refused refused when refused.isGone() -> requireSettled(lease, now);
            case Said.Refused refused -> throw refused.as("Error looking for IAM user");
            case Said.Told told when isMarked(told.xml(), lease) -> unmake(api, name);
            case Said.Told _ -> {} // somebody else's
        }
    }

    private static void requireSettled(Reply.Revocation lease, Instant now) {
        if (now.isBefore(made(lease).plus(SETTLED))) throw new Problem.Upstream("IAM shows no such user, which may be because it was made just now: it will be looked for again").asException();
    }

    private static Instant made(Reply.Revocation lease) {
        try {
            return Instant.parse(lease.handle().getOrDefault("made", ""));
        } catch (DateTimeException unknown) {
            return Instant.EPOCH;
        }
    }

    private static boolean isMarked(Xml user, Reply.Revocation lease) {
        return user.members("GetUserResult/User/Tags").stream().anyMatch(tag -> user.text(tag + "/Key").equals(MARK) && user.text(tag + "/Value").equals(lease.handle().getOrDefault("mark", "")));
    }

    private static void unmake(Api api, String name) {
        for (var key : named(api, name, "ListAccessKeys", "AccessKeyMetadata", "/AccessKeyId")) api.askGone("Error deleting an access key", of(name, "DeleteAccessKey").with("AccessKeyId", key));
        for (var arn : named(api, name, "ListAttachedUserPolicies", "AttachedPolicies", "/PolicyArn")) api.askGone("Error detaching user policy", of(name, "DetachUserPolicy").with("PolicyArn", arn));
        for (var policy : named(api, name, "ListUserPolicies", "PolicyNames", "")) api.askGone("Error deleting user policy", of(name, "DeleteUserPolicy").with("PolicyName", policy));
        for (var group : named(api, name, "ListGroupsForUser", "Groups", "/GroupName")) api.askGone("Error removing user from group", of(name, "RemoveUserFromGroup").with("GroupName", group));
        api.askGone("Error deleting IAM user", of(name, "DeleteUser"));
    }

    private static Question of(String name, String action) {
        return Question.iam(action).with("UserName", name);
    }

    private static List<String> named(Api api, String name, String action, String list, String part) {
        return switch (api.ask(of(name, action).with("MaxItems", ALL))) {
            case Said.Told told -> told.xml().members(action + "Result/" + list).stream().map(member -> told.xml().text(member + part)).toList();
            case Said.Refused refused when refused.isGone() -> List.of();
            case Said.Refused refused -> throw refused.as("Error looking at what IAM user has");
        };
    }
}
