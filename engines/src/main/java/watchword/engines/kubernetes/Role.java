package watchword.engines.kubernetes;

import java.util.List;
import watchword.sdk.Default;
import watchword.sdk.Glob;
import watchword.sdk.Inline;
import watchword.sdk.TokenTerms;

/**
 * Which service accounts may log in, and what their tokens are.
 *
 * @param olderNames of the fields that set {@code terms}, see {@link watchword.sdk.OlderTokenFields}
 */
record Role(
        List<String> boundServiceAccountNames,
        List<String> boundServiceAccountNamespaces,
        String boundServiceAccountNamespaceSelector,
        String audience,
        @Default("serviceaccount_uid") String aliasNameSource,
        @Inline TokenTerms terms,
        List<String> olderNames) {

    static final String BY_UID = "serviceaccount_uid";
    static final String BY_NAME = "serviceaccount_name";

    boolean allowsName(ServiceAccount account) {
        return boundServiceAccountNames.stream().anyMatch(pattern -> Glob.matches(pattern, account.name()));
    }

    /** By its name alone, without asking for its labels. */
    boolean allowsNamespace(ServiceAccount account) {
        return boundServiceAccountNamespaces.stream().anyMatch(pattern -> Glob.matches(pattern, account.namespace()));
    }

    String alias(ServiceAccount account) {
        return aliasNameSource.equals(BY_NAME) ? account.namespace() + "/" + account.name() : account.uid();
    }
}
