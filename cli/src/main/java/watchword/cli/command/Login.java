package watchword.cli.command;

import java.io.IOException;
import watchword.cli.line.Call;
import watchword.cli.line.UsageException;
import watchword.client.Json;

/**
 * A login with an auth method: where it goes, and what it sends. Methods with a user's name in their path are known by type; every other
 * gets its fields as they are.
 *
 * @param user empty for methods without one
 */
public record Login(String method, String mount, String user, Json.Obj body) {

    private static final String SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    /** What is still missing, and where it may come from. */
    enum Missing { NOTHING, PASSWORD, SERVICE_ACCOUNT }

    /** @throws UsageException when the method needs a field that nobody can add */
    public static Login of(String method, String mount, Json.Obj fields) throws UsageException {
        boolean hasUser = switch (method) {
            case "userpass", "ldap", "radius", "okta" -> true;
            default -> false;
        };
        if (!hasUser) {
            needs(method, fields);
            return new Login(method, mount, "", fields);
        }
        var user = fields.text("username");
        if (user.isEmpty()) throw new UsageException("a login with " + method + " needs username=NAME");
        var rest = Json.fields();
        for (var member : fields.members().entrySet()) {
            if (!member.getKey().equals("username")) rest.put(member.getKey(), member.getValue());
        }
        return new Login(method, mount, user, rest.build());
    }

    private static void needs(String method, Json.Obj fields) throws UsageException {
        var name = switch (method) {
            case "approle" -> "role_id";
            case "jwt" -> "jwt";
            case "kubernetes" -> "role";
            default -> "";
        };
        if (!name.isEmpty() && !fields.has(name)) throw new UsageException("a login with " + method + " needs " + name + "=VALUE");
        if (method.equals("oidc")) {
            throw new UsageException("a login with oidc needs a browser, which the command line cannot open yet; use the web page of the "
                    + "server, or the method jwt");
        }
    }

    Missing wants() {
        if (!user.isEmpty() && !body.has("password")) return Missing.PASSWORD;
        if (method.equals("kubernetes") && !body.has("jwt")) return Missing.SERVICE_ACCOUNT;
        return Missing.NOTHING;
    }

    /** With what is still missing: a password is asked for, a pod's own token is read. */
    public Login completed(Call call) throws IOException, UsageException {
        return switch (wants()) {
            case PASSWORD -> with("password", call.world().terminal().hidden("Password (will be hidden): "));
            case SERVICE_ACCOUNT -> with("jwt", call.input().file(SERVICE_ACCOUNT).strip());
            case NOTHING -> this;
        };
    }

    private Login with(String name, String value) {
        return new Login(method, mount, user, Json.fields().putAll(body).put(name, value).build());
    }

    public String path() {
        return "auth/" + mount + "/login" + (user.isEmpty() ? "" : "/" + user);
    }

    @Override
    public String toString() {
        return "Login[" + path() + "]";
    }
}
