package watchword.core.identity.oidc;

import java.util.regex.Pattern;
import watchword.sdk.Problem;

/** The names that keys, roles, scopes and the like may have. */
final class Label {
    private static final Pattern FORM = Pattern.compile("\\w([\\w.-]{0,126}\\w)?");

    private Label() {}

    static boolean is(String text) {
        return FORM.matcher(text).matches();
    }

    /** @throws Problem.ProblemException for what is none, as for a path that leads nowhere */
    static String require(String text) {
        if (!is(text)) throw Problem.NotFound.unsupportedPath().asException();
        return text;
    }
}
