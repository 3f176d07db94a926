package watchword.engines.aws;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whom AWS says a signature is from.
 *
 * @param arn as AWS tells it
 * @param canonical the user or role itself, without a session
 * @param userId unique for ever; for a role's session, that of the role
 */
record Principal(String arn, String canonical, String account, String userId, String name, String session) {
    private static final Pattern USER = Pattern.compile("arn:aws[a-z-]{0,20}:iam::(\\d{12}):user/(?:[\\x21-\\x7e&&[^*]]{0,512}/)?([\\w+=,.@-]{1,128})");
    private static final Pattern SESSION = Pattern.compile("(arn:aws[a-z-]{0,20}):sts::(\\d{12}):assumed-role/([\\w+=,.@-]{1,128})/([\\w+=,.@-]{1,128})");

    /** Empty for what is neither a user nor a role's session: the root of an account, a federated user. */
    static Optional<Principal> of(String arn, String account, String userId) {
        var user = USER.matcher(arn);
        if (user.matches() && user.group(1).equals(account) && userId.matches("[A-Za-z0-9]{8,128}")) return Optional.of(new Principal(arn, arn, account, userId, user.group(2), ""));
        var session = SESSION.matcher(arn);
        if (!session.matches() || !session.group(2).equals(account) || !userId.matches("[A-Za-z0-9]{8,128}:.{1,128}")) return Optional.empty();
        var canonical = session.group(1) + ":iam::" + account + ":role/" + session.group(3);
        return Optional.of(new Principal(arn, canonical, account, userId.substring(0, userId.indexOf(':')), session.group(3), session.group(4)));
    }
}
