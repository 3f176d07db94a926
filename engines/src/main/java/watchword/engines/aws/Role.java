package watchword.engines.aws;

import java.util.List;
import java.util.regex.Pattern;
import watchword.sdk.Inline;
import watchword.sdk.TokenTerms;

/**
 * Who may log in, by user or role.
 *
 * @param boundIamPrincipalId what AWS has for ever for each of {@code boundIamPrincipalArn} that names one principal, in their order
 * @param olderNames of the fields that set {@code terms}, see {@link watchword.sdk.OlderTokenFields}
 */
record Role(List<String> boundIamPrincipalArn, List<String> boundIamPrincipalId, boolean resolveAwsUniqueIds, String roleId, @Inline TokenTerms terms, List<String> olderNames) {
    private static final Pattern ONE = Pattern.compile("arn:aws[a-z-]{0,20}:iam::\\d{12}:(?:user|role)/[\\x21-\\x7e&&[^*]]{1,640}");
    /** The account is always told: the same name in another account is somebody else. */
    private static final Pattern SEVERAL = Pattern.compile("arn:aws[a-z-]{0,20}:iam::\\d{12}:[\\x21-\\x7e&&[^*]]{0,640}\\*");

    static boolean isOne(String arn) {
        return ONE.matcher(arn).matches();
    }

    static boolean isSeveral(String arn) {
        return SEVERAL.matcher(arn).matches();
    }

    boolean allows(Principal principal) {
        if (boundIamPrincipalId.contains(principal.userId())) return true;
        return boundIamPrincipalArn.stream().anyMatch(arn -> isSeveral(arn) ? principal.canonical().startsWith(arn.substring(0, arn.length() - 1)) : !resolveAwsUniqueIds && arn.equals(principal.canonical()));
    }
}
