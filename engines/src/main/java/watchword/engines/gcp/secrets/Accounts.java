package watchword.engines.gcp.secrets;

import java.util.List;
import java.util.regex.Pattern;
import watchword.sdk.Problem;

/** What the fields of static and of impersonated accounts have in common. */
final class Accounts {
    private static final Pattern NAME = Pattern.compile("\\w(?:[\\w.-]*\\w)?");
    private static final Pattern SCOPE = Pattern.compile("[!-~&&[^\"\\\\]]{1,512}");
    private static final int LONGEST_NAME = 128;
    private static final int MOST_SCOPES = 50;

    private Accounts() {}

    static void requireName(String name) {
        if (name.length() > LONGEST_NAME || !NAME.matcher(name).matches()) throw Problem.NotFound.unsupportedPath().asException();
    }

    static void requireEmail(String email) {
        if (email.isEmpty()) throw new Problem.Invalid("service_account_email", "is required").asException();
        if (!ServiceKey.isEmail(email)) throw new Problem.Invalid("service_account_email", "must be the e-mail of a service account").asException();
    }

    static void requireScopes(List<String> scopes) {
        if (scopes.isEmpty()) throw new Problem.Invalid("token_scopes", "at least one is required for access tokens").asException();
        if (scopes.size() > MOST_SCOPES) throw new Problem.Invalid("token_scopes", "at most " + MOST_SCOPES).asException();
        for (var scope : scopes) {
            if (!SCOPE.matcher(scope).matches()) throw new Problem.Invalid("token_scopes", "a scope is text without spaces, as in " + Google.CLOUD).asException();
        }
    }
}
