package watchword.server;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import watchword.sdk.Problem;
import watchword.crypto.ProcessHardening;
import watchword.sdk.Secret;
import watchword.sdk.Storage.StorageException;
import watchword.server.config.ConfigException;
import watchword.server.config.ConfigReader;
import watchword.server.config.ServerConfig;
import watchword.server.http.HttpServer;

/** {@code watchword server} and {@code watchword dev}. */
public final class Main {
    private static final int USAGE = 1;
    private static final int FAILED = 2;

    private final PrintStream out;
    private final PrintStream err;

    private Main(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @SuppressWarnings("SystemOut") // a program's own streams
    public static void main(String[] args) {
        int status = new Main(System.out, System.err).run(List.of(args));
        if (status != 0) System.exit(status);
    }

    private int run(List<String> args) {
        try {
            return switch (args.isEmpty() ? "" : args.getFirst()) {
                case "server" -> server(args.subList(1, args.size()));
                case "dev" -> dev(args.subList(1, args.size()));
                default -> usage("watchword server -config=FILE, or watchword dev");
            };
        } catch (ConfigException | IOException | StorageException | Problem.ProblemException told) {
            err.println("watchword: " + told.getMessage());
            return FAILED;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private int usage(String text) {
        err.println("usage: " + text);
        return USAGE;
    }

    // ---- server ----

    private int server(List<String> args) throws ConfigException, IOException, InterruptedException {
        var files = new ArrayList<Path>();
        boolean check = false;
        for (int i = 0; i < args.size(); i++) {
            var arg = args.get(i).startsWith("--") ? args.get(i).substring(1) : args.get(i);
            if (arg.startsWith("-config=")) files.add(Path.of(arg.substring(8)));
            else if (arg.equals("-config") && i + 1 < args.size()) files.add(Path.of(args.get(++i)));
            else if (arg.equals("-check") || arg.equals("-test-config")) check = true;
            else if (arg.equals("-dev")) return dev(args.stream().filter(a -> !a.equals("-dev") && !a.equals("--dev")).toList());
            else return usage("watchword server -config=FILE [-config=FILE ...] [-check]; unknown: " + arg);
        }
        if (files.isEmpty()) return usage("watchword server -config=FILE; or try watchword dev");
        var config = ConfigReader.read(files);
        for (var warning : config.warnings()) err.println("warning: " + warning);
        if (check) {
            out.println("configuration is valid: " + config.listeners().size() + " listener(s), storage " + config.store().getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT)
                    + ", " + config.audits().size() + " audit device(s)");
            return 0;
        }
        serve(config);
        return 0;
    }

    private void serve(ServerConfig config) throws IOException, InterruptedException {
        Logging.configure(config.logLevel(), config.logFormat());
        var log = System.getLogger("watchword.server");
        for (var step : ProcessHardening.apply(config.lockMemory())) {
            if (step.done()) log.log(System.Logger.Level.INFO, "hardened: {0}", step.protection());
            else log.log(System.Logger.Level.WARNING, "not hardened: {0}: {1}", step.protection(), step.advice());
        }
        var server = Wiring.server(config, new SecureRandom(), InstantSource.system());
        var http = new HttpServer(config.listeners(), server::serve, watchword.core.Server.DRAIN);
        log.log(System.Logger.Level.INFO, "watchword {0} listens on {1}; {2}", Wiring.VERSION, config.apiAddress(),
                !server.isInitialized() ? "not initialized" : server.isSealed() ? "sealed" : "unsealed");
        var stop = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            stop.countDown();
            awaitQuietly(stopped);
        }));
        Signals.onHangUp(() -> {
            try {
                http.reloadCertificates();
                server.reopenAuditFiles();
                log.log(System.Logger.Level.INFO, "certificates read again, audit files opened again");
            } catch (IOException unreadable) {
                log.log(System.Logger.Level.ERROR, "certificates were not read again; the old ones stay in use: {0}", unreadable.getMessage());
            }
        });
        stop.await();
        log.log(System.Logger.Level.INFO, "stopping");
        http.close();
        server.close();
        stopped.countDown();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            if (!latch.await(20, java.util.concurrent.TimeUnit.SECONDS)) System.getLogger("watchword.server").log(System.Logger.Level.WARNING, "did not stop in time");
        } catch (InterruptedException again) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- dev ----

    private int dev(List<String> args) throws IOException, InterruptedException {
        var host = "127.0.0.1";
        int port = 8200;
        Optional<Path> data = Optional.empty();
        Optional<Secret> token = Optional.empty();
        Optional<Path> audit = Optional.empty();
        for (int i = 0; i < args.size(); i++) {
            var arg = args.get(i).startsWith("--") ? args.get(i).substring(1) : args.get(i);
            int equals = arg.indexOf('=');
            var name = equals < 0 ? arg : arg.substring(0, equals);
            if (equals < 0 && i + 1 == args.size()) return devUsage(arg);
            var value = equals < 0 ? args.get(++i) : arg.substring(equals + 1);
            switch (name) {
                case "-data" -> data = Optional.of(Path.of(value));
                case "-audit" -> audit = Optional.of(Path.of(value).toAbsolutePath());
                case "-dev-root-token-id" -> token = Optional.of(Secret.copyOf(value));
                case "-listen", "-dev-listen-address" -> {
                    int colon = value.lastIndexOf(':');
                    if (colon < 0 || !value.substring(colon + 1).matches("\\d{1,5}")) return devUsage(arg);
                    host = value.substring(0, colon);
                    port = Integer.parseInt(value.substring(colon + 1));
                }
                default -> {
                    return devUsage(arg);
                }
            }
        }
        Logging.configure("warn", "standard");
        var server = DevServer.start(new DevServer.Options(host, port, data, token, audit));
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            server.close();
            stopped.countDown();
        }));
        welcome(server, data);
        stopped.await();
        return 0;
    }

    private int devUsage(String arg) {
        return usage("watchword dev [-data=DIR] [-audit=FILE] [-listen=HOST:PORT] [-dev-root-token-id=TOKEN]; cannot use: " + arg);
    }

    private void welcome(DevServer server, Optional<Path> data) {
        var address = server.address();
        out.println("""
                Watchword development server: unsealed, in the clear, for this machine only.
                Data: %s

                Paste into another terminal:
                  export VAULT_ADDR='%s'
                  export VAULT_TOKEN='%s'

                Three things to try:
                  ./watchword kv put secret/train api_key=abc123 region=eu
                  ./watchword kv get secret/train
                  ./watchword run -env API_KEY=secret/train#api_key -- sh -c 'echo "the job sees: $API_KEY"'
                """.formatted(data.map(Path::toString).orElse("in a temporary folder, gone when this server stops; keep it with -data=DIR"), address, server.rootToken().reveal()));
        out.flush();
    }
}
