package watchword.engines.aws.secrets;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import watchword.sdk.Outbound;
import watchword.sdk.Problem;

/** IAM and STS as far as faults of theirs are tried here; what they do when nothing fails is tried against real servers in interop. */
final class PretendedCloud implements Outbound {
    static final String ROOT_KEY = "AKIAROOT";

    /** A user with what it has. */
    static final class User {
        final String id;
        final Map<String, String> tags = new LinkedHashMap<>();
        final Map<String, Instant> keys = new LinkedHashMap<>();
        final List<String> attached = new ArrayList<>();
        final Map<String, String> inline = new LinkedHashMap<>();
        final List<String> groups = new ArrayList<>();

        User(String id) {
            this.id = id;
        }
    }

    /** What was asked, in order. */
    record Question(String action, Map<String, String> fields, Ask ask) {}

    final Map<String, User> users = new TreeMap<>();
    final List<Question> asked = new ArrayList<>();
    /** What happens before an action is done; its answer takes the place of doing it. */
    Function<String, Optional<Answer>> before = _ -> Optional.empty();
    /** What happens once it is done and before anybody knows. */
    Consumer<String> after = _ -> {};
    /** How far its clock is ahead. */
    long aheadSeconds;
    final Map<String, String> groupPolicies = new LinkedHashMap<>();
    /** Keys that are not taken yet, or never. */
    boolean takesNewKeys = true;

    private final InstantSource clock;
    private int made;

    PretendedCloud(InstantSource clock) {
        this.clock = clock;
        user("root").keys.put(ROOT_KEY, clock.instant());
    }

    User user(String name) {
        return users.computeIfAbsent(name, _ -> new User("AIDA" + name.toUpperCase(Locale.ROOT) + ++made));
    }

    List<String> actions() {
        return asked.stream().map(Question::action).toList();
    }

    Question last(String action) {
        return asked.stream().filter(each -> each.action().equals(action)).reduce((_, later) -> later).orElseThrow();
    }

