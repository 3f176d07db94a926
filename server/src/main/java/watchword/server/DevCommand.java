package watchword.server;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import watchword.sdk.Secret;
import watchword.server.config.GlobalSettings;

/** {@code watchword dev}: a server to try things out with. Takes the options of the field's {@code server -dev}, too. */
final class DevCommand {
    private final PrintStream out;
    private final PrintStream err;

    DevCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    int run(List<String> args) throws IOException, InterruptedException {
        var options = new DevServer.Options("127.0.0.1", 8200, Optional.empty(), Optional.empty(), Optional.empty());
        for (int i = 0; i < args.size(); i++) {
            var arg = args.get(i).startsWith("--") ? args.get(i).substring(1) : args.get(i);
            int equals = arg.indexOf('=');
            if (equals < 0 && i + 1 == args.size()) return usage(arg);
            var more = with(options, equals < 0 ? arg : arg.substring(0, equals), equals < 0 ? args.get(++i) : arg.substring(equals + 1));
            if (more.isEmpty()) return usage(arg);
            options = more.get();
        }
        Logging.configure(GlobalSettings.LogLevel.WARN, GlobalSettings.LogFormat.STANDARD);
        serve(options);
        return 0;
    }

    private static Optional<DevServer.Options> with(DevServer.Options o, String name, String value) {
        return switch (name) {
            case "-data" -> Optional.of(new DevServer.Options(o.host(), o.port(), Optional.of(Path.of(value)), o.rootToken(), o.auditFile()));
            case "-audit" -> Optional.of(new DevServer.Options(o.host(), o.port(), o.data(), o.rootToken(), Optional.of(Path.of(value).toAbsolutePath())));
            case "-dev-root-token-id" -> Optional.of(new DevServer.Options(o.host(), o.port(), o.data(), Optional.of(Secret.copyOf(value)), o.auditFile()));
            case "-listen", "-dev-listen-address" -> listening(o, value);
            default -> Optional.empty();
        };
    }

    private static Optional<DevServer.Options> listening(DevServer.Options o, String address) {
        int colon = address.lastIndexOf(':');
        if (colon < 0 || !address.substring(colon + 1).matches("\\d{1,5}")) return Optional.empty();
        return Optional.of(new DevServer.Options(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)), o.data(), o.rootToken(), o.auditFile()));
    }

    private int usage(String arg) {
        err.println("usage: watchword dev [-data=FOLDER] [-audit=FILE] [-listen=HOST:PORT] [-dev-root-token-id=TOKEN]; cannot use: " + arg);
        return Main.USAGE;
    }

    private void serve(DevServer.Options options) throws IOException, InterruptedException {
        var stop = new CountDownLatch(1);
        for (var signal : List.of("TERM", "INT", "HUP")) Signals.on(signal, stop::countDown);
        try (var server = DevServer.start(options)) {
            welcome(server, options);
            stop.await();
        }
    }

    private void welcome(DevServer server, DevServer.Options options) {
        out.println("""
                Watchword development server: unsealed, in the clear, for this machine only.
                Data:  %s
                Audit: %s

                Paste into another terminal:
                  export VAULT_ADDR='%s'
                  export VAULT_TOKEN='%s'

                Three things to try:
                  ./watchword kv put secret/train api_key=abc12345 region=eu-west-1
                  ./watchword kv get secret/train
                  ./watchword run -env API_KEY=secret/train#api_key -- sh -c 'echo "the job sees: $API_KEY"'
                """.formatted(options.data().map(Path::toString).orElse("in a temporary folder, gone when this server stops; keep it with -data=FOLDER"),
                options.auditFile().map(Path::toString).orElse("none: requests are not recorded; -audit=FILE does"), server.address(), server.rootToken().reveal()));
        out.flush();
    }
}
