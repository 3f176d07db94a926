package watchword.cli.line;

import java.io.IOException;
import java.time.Duration;
import watchword.client.ApiException;
import watchword.client.SettingsException;

/** What somebody whom the server refused may do about it: every command says the same. */
public final class Advice {
    private static final String ASKED_FOR_A_MOUNT = "sys/internal/ui/mounts/";
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private Advice() {}

    /** A sentence or two; empty where the error says it all. */
    public static String on(ApiException told, Call call) {
        if (told.status() == 503 && told.says("sealed")) return sealed(call);
        if (told.status() == 404 && told.says("no handler for route")) return "Nothing is mounted there: watchword secrets list";
        if (told.status() != 403) return "";
        var path = told.path();
        int login = path.indexOf("/login");
        if (path.startsWith("auth/") && login > 0) {
            if (told.says("has ended and cannot log in")) return "That run is over for good; a new try or job has a run of its own: docs/runs.md";
            if (told.says("MFA validation failed")) return "The second factor was wrong, or used before: wait for the next passcode";
            var mount = path.substring("auth/".length(), login);
            return "There is no auth method at " + mount + "/, or the credentials are wrong: watchword auth list";
        }
        if (told.isAnonymous()) return "There is no token: set VAULT_TOKEN, or log in with watchword login";
        if (path.startsWith(ASKED_FOR_A_MOUNT)) {
            return "The token may have ended, its policies do not allow this, or nothing is mounted there: watchword token lookup, "
                    + "watchword token capabilities PATH, watchword secrets list";
        }
        return "The token may have ended, or its policies do not allow this: watchword token lookup, watchword token capabilities PATH";
    }

    /** The error on a line, and on the next what to do about it. */
    public static String brief(ApiException told, Call call) {
        var advice = on(told, call);
        return told.brief() + (advice.isEmpty() ? "" : "\n" + advice);
    }

    /** A server without keys says that it is sealed; only what it tells of its seal tells the two apart. */
    private static String sealed(Call call) {
        try {
            var client = call.plainClient();
            var status = client.with(client.settings().within(PATIENCE, 0)).read("sys/seal-status").body();
            if (status.has("initialized") && !status.isTrue("initialized")) {
                return "The server is not initialized; watchword operator init does it, once, and prints the keys.";
            }
        } catch (IOException | SettingsException | UsageException unknown) {
            // then it is what it says
        }
        return "The server is sealed; watchword operator unseal opens it.";
    }
}
