package watchword.engines.aws.secrets;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import watchword.sdk.Doc;
import watchword.sdk.OrNull;
import watchword.sdk.Problem;

/**
 * What may be asked for, and what it may do there.
 *
 * @param credentialTypes one; two for a role of the older form, whose path tells which
 * @param older of the older form, whose credentials come by the one path that it meant
 */
record Role(
        List<String> credentialTypes,
        Optional<List<String>> roleArns,
        Optional<List<String>> policyArns,
        String policyDocument,
        Optional<List<String>> iamGroups,
        Optional<Map<String, String>> iamTags,
        Optional<Map<String, String>> sessionTags,
        Duration defaultStsTtl,
        Duration maxStsTtl,
        String userPath,
        String permissionsBoundaryArn,
        String externalId,
        String mfaSerialNumber,
        boolean older) {

    static final String IAM_USER = "iam_user";
    static final String ASSUMED_ROLE = "assumed_role";
    static final String FEDERATION_TOKEN = "federation_token";
    static final String SESSION_TOKEN = "session_token";

    static final Role NONE = new Role(List.of(), Optional.empty(), Optional.empty(), "", Optional.empty(), Optional.empty(), Optional.empty(), Duration.ZERO, Duration.ZERO, "", "", "", "", false);

    private static final List<String> TYPES = List.of(IAM_USER, ASSUMED_ROLE, FEDERATION_TOKEN, SESSION_TOKEN);
    private static final Pattern USER_PATH = Pattern.compile("/([\\x21-\\x7F]{0,510}/)?");
    private static final Pattern POLICY_ARN = Pattern.compile("arn:aws[a-z-]{0,20}:iam::(\\d{12}|aws)?:policy/[\\x21-\\x7e]{1,1024}");
    /** More of each than AWS takes. */
    private static final int MOST = 50;
    /** IAM keeps one of a user's tags for our mark. */
    private static final int MOST_TAGS = 49;
    private static final int MOST_CHARACTERS = 2048;

    record Shown(
            @Doc("`iam_user`, `assumed_role`, `federation_token` or `session_token`.") String credentialType,
            @Doc("Seconds that a session lasts when nothing is asked; 0 for an hour.") Duration defaultStsTtl,
            @Doc("What whoever owns the roles wants to be told when one is assumed.") String externalId,
            @Doc("Groups that users are put into; sessions get what these allow.") @OrNull Optional<List<String>> iamGroups,
            @Doc("Tags of users that are made.") @OrNull Optional<Map<String, String>> iamTags,
            @Doc("Seconds that a session lasts at most; 0 for what the mount permits.") Duration maxStsTtl,
            @Doc("Device whose code is needed for a session token.") String mfaSerialNumber,
            @Doc("Policy that bounds what users that are made may ever be allowed.") String permissionsBoundaryArn,
            @Doc("Policies of users that are made; what sessions are narrowed to.") @OrNull Optional<List<String>> policyArns,
            @Doc("A policy besides, as JSON.") String policyDocument,
            @Doc("Roles that may be assumed.") @OrNull Optional<List<String>> roleArns,
            @Doc("Tags of sessions.") @OrNull Optional<Map<String, String>> sessionTags,
            @Doc("Path of users that are made.") String userPath) {}

    Shown shown() {
        return new Shown(String.join(",", credentialTypes), defaultStsTtl, externalId, iamGroups, iamTags, maxStsTtl, mfaSerialNumber, permissionsBoundaryArn, policyArns, policyDocument, roleArns, sessionTags,
                userPath);
    }

    private boolean is(String... types) {
        return List.of(types).stream().anyMatch(credentialTypes::contains);
    }

    List<String> policies() {
        return policyArns.orElse(List.of());
    }

    List<String> groups() {
        return iamGroups.orElse(List.of());
    }

    /** @throws Problem.ProblemException with all that is wrong */
    void check() {
        var wrong = new ArrayList<String>();
        if (credentialTypes.isEmpty()) wrong.add("did not supply credential_type");
        if (!TYPES.containsAll(credentialTypes)) wrong.add("unrecognized credential type: it must be one of " + String.join(", ", TYPES));
        boolean session = is(ASSUMED_ROLE, FEDERATION_TOKEN, SESSION_TOKEN);
        var sessions = "parameter only valid for " + ASSUMED_ROLE + ", " + FEDERATION_TOKEN + ", and " + SESSION_TOKEN + " credential types";
        if (!defaultStsTtl.isZero() && !session) wrong.add("default_sts_ttl " + sessions);
        if (!maxStsTtl.isZero() && !session) wrong.add("max_sts_ttl " + sessions);
        if (defaultStsTtl.isNegative() || maxStsTtl.isNegative()) wrong.add("default_sts_ttl and max_sts_ttl must not be negative");
        if (maxStsTtl.isPositive() && defaultStsTtl.compareTo(maxStsTtl) > 0) wrong.add("\"default_sts_ttl\" value must be less than or equal to \"max_sts_ttl\" value");
        if (!userPath.isEmpty() && !is(IAM_USER)) wrong.add("user_path parameter only valid for " + IAM_USER + " credential type");
        if (!userPath.isEmpty() && !USER_PATH.matcher(userPath).matches()) wrong.add("The specified value for user_path is invalid. It must match \"^\\\\/([\\\\x21-\\\\x7F]{0,510}\\\\/)?$\" regexp");
        if (!permissionsBoundaryArn.isEmpty() && !POLICY_ARN.matcher(permissionsBoundaryArn).matches()) wrong.add("invalid permissions_boundary_arn parameter: expected the ARN of a policy of iam");
        only(!permissionsBoundaryArn.isEmpty(), "permissions_boundary_arn", IAM_USER, wrong);
        only(!roleArns.orElse(List.of()).isEmpty(), "role_arns", ASSUMED_ROLE, wrong);
        only(!sessionTags.orElse(Map.of()).isEmpty(), "session_tags", ASSUMED_ROLE, wrong);
        only(!externalId.isEmpty(), "external_id", ASSUMED_ROLE, wrong);
        only(!mfaSerialNumber.isEmpty(), "mfa_serial_number", SESSION_TOKEN, wrong);
        bounds(wrong);
        if (!wrong.isEmpty()) throw new Problem.Invalid("error(s) validating supplied role data: " + quoted(several(wrong))).asException();
    }

    private void only(boolean there, String field, String type, List<String> wrong) {
        if (there && !is(type)) wrong.add("cannot supply " + field + " when credential_type isn't " + type);
    }

    private void bounds(List<String> wrong) {
        Predicate<Optional<List<String>>> tooMuch = list -> list.filter(all -> all.size() > MOST || all.stream().anyMatch(each -> each.isEmpty() || each.length() > MOST_CHARACTERS)).isPresent();
        if (tooMuch.test(roleArns)) wrong.add("role_arns: at most " + MOST + ", none of them empty");
        if (tooMuch.test(policyArns)) wrong.add("policy_arns: at most " + MOST + ", none of them empty");
        if (tooMuch.test(iamGroups)) wrong.add("iam_groups: at most " + MOST + ", none of them empty");
        Predicate<Optional<Map<String, String>>> badTags = tags -> tags.filter(all -> all.size() > MOST_TAGS
                || all.entrySet().stream().anyMatch(tag -> tag.getKey().isEmpty() || tag.getKey().length() > 128 || tag.getValue().length() > 256 || tag.getKey().equals(Users.MARK))).isPresent();
        if (badTags.test(iamTags)) wrong.add("iam_tags: at most " + MOST_TAGS + ", of 1 to 128 characters each with at most 256; " + Users.MARK + " is this server's own");
        if (badTags.test(sessionTags)) wrong.add("session_tags: at most " + MOST_TAGS + ", of 1 to 128 characters each with at most 256; " + Users.MARK + " is this server's own");
        if (externalId.length() > 1224 || mfaSerialNumber.length() > 256) wrong.add("external_id has at most 1224 characters, mfa_serial_number 256");
    }

    /** As the field tells several mistakes. */
    private static String several(List<String> wrong) {
        var text = new StringBuilder(wrong.size() == 1 ? "1 error occurred:" : wrong.size() + " errors occurred:");
        for (var each : wrong) text.append("\n\t* ").append(each);
        return text.append("\n\n").toString();
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\t", "\\t") + '"';
    }
}