    static Answer error(int status, String code) {
        return new Answer(status, Map.of("content-type", List.of("text/xml")), ("<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type><Code>" + code
                + "</Code><Message>what only operators may know</Message></Error><RequestId>1</RequestId></ErrorResponse>").getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Answer send(Ask ask) {
        var fields = new HashMap<String, String>();
        for (var pair : new String(ask.body(), StandardCharsets.UTF_8).split("&")) fields.put(decoded(pair.substring(0, pair.indexOf('='))), decoded(pair.substring(pair.indexOf('=') + 1)));
        var action = fields.getOrDefault("Action", "");
        asked.add(new Question(action, fields, ask));
        var early = before.apply(action);
        if (early.isPresent()) return early.get();
        if (aheadSeconds != 0) {
            var theirs = clock.instant().plusSeconds(aheadSeconds);
            var signed = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC).parse(ask.headers().getOrDefault("X-Amz-Date", ""), Instant::from);
            if (Math.abs(theirs.getEpochSecond() - signed.getEpochSecond()) > 300) {
                var refused = error(403, "SignatureDoesNotMatch");
                return new Answer(403, Map.of("date", List.of(DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC).format(theirs))), refused.body());
            }
        }
        var key = ask.headers().getOrDefault("Authorization", "").replaceAll(".*Credential=([^/]*)/.*", "$1");
        var caller = users.entrySet().stream().filter(each -> each.getValue().keys.containsKey(key)).map(Map.Entry::getKey).findFirst();
        if (caller.isEmpty() || (!takesNewKeys && key.startsWith("AKIAMADE"))) return error(403, "InvalidClientTokenId");
        var answer = done(action, fields, caller.get());
        after.accept(action);
        return answer;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private Answer done(String action, Map<String, String> fields, String caller) {
        var name = fields.getOrDefault("UserName", caller);
        var user = users.get(name);
        if (action.equals("CreateUser")) {
            if (user != null) return error(409, "EntityAlreadyExists");
            var tags = user(name).tags;
            for (int i = 1; fields.containsKey("Tags.member." + i + ".Key"); i++) tags.put(fields.getOrDefault("Tags.member." + i + ".Key", ""), fields.getOrDefault("Tags.member." + i + ".Value", ""));
            return answer(action, "");
        }
        return switch (action) {
            case "GetCallerIdentity" -> answer(action, "<Arn>arn:aws:iam::123456789012:user/" + caller + "</Arn>");
            case "AssumeRole" -> answer(action, session(fields) + "<AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/x/" + fields.get("RoleSessionName") + "</Arn></AssumedRoleUser>");
            case "GetFederationToken" -> answer(action, session(fields) + "<FederatedUser><Arn>arn:aws:sts::123456789012:federated-user/" + fields.get("Name") + "</Arn></FederatedUser>");
            case "GetSessionToken" -> answer(action, session(fields));
            case "ListAttachedGroupPolicies" -> answer(action, "<AttachedPolicies></AttachedPolicies>");
            case "ListGroupPolicies" -> answer(action, members("PolicyNames", List.copyOf(groupPolicies.keySet()), ""));
            case "GetGroupPolicy" -> answer(action, "<PolicyDocument>" + URLEncoder.encode(groupPolicies.getOrDefault(fields.getOrDefault("PolicyName", ""), ""), StandardCharsets.UTF_8) + "</PolicyDocument>");
            default -> user == null ? error(404, "NoSuchEntity") : done(action, fields, name, user);
        };
    }

    private String session(Map<String, String> fields) {
        return "<Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>session-secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>"
                + clock.instant().plusSeconds(aheadSeconds + Long.parseLong(fields.getOrDefault("DurationSeconds", "0"))) + "</Expiration></Credentials>";
    }

    private Answer done(String action, Map<String, String> fields, String name, User user) {
        return switch (action) {
            case "GetUser" -> answer(action, "<User><UserName>" + name + "</UserName><UserId>" + user.id + "</UserId><Tags>" + user.tags.entrySet().stream()
                    .map(tag -> "<member><Key>" + tag.getKey() + "</Key><Value>" + tag.getValue() + "</Value></member>").collect(Collectors.joining()) + "</Tags></User>");
            case "CreateAccessKey" -> {
                if (user.keys.size() >= 2) yield error(409, "LimitExceeded");
                var id = "AKIAMADE" + ++made;
                user.keys.put(id, clock.instant());
                yield answer(action, "<AccessKey><AccessKeyId>" + id + "</AccessKeyId><SecretAccessKey>secret-of-" + id + "</SecretAccessKey></AccessKey>");
            }
            case "ListAccessKeys" -> answer(action, "<AccessKeyMetadata>" + user.keys.entrySet().stream()
                    .map(key -> "<member><AccessKeyId>" + key.getKey() + "</AccessKeyId><CreateDate>" + key.getValue() + "</CreateDate></member>").collect(Collectors.joining()) + "</AccessKeyMetadata>");
            case "DeleteAccessKey" -> user.keys.remove(fields.get("AccessKeyId")) == null ? error(404, "NoSuchEntity") : answer(action, "");
            case "AttachUserPolicy" -> {
                user.attached.add(fields.getOrDefault("PolicyArn", ""));
                yield answer(action, "");
            }
            case "DetachUserPolicy" -> user.attached.remove(fields.get("PolicyArn")) ? answer(action, "") : error(404, "NoSuchEntity");
            case "PutUserPolicy" -> {
                user.inline.put(fields.getOrDefault("PolicyName", ""), fields.getOrDefault("PolicyDocument", ""));
                yield answer(action, "");
            }
            case "DeleteUserPolicy" -> user.inline.remove(fields.get("PolicyName")) == null ? error(404, "NoSuchEntity") : answer(action, "");
            case "AddUserToGroup" -> {
                user.groups.add(fields.getOrDefault("GroupName", ""));
                yield answer(action, "");
            }
            case "RemoveUserFromGroup" -> user.groups.remove(fields.get("GroupName")) ? answer(action, "") : error(404, "NoSuchEntity");
            case "ListAttachedUserPolicies" -> answer(action, members("AttachedPolicies", user.attached, "PolicyArn"));
            case "ListUserPolicies" -> answer(action, members("PolicyNames", List.copyOf(user.inline.keySet()), ""));
            case "ListGroupsForUser" -> answer(action, members("Groups", user.groups, "GroupName"));
            case "DeleteUser" -> {
                if (!user.keys.isEmpty() || !user.attached.isEmpty() || !user.inline.isEmpty() || !user.groups.isEmpty()) yield error(409, "DeleteConflict");
                users.remove(name);
                yield answer(action, "");
            }
            default -> throw new AssertionError(action);
        };
    }

    private static String members(String list, List<String> texts, String inner) {
        return "<" + list + ">" + texts.stream().map(text -> inner.isEmpty() ? "<member>" + text + "</member>" : "<member><" + inner + ">" + text + "</" + inner + "></member>").collect(Collectors.joining()) + "</" + list + ">";
    }

    private static Answer answer(String action, String result) {
        return new Answer(200, Map.of("content-type", List.of("text/xml")), ("<" + action + "Response xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><" + action + "Result>" + result + "</" + action
                + "Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></" + action + "Response>").getBytes(StandardCharsets.UTF_8));
    }

    static RuntimeException unreachable() {
        return new Problem.Upstream("sts.test: connection refused").asException();
    }
}
