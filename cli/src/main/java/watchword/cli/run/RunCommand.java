package watchword.cli.run;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import watchword.cli.line.Call;
import watchword.cli.line.Command;
import watchword.cli.line.Flag;
import watchword.cli.line.Group;
import watchword.cli.line.UsageException;
import watchword.client.Json;
import watchword.client.SettingsException;

/** {@code run}: fetches, starts, keeps alive, masks, and in the end takes back. */
public final class RunCommand implements Group {
    private static final String PLAN = "watchword.run";
    private static final List<String> TOKENS = List.of("WATCHWORD_TOKEN", "VAULT_TOKEN", "BAO_TOKEN");

    private static final String CALLERS_LOCALE = "WATCHWORD_CALLERS_LC_ALL";

    @Override
    public List<Command> commands() {
        return List.of(Command.of("run", "-- COMMAND [ARGUMENT...]",
                "Run a command with secrets in its environment or in private files; renew them while it lives, revoke them when it ends.")
                .kind(Command.Kind.CHILD)
                .flags(Flag.texts("env", "NAME=PATH#FIELD", "a variable for the command, and where its value comes from"),
                        Flag.texts("file", "NAME=PATH#FIELD",
                                "the value in a private file, and a variable with the file's path; a NAME with a slash in it is the path "
                                + "itself"),
                        Flag.file("config", "a file of such lines; else ./watchword.run when it is there").repeated(),
                        Flag.text("method", "TYPE", "log in for this run alone: approle, userpass, jwt or another method"),
                        Flag.text("path", "PATH", "with -method: where it is mounted; else at its type"),
                        Flag.pairs("login",
                                "with -method: what it wants; secrets as KEY=@FILE, KEY=env:VARIABLE, or KEY=unwrap:@FILE for a wrapping "
                                + "token"),
                        Flag.on("no-mask", "let the command's output through as it is; it then has the terminal"),
                        Flag.on("keep-token", "let the command have the token, in VAULT_TOKEN"))
                .note("A configuration has a line for each variable, each file, and for the login of the run's own. Flags win over "
                        + "lines. Files are relative to where the run is started.")
                .note("""
                            # watchword.run
                            login approle -path=robots role_id=@/etc/job/role-id secret_id=env:JOB_SECRET_ID
                            API_KEY=secret/train#api_key
                            file GOOGLE_APPLICATION_CREDENTIALS=secret/gcp#key
                            file ./tls.key=secret/tls#key
                        """.stripTrailing())
                .note("Fetched values are masked in what the command prints: as they are, in base64, hexadecimal, URL and JSON form, and "
                        + "line by line. Values shorter than four characters are not. "
                        + "Private files are in memory where the machine has such a folder, readable by this user alone, and deleted "
                        + "when the command ends.")
                .note("Leases are renewed while the command runs and revoked when it ends; so is the token of a login of the run's own. "
                        + "Signals reach the command, and its exit status is kept; "
                        + "126 and 127 tell that it could not be started.")
                .example("run -env API_KEY=secret/train#api_key -- python train.py")
                .example("run -method=approle -login=role_id=@/etc/job/role-id -login=secret_id=@/run/job/secret-id -file "
                        + "GOOGLE_APPLICATION_CREDENTIALS=secret/gcp#key -- ./job"));
    }

    @Override
    public int run(Call call) throws IOException, UsageException, SettingsException {
        var plan = plan(call);
        try (var signals = Signals.hear()) {
            var client = call.plainClient();
            var session = plan.login().isPresent() ? plan.login().get()
                    .with(call, client) : new Session(client, false, 0, false, List.of(client.settings().token().reveal()));
            var fetched = Fetched.fetch(call, session, plan);
            try (var files = new SecretFiles(call.world().environment(), call.err())) {
                var environment = environment(call, plan, session, fetched, files);
                if (signals.status() != 0) return signals.status();
                return new Child(call.world(), signals)
                        .run(call.arguments(), environment, call.isOn("no-mask") ? Set.of() : masked(call, session, fetched),
                        new Renewal(session, fetched.leases(), call.err(), Renewal.seconds()));
            } finally {
                session.end(fetched.leases(), call.err());
            }
        }
    }

    private static RunPlan plan(Call call) throws UsageException {
        var builder = new RunPlan.Builder();
        var files = new ArrayList<>(call.all("config"));
        if (files.isEmpty() && Files.exists(call.world().directory().resolve(PLAN))) files.add(PLAN);
        for (var file : files) builder.text(call.input().file(file), file);
        builder.variables(call.all("env")).files(call.all("file"));
        var method = call.option("method");
        if (method.isPresent()) builder.login(RunLogin.of(method.get(), call.option("path").orElse(method.get()), call.all("login"),
                "-login"));
        else if (call.has("login") || call.has("path")) throw new UsageException("-login and -path go with -method");
        return builder.build();
    }

    private static Map<String, String> environment(Call call, RunPlan plan, Session session, Fetched fetched, SecretFiles files)
            throws IOException, UsageException {
        var environment = new HashMap<>(call.world().environment());
        if (plan.login().isPresent()) for (var name : plan.login().get().variables()) environment.remove(name);
        var kept = call.isOn("keep-token") && session.client().settings().token().isPresent();
        for (var name : TOKENS) environment.remove(name);
        restoreLocale(environment);
        if (kept) environment.put("VAULT_TOKEN", session.client().settings().token().reveal());
        for (var value : fetched.values().entrySet()) {
            var text = value.getValue().display();
            switch (value.getKey()) {
                case RunPlan.Variable variable -> {
                    carriable(variable.name(), text);
                    environment.put(variable.name(), text);
                }
                case RunPlan.PrivateFile file -> environment.put(file.name(), files.write(file.name(), text).toString());
                case RunPlan.NamedFile file -> files.writeAt(call.input().path(file.name()), text);
            }
        }
        return environment;
    }

    /** The launcher gives us a locale that carries every letter; the command gets its caller's. */
    private static void restoreLocale(Map<String, String> environment) {
        var callers = environment.remove(CALLERS_LOCALE);
        if (callers == null) return;
        if (callers.isEmpty()) environment.remove("LC_ALL");
        else environment.put("LC_ALL", callers);
    }

    private static void carriable(String name, String text) throws UsageException {
        if (text.indexOf('\0') >= 0) {
            throw new UsageException(name + ": the value holds a zero byte, which no variable can; -file puts it into a file");
        }
        var platform = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        if (!platform.newEncoder().canEncode(text)) {
            throw new UsageException(name + ": the value has letters that this locale cannot carry; set LC_ALL=C.UTF-8, or use -file");
        }
    }

    private static Set<String> masked(Call call, Session session, Fetched fetched) {
        for (var value : fetched.values().entrySet()) {
            if (SecretForms.isTooShort(value.getValue())) {
                call.err().println("watchword run: " + value.getKey().name() + " is shorter than " + SecretForms.SHORTEST
                        + " characters, and is not masked in what the command prints");
            }
        }
        var values = new ArrayList<>(fetched.values().values());
        for (var secret : session.secrets()) values.add(Json.of(secret));
        return SecretForms.of(values);
    }
}
