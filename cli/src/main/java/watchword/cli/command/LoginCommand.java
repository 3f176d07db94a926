package watchword.cli.command;

import java.io.IOException;
import java.util.List;
import watchword.cli.line.Call;
import watchword.cli.line.Command;
import watchword.cli.line.Flag;
import watchword.cli.line.Group;
import watchword.cli.line.UsageException;
import watchword.client.Answer;
import watchword.client.ApiException;
import watchword.client.Client;
import watchword.client.Json;
import watchword.client.SettingsException;
import watchword.client.Settings;
import watchword.client.Token;

/** {@code login}: gets a token and keeps it for the commands that follow. */
public final class LoginCommand implements Group {
    @Override
    public List<Command> commands() {
        return List.of(Command.of("login", "[TOKEN|KEY=VALUE...]", "Log in, and keep the token in ~/.vault-token for this user alone.")
                .doing("authenticating")
                .flags(Flag.text("method", "TYPE",
                        "auth method: token, userpass, ldap, approle, jwt, kubernetes, cert or any other; else token"),
                        Flag.text("path", "PATH", "where the method is mounted; else at its type"),
                        Flag.on("no-store", "do not keep the token"),
                        Flag.on("no-print", "do not print it"),
                        Flag.on("token-only", "print the token and nothing else, and do not keep it"))
                .note("What the method wants is given as KEY=VALUE; watchword auth help TYPE tells what that is. A password that is "
                        + "missing is asked for, without showing it; KEY=- reads it from standard input, "
                        + "and so does - in place of TOKEN.")
                .example("login").example("login -method=userpass username=alice")
                .example("login -method=approle role_id=... secret_id=@secret-id"));
    }

    @Override
    public int run(Call call) throws IOException, UsageException, SettingsException {
        var method = call.option("method").orElse("token");
        boolean keep = !call.isOn("no-store") && !call.isOn("token-only");
        var answer = method.equals("token") ? withToken(call) : withMethod(call, method);
        if (answer.auth().has("mfa_requirement") && answer.auth().get("mfa_requirement").isPresent()) {
            throw new UsageException("this login wants a second factor, which login cannot give yet; docs/namespaces.md tells how to give it with watchword write");
        }
        if (!answer.wrapInfo().isEmpty()) return call.output().answer(answer);
        var token = Token.of(answer.auth().text("client_token"));
        if (!token.isPresent()) throw new UsageException("the server answered without a token");
        if (keep) keep(call, token);
        return print(call, answer, token, keep);
    }

    private static void keep(Call call, Token token) throws UsageException {
        call.tokenFile().write(token);
        if (Settings.variable(call.world().environment(), "TOKEN").isPresent()) {
            call.output().warn("a token is set in the environment, and commands prefer it to the one just kept; unset VAULT_TOKEN to use "
                    + "this one");
        }
    }

    private static int print(Call call, Answer answer, Token token, boolean kept) throws UsageException {
        if (call.isOn("token-only")) {
            call.out().print(token.reveal());
            if (call.world().terminal().readsOutput()) call.out().println();
            return 0;
        }
        if (call.isOn("no-print")) return 0;
        call.output().success("You are now authenticated." + (kept ? " The token is kept in " + call.tokenFile().path()
                + "; the commands that follow use it." : " The token is not kept."));
        if (call.output().isTable() && !call.output().wantsField()) call.out().println();
        return call.output().answer(kept && call.output().isTable() && !call.output().wantsField() ? withoutToken(answer) : answer);
    }

    /** What is kept in a file need not stay on a screen, or in what records it. */
    private static Answer withoutToken(Answer answer) {
        var auth = Json.fields();
        for (var member : answer.auth().members().entrySet()) {
            if (!member.getKey().equals("client_token")) auth.put(member.getKey(), member.getValue());
        }
        return new Answer(answer.status(), Json.fields().putAll(answer.body()).put("auth", auth.build()).build(), new byte[0]);
    }

    /** A token that is already there is looked up, and the answer put in the form of a login's. */
    private static Answer withToken(Call call) throws IOException, UsageException, SettingsException {
        if (call.arguments().size() > 1) {
            throw new UsageException("too many arguments (expected 0 to 1, got " + call.arguments().size() + ")");
        }
        var given = call.argumentOr(0, "");
        if (given.startsWith("token=")) given = given.substring("token=".length());
        var token = Token.of(call.input().secret(given, "Token (will be hidden): "));
        if (!token.isPresent()) throw new UsageException("no token was given");
        var told = lookedUp(call, token);
        var auth = Json.fields().put("client_token", token.reveal()).put("accessor", told.text("accessor"));
        auth.put("lease_duration", told.whole("ttl")).put("renewable", told.isTrue("renewable"));
        var policies = told.texts("policies");
        auth.put("token_policies", Json.texts(policies)).put("identity_policies", Json.texts(told.texts("identity_policies")))
                .put("policies", Json.texts(policies));
        auth.put("metadata", told.object("meta"));
        var body = Json.fields().put("auth", auth.build()).build();
        return new Answer(200, body, new byte[0]);
    }

    private static Json.Obj lookedUp(Call call, Token token) throws IOException, UsageException, SettingsException {
        try {
            return call.plainClient().withToken(token).read("auth/token/lookup-self").data();
        } catch (ApiException refused) {
            if (refused.status() != 403) throw refused;
            throw new IOException("this token is not valid, or has ended (" + refused.brief() + ")");
        }
    }

    private static Answer withMethod(Call call, String method) throws IOException, UsageException, SettingsException {
        var fields = stripped(call.input().fields(call.arguments()));
        Client client = call.client().withToken(Token.NONE);
        var login = Login.of(method, Call.trimmed(call.option("path").orElse(method)), fields).completed(call);
        return client.write(login.path(), login.body());
    }

    /** A file with a password in it usually ends its line. */
    private static Json.Obj stripped(Json.Obj fields) {
        var stripped = Json.fields();
        for (var member : fields.members().entrySet()) {
            if (member.getValue() instanceof Json.Str text) stripped.put(member.getKey(), text.value().strip());
            else stripped.put(member.getKey(), member.getValue());
        }
        return stripped.build();
    }
}
