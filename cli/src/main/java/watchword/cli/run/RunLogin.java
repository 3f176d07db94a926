package watchword.cli.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import watchword.cli.command.Login;
import watchword.cli.line.Advice;
import watchword.cli.line.Call;
import watchword.cli.line.UsageException;
import watchword.client.Answer;
import watchword.client.ApiException;
import watchword.client.Client;
import watchword.client.Json;
import watchword.client.SettingsException;
import watchword.client.Token;

/**
 * A run's own login: its token is the run's alone, and ends with it.
 *
 * @param fields as they were written; a secret among them only by where it is ({@link LoginField}), for a command line is open to
 *     everybody on the machine, and a plan lies beside the code
 */
record RunLogin(String method, String mount, Map<String, String> fields) {
    private static final Set<String> SECRET = Set.of("secret_id", "password", "jwt", "token", "passcode");

    /** {@code METHOD [-path=MOUNT] KEY=VALUE...}. */
    static RunLogin line(String text, String where) throws UsageException {
        var words = text.split("[ \t]+", -1);
        var mount = words[0];
        var pairs = new ArrayList<String>();
        for (int i = 1; i < words.length; i++) {
            if (words[i].startsWith("-path=")) mount = words[i].substring("-path=".length());
            else pairs.add(words[i]);
        }
        return of(words[0], mount, pairs, where);
    }

    static RunLogin of(String method, String mount, List<String> pairs, String where) throws UsageException {
        var fields = new LinkedHashMap<String, String>();
        int number = 0;
        for (var pair : pairs) {
            number++;
            int equals = pair.indexOf('=');
            if (equals < 1) throw new UsageException(where + ": word " + number + " after the method is not KEY=VALUE");
            var key = pair.substring(0, equals);
            var value = pair.substring(equals + 1);
            if (SECRET.contains(key) && !new LoginField(key, value).isElsewhere()) {
                throw new UsageException(where + ": " + key + " is a secret and stands not here: give " + key + "=@FILE or " + key
                        + "=env:VARIABLE");
            }
            fields.put(key, value);
        }
        return new RunLogin(method, Call.trimmed(mount), fields);
    }

    /** Variables that hold what it logs in with: the command has no business with them. */
    List<String> variables() {
        var names = new ArrayList<String>();
        for (var field : fields.entrySet()) new LoginField(field.getKey(), field.getValue()).variable().ifPresent(names::add);
        return names;
    }

    /** Logs in. */
    Session with(Call call, Client client) throws IOException, UsageException, SettingsException {
        var login = Login.of(method, mount, read(call, client)).completed(call);
        var answer = answered(call, client.withToken(Token.NONE), login);
        if (answer.auth().get("mfa_requirement").isPresent()) {
            throw new UsageException("this login wants a second factor, which nobody can give while a job starts");
        }
        var token = Token.of(answer.auth().text("client_token"));
        if (!token.isPresent()) throw new UsageException("the server answered the login without a token");
        var secrets = new ArrayList<String>();
        secrets.add(token.reveal());
        for (var member : login.body().members().entrySet()) if (SECRET.contains(member.getKey())) secrets.add(member.getValue().display());
        return new Session(client.withToken(token), true, answer.auth().whole("lease_duration"), answer.auth().isTrue("renewable"),
                secrets);
    }

    private static Answer answered(Call call, Client client, Login login) throws IOException, SettingsException {
        try {
            return client.write(login.path(), login.body());
        } catch (ApiException refused) {
            throw new IOException("logging in at " + login.path() + ": " + Advice.brief(refused, call));
        }
    }

    private Json.Obj read(Call call, Client client) throws IOException, UsageException, SettingsException {
        var read = Json.fields();
        for (var field : fields.entrySet()) read.put(field.getKey(), new LoginField(field.getKey(), field.getValue()).read(call, client));
        return read.build();
    }

    @Override
    public String toString() {
        return "RunLogin[" + method + " at " + mount + "]";
    }
}
