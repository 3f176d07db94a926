package watchword.cli.command;

import java.io.IOException;
import watchword.cli.line.Call;
import watchword.cli.line.UsageException;
import watchword.client.SettingsException;

/** {@code auth help}: how to log in with a method, by its type or by the path where it is mounted. */
final class AuthHelp {
    private AuthHelp() {}

    static int print(Call call) throws IOException, UsageException, SettingsException {
        var name = call.path(0);
        var known = words(name);
        if (!known.isEmpty()) {
            call.out().println(known);
            return 0;
        }
        var mount = call.client().read("sys/auth").data().object(name + "/");
        if (mount.isEmpty()) {
            throw new UsageException("there is no auth method of the type or at the path " + name
                    + "; watchword auth list shows what there is");
        }
        var type = mount.text("type");
        var text = words(type);
        call.out().println(text.isEmpty()
                ? "watchword login -method=" + type + " -path=" + name + " KEY=VALUE...\n\nThe pairs are sent to auth/" + name
                + "/login as they are."
                : text.replace("-method=" + type, "-method=" + type + (type.equals(name) ? "" : " -path=" + name)));
        return 0;
    }

    private static String words(String type) {
        return switch (type) {
            case "token" -> "watchword login [TOKEN]\n\nUses a token that is already there, and keeps it. Without TOKEN it is asked for.";
            case "userpass", "ldap", "radius", "okta" -> "watchword login -method=" + type
                    + " username=NAME [password=-]\n\nThe password is asked for when it is not given.";
            case "approle" -> "watchword login -method=approle role_id=ID [secret_id=@FILE]\n\nFor machines: the role's id, and a secret "
                    + "id from a file that only the machine can read.";
            case "jwt" -> "watchword login -method=jwt role=NAME jwt=@FILE\n\nWith a signed token of an identity provider, such as a CI "
                    + "job has one.";
            case "kubernetes" ->
                    "watchword login -method=kubernetes role=NAME [jwt=@FILE]\n\nIn a pod: its service account's token is found by itself.";
            case "cert" -> "watchword login -method=cert -client-cert=FILE -client-key=FILE [name=ROLE]\n\nWith a TLS client certificate.";
            default -> "";
        };
    }
}
